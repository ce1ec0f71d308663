using System.Collections.Frozen;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>All grain classes of a host, and which of them implements an interface.</summary>
internal sealed class GrainCatalog
{
    private readonly FrozenDictionary<Type, GrainClass> _byInterface;
    private readonly FrozenDictionary<string, GrainClass> _byName;

    internal GrainCatalog(IEnumerable<Type> grains)
    {
        Classes = [.. grains.Distinct().OrderBy(t => t.FullName, StringComparer.Ordinal).Select(t => new GrainClass(t))];

        foreach (var same in Classes.GroupBy(c => c.GrainType).Where(g => g.Count() > 1))
        {
            throw new InvalidOperationException(
                $"The grain type '{same.Key}' is the name of several classes: " +
                    $"{string.Join(", ", same.Select(c => c.Type.FullName))}. Give them different [GrainType] names.");
        }

        _byName = Classes.ToFrozenDictionary(c => c.GrainType.ToString());
        _byInterface = Classes
            .SelectMany(c => c.Type.GetInterfaces().Where(i => typeof(IAddressable).IsAssignableFrom(i)).Select(i => (Interface: i, Class: c)))
            .GroupBy(p => p.Interface)
            // An interface that several classes implement, such as IRemindable, needs a full grain id.
            .Where(g => g.Count() == 1)
            .ToFrozenDictionary(g => g.Key, g => g.Single().Class);
    }

    internal GrainClass[] Classes { get; }

    /// <summary>All grain classes of an assembly.</summary>
    internal static IEnumerable<Type> In(Assembly assembly) =>
        assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(Grain).IsAssignableFrom(t));

    internal GrainClass ClassOf(GrainId id) =>
        _byName.TryGetValue(id.Type.ToString(), out var grainClass)
            ? grainClass
            : throw new ArgumentException($"There is no grain class of the type '{id.Type}'.", nameof(id));

    internal GrainClass ClassOf(Type grainInterface) =>
        _byInterface.TryGetValue(grainInterface, out var grainClass)
            ? grainClass
            : throw new ArgumentException($"No class, or more than one, implements {grainInterface.FullName}.");

    /// <summary>The classes that are woken by the streams of a namespace.</summary>
    internal GrainClass[] SubscribersOf(string streamNamespace) => [.. Classes.Where(c => c.ImplicitNamespaces.Contains(streamNamespace))];
}

/// <summary>References to the grains of a catalogue.</summary>
internal sealed class GrainFactory(GrainRuntime runtime, GrainCatalog catalog) : IClusterClient
{
    internal GrainFactory(GrainRuntime runtime, IEnumerable<Type> grains)
        : this(runtime, new GrainCatalog(grains))
    {
    }

    public IServiceProvider ServiceProvider => runtime.Services;

    internal GrainCatalog Catalog => catalog;

    internal GrainClass[] Classes => catalog.Classes;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrEmpty(primaryKey);
        return Reference<TGrainInterface>(IdSpan.Create(primaryKey));
    }

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey =>
        Reference<TGrainInterface>(GrainKeys.FromLong(primaryKey));

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)(object)ReferenceFactory.For(typeof(TGrainInterface)).Create(runtime, ClassOf(grainId), grainId);

    internal GrainClass ClassOf(GrainId id) => catalog.ClassOf(id);

    private TGrainInterface Reference<TGrainInterface>(IdSpan key)
    {
        var grainClass = catalog.ClassOf(typeof(TGrainInterface));
        return (TGrainInterface)(object)ReferenceFactory.For(typeof(TGrainInterface)).Create(runtime, grainClass, new GrainId(grainClass.GrainType, key));
    }
}
