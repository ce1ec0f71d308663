using System.Collections.Concurrent;
using System.Reflection;
using OrderActors.Embedded.Simulation;
using Orleans.Concurrency;

namespace OrderActors.Embedded.Runtime;

/// <summary>What the engine must know of an interface method to schedule a call of it.</summary>
internal sealed class GrainMethod
{
    private static readonly ConcurrentDictionary<string, GrainMethod> EngineMethods = new();

    internal GrainMethod(MethodInfo method)
    {
        Info = method;
        InterfaceName = method.DeclaringType!.FullName!;
        Name = method.Name;
        TraceKey = Dice.HashOf(Name);
        SpanName = $"{method.DeclaringType.Name}/{method.Name}";
        Kind = method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? CallKind.Interleaving
            : method.IsDefined(typeof(ReadOnlyAttribute)) ? CallKind.ReadOnly : CallKind.Exclusive;
        IsOneWay = method.IsDefined(typeof(OneWayAttribute));
    }

    private GrainMethod(string name)
    {
        InterfaceName = "engine";
        Name = name;
        TraceKey = Dice.HashOf(name);
        SpanName = $"engine/{name}";
    }

    internal MethodInfo? Info { get; }

    internal string InterfaceName { get; }

    internal string Name { get; }

    /// <summary>As Orleans names the spans of a call.</summary>
    internal string SpanName { get; }

    /// <summary>Names the method in a simulation's trace.</summary>
    internal ulong TraceKey { get; }

    internal CallKind Kind { get; }

    internal bool IsOneWay { get; }

    internal static GrainMethod Engine(string name) => EngineMethods.GetOrAdd(name, static n => new GrainMethod(n));

    public override string ToString() => $"{InterfaceName}.{Name}";
}
