using System.Collections.Immutable;
using Orleans;

namespace OrderActors.Values;

/// <summary>
/// Why a command was refused. Nothing changed. The list is closed and ordered: where several apply, the first wins.
/// </summary>
public enum RefusalCode
{
    /// <summary>The command id was used before, with other content.</summary>
    IdempotencyKeyReused,

    /// <summary>There is no such order, merchant, courier or customer.</summary>
    NotFound,

    /// <summary>It exists already.</summary>
    AlreadyExists,

    /// <summary>A field is missing or outside its range.</summary>
    ValidationFailed,

    /// <summary>The caller may not do this to this object.</summary>
    Forbidden,

    /// <summary>The state does not allow the command.</summary>
    InvalidTransition,

    /// <summary>The merchant is unknown.</summary>
    UnknownMerchant,

    /// <summary>The merchant does not take orders now.</summary>
    StoreClosed,

    /// <summary>An item is not on the menu.</summary>
    UnknownItem,

    /// <summary>There is not enough of an item.</summary>
    SoldOut,

    /// <summary>The currency is not the merchant's.</summary>
    WrongCurrency,

    /// <summary>The total is not the sum of the lines.</summary>
    WrongTotal,

    /// <summary>The courier is not free for this assignment.</summary>
    CourierUnavailable,

    /// <summary>A bound of the platform was reached; try later.</summary>
    TooMany,
}

/// <summary>A refusal: what was wrong, with which value, and what is allowed.</summary>
/// <param name="Code">The kind.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Field">The field at fault as a JSON pointer, when there is one.</param>
/// <param name="Value">The value at fault, when there is one.</param>
/// <param name="Allowed">What would be right: the commands allowed in the state, the items on the menu.</param>
[GenerateSerializer, Immutable, Alias("orderactors.refusal")]
public sealed record Refusal(RefusalCode Code, string Detail, string? Field = null, string? Value = null, ImmutableArray<string> Allowed = default)
{
    /// <summary>A command that the state does not allow.</summary>
    public static Refusal Transition(string command, string subject, string state, ImmutableArray<string> allowed) =>
        new(RefusalCode.InvalidTransition,
            allowed.IsDefaultOrEmpty
                ? $"{subject} is {state}: {command} is not possible, and nothing else is."
                : $"{subject} is {state}: {command} is not possible. Possible are: {string.Join(", ", allowed)}.",
            Value: state, Allowed: allowed);

    /// <summary>A field that is missing or outside its range.</summary>
    public static Refusal Invalid(string field, string? value, string rule) =>
        new(RefusalCode.ValidationFailed, $"{field} is {(value is null ? "missing" : $"'{value}'")}; it must be {rule}.", field, value, [rule]);
}
