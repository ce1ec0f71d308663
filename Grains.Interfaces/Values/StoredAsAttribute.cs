using System.Text.Json.Nodes;

namespace OrderActors.Values;

/// <summary>
/// Names a stored record (a grain's state, an event) and the version of its form. The version goes into every record as its
/// first member, <c>_v</c>; a record without one is of version 1.
/// </summary>
/// <remarks>
/// Raise the version with every change of what is written, once per release. A release reads all older versions and the next
/// one; see <c>docs/decisions/0008-versions.md</c>.
/// </remarks>
/// <param name="name">What the record is, such as <c>order</c>; unique, and never used for something else.</param>
/// <param name="version">The version this release writes, from 1.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class StoredAsAttribute(string name, int version) : Attribute
{
    /// <summary>What the record is.</summary>
    public string Name { get; } = name;

    /// <summary>The version this release writes, from 1.</summary>
    public int Version { get; } = version;

    /// <summary>
    /// An <see cref="IUpcaster"/> for records of older versions. Null while they can be read as they are, because members
    /// were only added.
    /// </summary>
    public Type? Upcaster { get; init; }
}

/// <summary>Brings records of older versions to the present form. Needed where a member got another name, type or meaning.</summary>
public interface IUpcaster
{
    /// <summary>Turns a record of one version into one of the next, in place. Older ones come by once per version.</summary>
    /// <param name="record">The record as it is stored, without <c>_v</c>.</param>
    /// <param name="from">The version it has: 1 to the present one less one.</param>
    void Upcast(JsonObject record, int from);
}
