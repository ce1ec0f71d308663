using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Keys;

namespace OrderActors.Client.Http;

/// <summary>
/// What stands between a route and its operation: the key, the kind of caller, and the side it is on. Whose the thing in the path is has to
/// be asked for, which <see cref="OwnerControl"/> does behind the door. The operation says what it needs; nothing here knows one. What has no
/// route passes, to be told so.
/// </summary>
internal sealed class AccessControl(RequestDelegate next, ApiKeys keys)
{
    private const string Scheme = "Bearer ";

    /// <summary>Handles one request.</summary>
    public Task Handle(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Operation>() is not { } operation) return next(context);
        if (operation.Callers == Callers.Public)
        {
            context.SetCaller(Caller.Nobody);
            return next(context);
        }

        var text = TextOf(context);
        return keys.TryFind(text, out var hash, out var caller) ? Enter(context, operation, caller) : AskAndEnter(context, operation, text.ToString(), hash);
    }

    private async Task AskAndEnter(HttpContext context, Operation operation, string text, KeyHash hash) =>
        await Enter(context, operation, await keys.Ask(text, hash));

    private Task Enter(HttpContext context, Operation operation, Caller? caller)
    {
        if (caller is null) throw new RequestFault(ProblemKind.Unauthenticated, "The API key is not one, is not one any more, or is mistyped.");
        if ((operation.Callers & caller.Kind) == 0) throw NotFor(operation, caller);
        if (operation.LiveOnly && !caller.Live)
        {
            throw new RequestFault(
                ProblemKind.Forbidden, "This is about the platform itself; a test key has no say there.",
                new ProblemError("test_key", "It is for live keys.", Header: "Authorization"));
        }

        if (operation.TestOnly && caller.Live)
        {
            throw new RequestFault(
                ProblemKind.Forbidden, "This is of the test side alone; send a test key.",
                new ProblemError("live_key", "It is for test keys.", Header: "Authorization"));
        }

        context.SetCaller(caller);
        Sides.Scope(context, operation, caller);
        Ownership.RequireSide(context, operation, caller);
        return next(context);
    }

    private static ReadOnlySpan<char> TextOf(HttpContext context)
    {
        var values = context.Request.Headers.Authorization;
        if (values.Count == 0)
        {
            throw new RequestFault(
                ProblemKind.Unauthenticated, "This route needs an API key: send the header Authorization: Bearer oa_live_… with it.",
                new ProblemError("required", "Authorization is missing.", Header: "Authorization"));
        }

        // The value is not repeated in any answer: it is, or was meant to be, a secret.
        var value = values.Count == 1 ? values[0]! : "";
        var text = value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value.AsSpan(Scheme.Length).Trim(' ') : [];
        return text.Length is > 0 and <= ApiKeyOptions.LongestKey && !text.ContainsAnyExceptInRange('!', '~')
            ? text
            : throw new RequestFault(
                ProblemKind.Unauthenticated,
                values.Count == 1
                    ? "Authorization is not Bearer and a key."
                    : string.Create(CultureInfo.InvariantCulture, $"Authorization was sent {values.Count} times; send it once."),
                new ProblemError("invalid_header", "Authorization must be Bearer and a key.", Header: "Authorization"));
    }

    private static RequestFault NotFor(Operation operation, Caller caller)
    {
        ImmutableArray<string> kinds =
            [.. from kind in Kinds where (operation.Callers & kind) != 0 select WireNames<Callers>.NameOf(kind)];
        return new(
            ProblemKind.Forbidden,
            $"This is for keys of kind {string.Join(", ", kinds)}; this key is of kind {WireNames<Callers>.NameOf(caller.Kind)}.",
            new ProblemError("wrong_kind", "The key's kind does not allow it.", Header: "Authorization", Allowed: kinds));
    }

    private static readonly ImmutableArray<Callers> Kinds =
        [Callers.Customer, Callers.Merchant, Callers.Courier, Callers.Partner, Callers.Operator];
}
