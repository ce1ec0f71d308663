namespace OrderActors.Values;

/// <summary>
/// The test side of the platform: the same grains under other keys. Ids of test callers have a leading mark inside, which
/// no caller ever writes or reads, and test orders have numbers of a region that no live order has.
/// </summary>
public static class TestMode
{
    /// <summary>What ids of the test side begin with.</summary>
    public const char Mark = '~';

    /// <summary>The region of test orders. No process of the live side may be given it.</summary>
    public const int Region = 9;

    /// <summary>Whether an id, or a key that begins with one, is the test side's.</summary>
    public static bool IsTest(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length > 0 && id[0] == Mark;
    }

    /// <summary>The id on the side that is asked for.</summary>
    public static string Id(string id, bool live) => live ? id : Mark + id;

    /// <summary>The id as callers know it.</summary>
    public static string Shown(string id) => IsTest(id) ? id[1..] : id;
}
