using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Embedded.Runtime;

/// <summary>What the engine knows of one grain class.</summary>
internal sealed class GrainClass
{
    private readonly ObjectFactory _create;
    private readonly Func<Activation, object>[] _facets;
    private long _calls;
    private long _failures;

    internal GrainClass(Type type)
    {
        Type = type;
        GrainType = GrainType.Create(type.GetCustomAttribute<GrainTypeAttribute>()?.Name ?? DefaultName(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        MaxWorkers = type.GetCustomAttribute<StatelessWorkerAttribute>()?.MaxLocalWorkers ?? 0;
        ImplicitNamespaces = [.. type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>().Select(a => a.Namespace)];

        var constructors = type.GetConstructors();
        if (constructors.Length != 1) throw new InvalidOperationException($"{type.FullName} has {constructors.Length} public constructors; a grain has one.");
        var facets = constructors[0].GetParameters().Where(p => p.IsDefined(typeof(PersistentStateAttribute))).ToArray();
        if (facets.Length > 0 && MaxWorkers > 0)
            throw new InvalidOperationException($"{type.FullName} is a stateless worker and cannot have persistent state.");
        _facets = [.. facets.Select(Facet)];
        _create = ActivatorUtilities.CreateFactory(type, [.. facets.Select(p => p.ParameterType)]);
    }

    internal Type Type { get; }

    internal GrainType GrainType { get; }

    internal bool IsReentrant { get; }

    internal int MaxWorkers { get; }

    /// <summary>Requests started on grains of this class.</summary>
    internal long Calls => Interlocked.Read(ref _calls);

    /// <summary>Those of them that ended with an exception.</summary>
    internal long Failures => Interlocked.Read(ref _failures);

    internal bool IsStatelessWorker => MaxWorkers > 0;

    internal string[] ImplicitNamespaces { get; }

    internal void CountCalls(int started) => Interlocked.Add(ref _calls, started);

    internal void CountFailure() => Interlocked.Increment(ref _failures);

    internal object Create(Activation activation)
    {
        var facets = new object[_facets.Length];
        for (var i = 0; i < facets.Length; i++) facets[i] = _facets[i](activation);
        return _create(activation.ActivationServices, facets);
    }

    private static string DefaultName(Type type)
    {
        const string suffix = "Grain";
        var name = type.Name.EndsWith(suffix, StringComparison.Ordinal) ? type.Name[..^suffix.Length] : type.Name;
        return name.ToLowerInvariant();
    }

    private static Func<Activation, object> Facet(ParameterInfo parameter)
    {
        if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new InvalidOperationException(
                $"{parameter.Member.DeclaringType} marks parameter '{parameter.Name}' as persistent state, but its type is " +
                    $"{parameter.ParameterType}; it must be IPersistentState<T>.");
        }

        var attribute = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        var make = typeof(GrainClass).GetMethod(nameof(MakeState), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(parameter.ParameterType.GetGenericArguments())
            .CreateDelegate<Func<Activation, PersistentStateAttribute, object>>();
        return activation => make(activation, attribute);
    }

    private static PersistentState<T> MakeState<T>(Activation activation, PersistentStateAttribute attribute)
    {
        var storage = activation.Runtime.Storage(attribute.StorageName);
        var state = new PersistentState<T>(attribute.StateName, activation, storage);
        activation.AddState(state);
        return state;
    }
}
