using System.Collections.Immutable;
using System.Text.Json;
using OrderActors.Client.Http;
using OrderActors.Orders;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>What answers mean to their clients.</summary>
internal static class ApiAnswers
{
    private const string OrdersAt = "/v1/orders/";

    /// <summary>Whether the request may be sent again with the same key, and nobody knows or says what became of it.</summary>
    public static bool SaysAgain(HttpAnswer answer) =>
        answer.Status is 401 or 429 or 503 or 504 || (answer.Status == 409 && CodeOf(answer) == ProblemKind.IdempotencyInProgress.Code);

    /// <summary>Whether no client of a world should ever get such an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="keysMayBeOld">Whether somebody may believe for a while that a key that is new does not exist.</param>
    public static bool IsWrong(HttpAnswer answer, bool keysMayBeOld) => answer.Status switch
    {
        401 => !keysMayBeOld,
        429 or 503 or 504 => false,
        >= 200 and < 300 => false,
        _ => !IsRefusal(answer) && CodeOf(answer) != ProblemKind.IdempotencyInProgress.Code,
    };

    /// <summary>Whether an answer is kept for repetitions of its request: what was done, and what was refused for how things were.</summary>
    public static bool IsKept(HttpAnswer answer) => answer.IsDone
        || (answer.Status is 409 or 422 && WireNames<RefusalCode>.TryParse(CodeOf(answer), out var code)
            && code is not (RefusalCode.ValidationFailed or RefusalCode.AlreadyExists or RefusalCode.OrderLimit or RefusalCode.IdempotencyKeyReused));

    /// <summary>What was done, or why it was not.</summary>
    public static Heard Heard(HttpAnswer answer)
    {
        if (!answer.IsDone) return new(RefusalOf(answer), 0, answer.IsReplayed);
        var isAt = answer.Location.StartsWith(OrdersAt, StringComparison.Ordinal);
        var number = isAt && OrderNumber.TryParse(answer.Location[OrdersAt.Length..], out var made, out _) ? made : default;
        return new(null, VersionOf(answer.ETag), answer.IsReplayed, number);
    }

    /// <summary>An order as it was read.</summary>
    public static Seen Seen(HttpAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var root = document.RootElement;
        var status = WireNames<OrderStatus>.TryParse(root.GetProperty("status").GetString(), out var known) ? known : default;
        return new(root.GetProperty("version").GetInt64(), status);
    }

    private static long VersionOf(string etag) =>
        long.TryParse(etag.AsSpan().Trim('"'), System.Globalization.CultureInfo.InvariantCulture, out var version) ? version : 0;

    private static bool IsRefusal(HttpAnswer answer) => WireNames<RefusalCode>.TryParse(CodeOf(answer), out _);

    private static string? CodeOf(HttpAnswer answer)
    {
        if (!answer.ContentType.StartsWith("application/problem+json", StringComparison.Ordinal)) return null;
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.GetProperty("code").GetString();
    }

    private static Refusal RefusalOf(HttpAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var root = document.RootElement;
        var code = WireNames<RefusalCode>.TryParse(root.GetProperty("code").GetString(), out var known) ? known : default;
        ImmutableArray<string> allowed = root.TryGetProperty("errors", out var errors) && errors.GetArrayLength() > 0
            && errors[0].TryGetProperty("allowed", out var listed) ? [.. listed.EnumerateArray().Select(one => one.GetString()!)] : [];
        return new(code, root.GetProperty("detail").GetString()!, Allowed: allowed);
    }
}
