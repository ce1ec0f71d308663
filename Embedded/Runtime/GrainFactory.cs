using System.Collections.Frozen;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>All grain classes of the host, and references to their grains.</summary>
internal sealed class GrainFactory : IClusterClient
{
    private readonly GrainRuntime _runtime;
    private readonly FrozenDictionary<Type, GrainClass> _byInterface;
    private readonly FrozenDictionary<string, GrainClass> _byName;

    internal GrainFactory(GrainRuntime runtime, IEnumerable<Assembly> assemblies)
    {
        _runtime = runtime;
        Classes =
        [
            .. assemblies.Distinct().SelectMany(a => a.GetTypes())
                .Where(t => t is { IsClass: true, IsAbstract: false } && typeof(Grain).IsAssignableFrom(t))
                .OrderBy(t => t.FullName, StringComparer.Ordinal)
                .Select(t => new GrainClass(t)),
        ];

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

    public IServiceProvider ServiceProvider => _runtime.Services;

    internal GrainClass[] Classes { get; }

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
        (TGrainInterface)(object)ReferenceFactory.For(typeof(TGrainInterface)).Create(_runtime, ClassOf(grainId), grainId);

    internal GrainClass ClassOf(GrainId id) =>
        _byName.TryGetValue(id.Type.ToString(), out var grainClass)
            ? grainClass
            : throw new ArgumentException($"There is no grain class of the type '{id.Type}'.", nameof(id));

    private TGrainInterface Reference<TGrainInterface>(IdSpan key)
    {
        if (!_byInterface.TryGetValue(typeof(TGrainInterface), out var grainClass))
        {
            throw new ArgumentException($"No class, or more than one, implements {typeof(TGrainInterface).FullName}.");
        }

        return (TGrainInterface)(object)ReferenceFactory.For(typeof(TGrainInterface)).Create(_runtime, grainClass, new GrainId(grainClass.GrainType, key));
    }
}
