using Orleans;

namespace OrderActors.Values;

/// <summary>An amount in minor units (cents) of an ISO 4217 currency.</summary>
/// <param name="Amount">Minor units; may be negative in books, never in prices.</param>
/// <param name="Currency">Three capital letters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.money")]
public readonly record struct Money(long Amount, string Currency)
{
    /// <summary>Whether a text has the form of an ISO 4217 code.</summary>
    public static bool IsCurrency(string? code) => code is { Length: 3 } && code.All(char.IsAsciiLetterUpper);

    /// <inheritdoc/>
    public override string ToString() => $"{Amount} {Currency}";
}
