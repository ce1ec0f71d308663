using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrderActors.Values;

namespace OrderActors.Payments;

/// <summary>The keys of operations at the provider: <c>{order}:{kind}:{n}</c>.</summary>
internal static class OperationKey
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxLength = 100;

    /// <summary>The key of an authorisation that the order asked for: made of its own name, so that a repeat after a crash has the same.</summary>
    public static string OfAttempt(OrderNumber order, string attempt) => EntityId.IsValid(attempt)
        ? $"{order}:authorise:{attempt}"
        : $"{order}:authorise:~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(attempt))[..16])}";

    /// <summary>The key of an operation that the payment plans itself; <c>hold</c> is an authorisation in addition.</summary>
    public static string OfPlanned(OrderNumber order, OperationKind kind, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{order}:{(kind == OperationKind.Authorise ? "hold" : Names.Of(kind))}:{number}");

    /// <summary>Whether it is an authorisation that the order asked for.</summary>
    public static bool IsAttempt(string key) => key.Split(':') is [_, "authorise", _];

    /// <summary>The order that an operation belongs to.</summary>
    public static bool TryOrder([NotNullWhen(true)] string? key, out OrderNumber order)
    {
        order = default;
        if (key is not { Length: > 0 and <= MaxLength } || key.Any(c => c is <= ' ' or > '~')) return false;
        return key.Split(':') is [var number, { Length: > 0 }, { Length: > 0 }] && OrderNumber.TryParse(number, out order, out _);
    }
}
