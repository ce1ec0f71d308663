using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace OrderActors.Embedded.Simulation;

/// <summary>Which types of states nobody can change, so that a reader may get the very object that was written.</summary>
internal static class SharedStates
{
    private static readonly ConcurrentDictionary<Type, bool> Known = new();

    /// <summary>Whether no public member of the type, nor of what it holds, can be set or added to.</summary>
    internal static bool CanShare(Type type) => Known.TryGetValue(type, out var known) ? known : Known.GetOrAdd(type, IsImmutable(type, []));

    private static bool IsImmutable(Type type, HashSet<Type> looking)
    {
        if (type.IsPrimitive || type.IsEnum || type == typeof(string) || type.Namespace == "System") return Arguments(type, looking);
        if (type.IsArray || type.Namespace == "System.Collections.Generic" && !type.IsInterface) return false;
        if (type.Namespace is { } ns && ns.StartsWith("System.", StringComparison.Ordinal)) return Arguments(type, looking);
        if (!looking.Add(type)) return true;
        return type.GetProperties(BindingFlags.Instance | BindingFlags.Public).All(p => !CanSet(p) && IsImmutable(p.PropertyType, looking))
            && type.GetFields(BindingFlags.Instance | BindingFlags.Public).All(f => f.IsInitOnly && IsImmutable(f.FieldType, looking));
    }

    private static bool Arguments(Type type, HashSet<Type> looking) =>
        !type.IsGenericType || type.GetGenericArguments().All(argument => IsImmutable(argument, looking));

    private static bool CanSet(PropertyInfo property) =>
        property.SetMethod is { IsPublic: true } setter && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
