using System.Reflection;
using OrderActors.Broadcast;
using OrderActors.Tests.House.Stored;
using Orleans;
using Xunit;

namespace OrderActors.Tests.House.Contracts;

/// <summary>
/// The embedded engine shares arguments and results between grains instead of copying them, and stored events outlive the
/// release that wrote them. Both rest on contracts that cannot change: not in memory, and not by accident in the source.
/// </summary>
public class ContractTests
{
    private const string File = "tests/House/Contracts.txt";

    private const string Header = """
        What grains ask, answer and announce, and the names it has on the wire and in storage. A record's members are in the
        order of their serialized numbers: add new ones at the end, and neither move nor rename what is there.

        To accept a change: HOUSE_ACCEPT=1 dotnet test -c Release tests/House, then review the diff of this file.
        """;

    private static IEnumerable<Type> Records => Contract.Types.Where(type => !type.IsEnum);

    [Fact]
    public void The_contract_is_found() => Assert.True(Contract.Grains.Count > 5 && Contract.Types.Count > 30, "The walk lost the contract.");

    [Fact]
    public void Every_contract_type_is_deeply_immutable() => Holds(
        from type in Records
        from field in Contract.FieldsOf(type)
        where !field.IsInitOnly || !Contract.IsImmutable(field.FieldType)
        select field.IsInitOnly
            ? $"{type.Name}.{Contract.NameOf(field)} is a {Contract.Name(field.FieldType)}, which can change; use an immutable type"
            : $"{type.Name}.{Contract.NameOf(field)} can be set after construction; make it init or get only");

    [Fact]
    public void Every_grain_method_takes_and_returns_immutable_values() => Holds(
        from grain in Contract.Grains
        from method in Contract.Methods(grain)
        from value in method.GetParameters().Select(p => (p.Name, Type: p.ParameterType)).Append((Name: "the result", Type: method.ReturnType))
        where !(value.Type == typeof(Task) || value.Type == typeof(ValueTask) || value.Type == typeof(CancellationToken)
            || Contract.IsImmutable(IsTask(value.Type) ? value.Type.GetGenericArguments()[0] : value.Type))
        select $"{grain.Name}.{method.Name}: {value.Name} is a {Contract.Name(value.Type)}, which can change");

    [Fact]
    public void Every_contract_class_is_sealed_or_abstract() => Holds(
        from type in Records where type is { IsSealed: false, IsAbstract: false } select $"{type.Name} can be extended by something mutable; seal it");

    [Fact]
    public void Every_contract_type_is_marked_for_the_serializer() => Holds(
        from type in Records
        from attribute in new[] { typeof(GenerateSerializerAttribute), typeof(ImmutableAttribute), typeof(AliasAttribute) }
        where !type.IsDefined(attribute, inherit: false)
        select $"{type.Name} lacks [{attribute.Name.Replace("Attribute", "", StringComparison.Ordinal)}]");

    [Fact]
    public void Every_member_outside_a_primary_constructor_has_a_number() => Holds(
        from type in Records
        from field in Contract.FieldsOf(type)
        let name = Contract.NameOf(field)
        where !type.GetConstructors(Contract.Fields).SelectMany(constructor => constructor.GetParameters()).Any(parameter => parameter.Name == name)
        where !field.IsDefined(typeof(IdAttribute)) && !(type.GetProperty(name)?.IsDefined(typeof(IdAttribute)) ?? false)
        select $"{type.Name}.{name} has no [Id]: Orleans would leave it behind");

    [Fact]
    public void Every_grain_interface_and_method_has_an_alias() => Holds(
        (from grain in Contract.Grains where Contract.AliasOf(grain) is null select $"{grain.Name} lacks [Alias]").Concat(
            from grain in Contract.Grains
            from method in Contract.Methods(grain)
            where Contract.AliasOf(method) is null
            select $"{grain.Name}.{method.Name} lacks [Alias]"));

    [Fact]
    public void Aliases_are_unique() => Holds(
        (from member in Contract.Types.Concat(Contract.Grains)
         group member by Contract.AliasOf(member) into same
         where same.Key is not null && same.Count() > 1
         select $"'{same.Key}' names {string.Join(" and ", same.Select(type => type.Name))}").Concat(
            from grain in Contract.Grains
            from same in grain.GetInterfaces().Append(grain).SelectMany(Contract.Methods).GroupBy(Contract.AliasOf)
            where same.Key is not null && same.Count() > 1
            select $"{grain.Name}: '{same.Key}' names {same.Count()} methods"));

    [Fact]
    public void The_contract_is_the_reviewed_one() => Baseline.Check(File, Header, [.. Lines()]);

    [Fact]
    public void A_mutable_type_is_noticed()
    {
        Assert.False(Contract.IsImmutable(typeof(List<int>)));
        Assert.False(Contract.IsImmutable(typeof(int[])));
        Assert.False(Contract.IsImmutable(typeof(IReadOnlyList<int>)));
        Assert.False(Contract.IsImmutable(typeof(KeyValuePair<string, object>)));
    }

    private static bool IsTask(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    internal static IEnumerable<string> Lines()
    {
        foreach (var grain in Contract.Grains)
        {
            var parents = string.Join(", ", grain.GetInterfaces().Select(parent => parent.Name).Order(StringComparer.Ordinal));
            yield return $"grain {grain.FullName} '{Contract.AliasOf(grain)}' : {parents}";
            foreach (var method in Contract.Methods(grain))
            {
                var parameters = method.GetParameters().Select(parameter => $"{Contract.Name(parameter.ParameterType)} {parameter.Name}");
                yield return $"  '{Contract.AliasOf(method)}' {Contract.Name(method.ReturnType)} {method.Name}({string.Join(", ", parameters)})";
            }
        }

        foreach (var type in Contract.Types)
        {
            if (type.IsEnum)
            {
                yield return $"enum {type.FullName}";
                foreach (var value in Enum.GetValues(type)) yield return $"  {Convert.ToInt64(value, null)} {value}";
                continue;
            }

            var parent = type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) ? " : " + b.Name : "";
            yield return $"{(type.IsValueType ? "struct" : "record")} {type.FullName} '{Contract.AliasOf(type)}'{parent}";
            foreach (var field in Contract.FieldsOf(type)) yield return $"  {Contract.Name(field.FieldType)} {Contract.NameOf(field)}";
        }

        yield return "events";
        foreach (var constant in typeof(EventTypes).GetFields().OrderBy(field => field.MetadataToken)) yield return $"  {constant.GetRawConstantValue()}";

        yield return "stored";
        foreach (var record in StoredRecords.All) yield return $"  {record} {record.Stored?.Version}";
        yield return $"contracts {ContractsVersion.Current}";
    }

    private static void Holds(IEnumerable<string> breaches)
    {
        var found = breaches.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
