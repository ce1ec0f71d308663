using System.Buffers;
using Orleans;

namespace OrderActors.Values;

/// <summary>Who gives a command.</summary>
public enum Role
{
    /// <summary>The platform itself: a deadline, an event's consumer.</summary>
    System,

    /// <summary>The customer who ordered.</summary>
    Customer,

    /// <summary>The merchant who prepares.</summary>
    Merchant,

    /// <summary>The courier who carries.</summary>
    Courier,

    /// <summary>A person who runs the platform.</summary>
    Operator,
}

/// <summary>Who gives a command, by role and id.</summary>
/// <param name="Role">The role.</param>
/// <param name="Id">The id within the role.</param>
[GenerateSerializer, Immutable, Alias("orderactors.actor")]
public readonly record struct Actor(Role Role, string Id)
{
    /// <summary>The platform itself.</summary>
    public static readonly Actor System = new(Role.System, "system");

    /// <inheritdoc/>
    public override string ToString() => $"{Role.ToString().ToLowerInvariant()}:{Id}";
}

/// <summary>Identifies one command, so that giving it twice does it once.</summary>
public static class CommandId
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>Whether a text can be a command id: 1 to 255 visible ASCII characters.</summary>
    public static bool IsValid(string? id) => id is { Length: > 0 and <= MaxLength } && id.All(c => c is > ' ' and <= '~');
}

/// <summary>Ids that callers choose for merchants, couriers, customers, items and zones.</summary>
public static class EntityId
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>What an id may be, for messages.</summary>
    public const string Rule = "1 to 64 letters, digits, '-' or '_'";

    /// <summary>Whether a text can be an id. One of the test side has its mark before it; callers cannot write that one.</summary>
    public static bool IsValid(string? id)
    {
        if (id is null) return false;
        var plain = TestMode.IsTest(id) ? id.AsSpan(1) : id;
        return plain.Length is > 0 and <= MaxLength && !plain.ContainsAnyExcept(Characters);
    }

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
