using System.Collections.Immutable;
using System.Reflection;
using OrderActors.Broadcast;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tests.House.Contracts;

/// <summary>Everything that crosses between grains: their interfaces and every type reachable from those and from events.</summary>
internal static class Contract
{
    internal const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Assembly Home = typeof(DomainEvent).Assembly;

    private static readonly HashSet<Type> Plain =
    [
        typeof(bool), typeof(byte), typeof(short), typeof(int), typeof(long), typeof(uint), typeof(ulong), typeof(double), typeof(decimal),
        typeof(string), typeof(Guid), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly),
    ];

    /// <summary>The grain interfaces, by name.</summary>
    internal static IReadOnlyList<Type> Grains { get; } =
    [
        .. Home.GetTypes()
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IAddressable)))
            .OrderBy(type => type.FullName, StringComparer.Ordinal),
    ];

    /// <summary>Classes, structs and enums of the contract, by name.</summary>
    internal static IReadOnlyList<Type> Types { get; } = Reach();

    internal static IEnumerable<MethodInfo> Methods(Type grain) => grain.GetMethods().OrderBy(method => method.MetadataToken);

    internal static IEnumerable<FieldInfo> FieldsOf(Type type) => type.GetFields(Fields).OrderBy(field => field.MetadataToken);

    internal static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

    /// <summary>The property's name where the field only stores an automatic property.</summary>
    internal static string NameOf(FieldInfo field) =>
        field.Name[0] == '<' ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    /// <summary>Whether values of this type can never change, taking for granted that contract types are checked themselves.</summary>
    internal static bool IsImmutable(Type type)
    {
        if (Plain.Contains(type) || type.IsEnum || type.Assembly == Home) return true;
        return type.IsGenericType && Containers(type) && type.GetGenericArguments().All(IsImmutable);
    }

    /// <summary>A type's name as a reader writes it.</summary>
    internal static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        if (!type.IsGenericType) return type.Name;
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }

    private static bool Containers(Type type) =>
        type.GetGenericTypeDefinition() is var open
        && (open == typeof(Nullable<>) || open == typeof(ImmutableArray<>) || open == typeof(ImmutableDictionary<,>) || open == typeof(KeyValuePair<,>));

    private static List<Type> Reach()
    {
        var seen = new HashSet<Type>();
        var open = new Stack<Type>(Grains.SelectMany(Methods)
            .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType))
            .Append(typeof(DomainEvent)).Append(typeof(LoggedEvent)));
        while (open.TryPop(out var type))
        {
            foreach (var argument in type.IsGenericType ? type.GetGenericArguments() : []) open.Push(argument);
            if (type.HasElementType) open.Push(type.GetElementType()!);
            if (type.Assembly != Home || type.IsInterface || type.IsGenericParameter || !seen.Add(type)) continue;
            if (type.IsEnum) continue;
            foreach (var field in FieldsOf(type)) open.Push(field.FieldType);
            if (type.BaseType is { } parent) open.Push(parent);
            foreach (var heir in Home.GetTypes().Where(candidate => candidate.BaseType == type)) open.Push(heir);
        }

        return [.. seen.OrderBy(type => type.FullName, StringComparer.Ordinal)];
    }
}
