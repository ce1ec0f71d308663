namespace OrderActors.Tests.House.Api;

/// <summary>A public type as text.</summary>
/// <param name="Name">Its full name, with the number of its type parameters after a tick.</param>
/// <param name="Declaration">Kind, modifiers, type parameters with constraints, attribute usage.</param>
/// <param name="BaseTypes">The base class and all interfaces that it names.</param>
/// <param name="Members">Every public and protected member.</param>
internal sealed record TypeSurface(string Name, string Declaration, IReadOnlySet<string> BaseTypes, IReadOnlySet<string> Members)
{
    /// <summary>Everything that must be reviewed, a line each.</summary>
    internal IEnumerable<string> Lines() =>
        [Declaration + (BaseTypes.Count == 0 ? "" : " : " + string.Join(", ", BaseTypes.Order(StringComparer.Ordinal))),
            .. Members.Order(StringComparer.Ordinal)];

    /// <summary>What this type has and the other lacks.</summary>
    internal IEnumerable<string> NotIn(TypeSurface other)
    {
        if (Declaration != other.Declaration) yield return $"{Name}: is '{Declaration}', the original is '{other.Declaration}'";
        foreach (var missing in BaseTypes.Except(other.BaseTypes)) yield return $"{Name}: the original is no {missing}";
        foreach (var member in Members.Except(other.Members).Order(StringComparer.Ordinal))
        {
            var alike = other.Members.Where(candidate => NameOf(candidate) == NameOf(member)).ToList();
            yield return $"{Name}: the original has no '{member}'" + (alike.Count == 0 ? "" : "; it has " + string.Join(" and ", alike.Select(a => $"'{a}'")));
        }
    }

    /// <summary>The last word before the parameters, the accessor or the value.</summary>
    private static string NameOf(string member)
    {
        var end = member.IndexOfAny(['(', '{', '=']);
        var head = (end < 0 ? member : member[..end]).TrimEnd();
        if (head.EndsWith('>')) head = head[..head.LastIndexOf('<')];
        return head.Split(' ')[^1];
    }
}
