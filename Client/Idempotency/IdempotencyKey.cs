using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Values;

namespace OrderActors.Client.Idempotency;

/// <summary>
/// The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): a structured-field string, so quoted on the
/// wire; the bare form is taken too, because most clients send it.
/// </summary>
internal static class IdempotencyKey
{
    /// <summary>The header's name.</summary>
    public const string Header = "Idempotency-Key";

    private const string Rule = "1 to 255 visible ASCII characters, bare or in double quotes";

    /// <summary>The command id that this request's key stands for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scope">The route's own name: one key on two routes is two commands.</param>
    /// <param name="part">
    /// What the address names within whom it asks, such as an order's refund: one key for two of them is two commands, which one grain remembers.
    /// </param>
    public static string Required(HttpContext context, string scope, string? part = null) => Optional(context, Of(scope, part)) ?? throw new RequestFault(
        ProblemKind.IdempotencyKeyMissing,
        $"This request changes something, so it needs the header {Header}: {Rule}. Send the same key again when an answer is lost.",
        new ProblemError("required", $"{Header} is missing.", Header: Header, Allowed: [Rule]));

    /// <summary>The command id for a request that is idempotent by nature: the caller's key when there is one, else a new id.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scope">The route's own name.</param>
    /// <param name="part">What the address names within whom it asks.</param>
    public static string OrNew(HttpContext context, string scope, string? part = null) =>
        Optional(context, Of(scope, part)) ?? CommandIdOf(context.Caller(), scope, Guid.NewGuid().ToString("N"));

    /// <summary>Reads a key off the wire.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? key)
    {
        key = text;
        if (text.StartsWith('"') && !TryUnquote(text, out key)) return false;
        return CommandId.IsValid(key);
    }

    /// <summary>The key of a request; null when it has none.</summary>
    /// <exception cref="RequestFault">It is no key.</exception>
    public static string? Of(HttpContext context)
    {
        var values = context.Request.Headers[Header];
        if (values.Count == 0) return null;
        var text = values.Count == 1 ? values[0]! : values.ToString();
        if (values.Count == 1 && TryParse(text, out var key)) return key;
        throw new RequestFault(
            ProblemKind.IdempotencyKeyInvalid,
            values.Count == 1 ? $"{Header} must be {Rule}; this one is not." : $"{Header} was sent {values.Count} times; send it once.",
            new ProblemError("invalid_key", $"{Header} must be {Rule}.", Header: Header, Value: text.Length > 300 ? text[..300] + "…" : text, Allowed: [Rule]));
    }

    /// <summary>Names a keyed request among all: whose it is, what it asks, of what, and its key. 128 bits: no two meet by chance.</summary>
    public static string NameOf(HttpContext context, Operation operation, string key)
    {
        var (caller, request) = (context.Caller(), context.Request);
        var text = string.Join('\n', caller.Kind, caller.Subject, operation.Id, request.Path.Value, request.QueryString.Value, key);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        var name = Convert.ToHexStringLower(hash[..16]);
        return caller.Live ? name : "~" + name;
    }

    private static string Of(string scope, string? part) => part is null ? scope : $"{scope}/{part}";

    private static string? Optional(HttpContext context, string scope) => Of(context) is { } key ? CommandIdOf(context.Caller(), scope, key) : null;

    // The prefix keeps callers' ids apart from those that grains give each other, and callers apart from one another;
    // "#" marks a key too long to keep as it is.
    private static string CommandIdOf(Caller caller, string scope, string key)
    {
        var id = $"http:{scope}:{caller.Kind}/{caller.Subject}:{key}";
        return id.Length <= CommandId.MaxLength ? id : $"http:{scope}#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))}";
    }

    private static bool TryUnquote(string text, [NotNullWhen(true)] out string? value)
    {
        value = null;
        if (text.Length < 2 || text[^1] != '"') return false;
        var inner = text.AsSpan(1, text.Length - 2);
        if (inner.IndexOfAny('"', '\\') < 0)
        {
            value = inner.ToString();
            return true;
        }

        var plain = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            var c = inner[i];
            if (c == '"') return false;
            if (c == '\\' && (++i == inner.Length || (c = inner[i]) is not ('"' or '\\'))) return false;
            plain.Append(c);
        }

        value = plain.ToString();
        return true;
    }
}
