using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Embedded.Runtime;

/// <summary>All activations of this process, how calls find them, and what watches over them.</summary>
internal sealed class GrainRuntime
{
    /// <summary>The storage that a state without a storage name goes to.</summary>
    internal const string DefaultStorage = "Default";

    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly ConcurrentDictionary<GrainId, WorkerGroup> _workers = new();
    private readonly ConcurrentDictionary<string, IGrainStorage> _storages = new();
    private readonly int _mailboxLimit;
    private long _activationCount;
    private volatile bool _stopping;
    private int _tick;

    internal GrainRuntime(IServiceProvider services, EngineOptions options, TimeProvider time, IWorkScheduler scheduler, EngineLog log)
    {
        options.Validate();
        _mailboxLimit = options.MailboxLimit;
        Services = services;
        Options = options;
        Time = time;
        Scheduler = scheduler;
        Log = log;
        IncomingFilters = [.. services.GetServices<IIncomingGrainCallFilter>()];
        OutgoingFilters = [.. services.GetServices<IOutgoingGrainCallFilter>()];
        HasIncomingFilters = IncomingFilters.Length > 0;
        HasOutgoingFilters = OutgoingFilters.Length > 0;
    }

    internal IServiceProvider Services { get; }

    internal EngineOptions Options { get; }

    internal TimeProvider Time { get; }

    internal IWorkScheduler Scheduler { get; }

    internal EngineLog Log { get; }

    internal bool HasIncomingFilters { get; }

    internal bool HasOutgoingFilters { get; }

    internal IIncomingGrainCallFilter[] IncomingFilters { get; }

    internal IOutgoingGrainCallFilter[] OutgoingFilters { get; }

    /// <summary>The watchdog's clock: reading it costs nothing, so every request carries it.</summary>
    internal int Tick => Volatile.Read(ref _tick);

    /// <summary>Where grains live when there are several engines; null when all of them live here.</summary>
    internal ISiloNetwork? Network { get; set; }

    internal long ActivationCount => Interlocked.Read(ref _activationCount);

    internal bool IsStopping => _stopping;

    internal IEnumerable<Activation> Activations =>
        _activations.Select(pair => pair.Value).Concat(_workers.SelectMany(pair => pair.Value.All));

    internal int AdvanceTick() => Interlocked.Increment(ref _tick);

    /// <summary>Engines that share requests share the clock that these carry.</summary>
    internal void SetTick(int tick) => Volatile.Write(ref _tick, tick);

    internal IGrainStorage Storage(string? name) => _storages.GetOrAdd(name ?? DefaultStorage, n =>
        Services.GetKeyedService<IGrainStorage>(n)
        ?? throw new InvalidOperationException($"There is no grain storage named '{n}'. Register one with AddKeyedSingleton<IGrainStorage>(\"{n}\", …)."));

    internal Activation Locate(GrainClass grainClass, GrainId id)
    {
        if (grainClass.IsStatelessWorker)
            return _workers.GetOrAdd(id, static (id, state) => new WorkerGroup(state.runtime, state.grainClass, id), (runtime: this, grainClass)).Pick();
        if (_activations.TryGetValue(id, out var activation)) return activation;
        var fresh = new Activation(this, grainClass, id);
        activation = _activations.GetOrAdd(id, fresh);
        if (ReferenceEquals(activation, fresh)) Interlocked.Increment(ref _activationCount);
        return activation;
    }

    /// <summary>Brings a call of the engine's own to its grain, wherever that lives.</summary>
    internal void Send(GrainClass grainClass, GrainId id, GrainCall call)
    {
        if (Network is { } network) network.Send(grainClass, id, call);
        else Deliver(Locate(grainClass, id), call);
    }

    /// <summary>Fails a call that comes from outside while the engine stops.</summary>
    internal bool RefusesCallsFromOutside(GrainCall call, GrainId grain)
    {
        if (!_stopping || call.Source is not null) return false;
        call.TryFail(new OrleansException($"The engine is stopping: {call.Method} of {grain} was not started."));
        return true;
    }

    internal void Deliver(Activation activation, GrainCall call)
    {
        if (activation.TryDeliver(call, _mailboxLimit)) return;
        call.TryFail(new LimitExceededException(
            $"{activation.GrainId} has {Options.MailboxLimit} requests waiting, which is its limit: {call.Method} was not started. Try again later."));
    }

    /// <summary>A request reached an activation that is gone: it goes to the one that is there now.</summary>
    internal void Redeliver(Activation gone, GrainCall call)
    {
        // What the engine asked of that very activation, such as a timer's tick, is over with it.
        if (call is EngineCall and not Streams.StreamCall) return;
        Send(gone.Class, gone.GrainId, call);
    }

    internal void Remove(Activation activation)
    {
        Network?.Removed(activation);
        if (activation.Class.IsStatelessWorker)
        {
            if (_workers.TryGetValue(activation.GrainId, out var group)) group.Remove(activation);
        }
        else if (_activations.TryRemove(KeyValuePair.Create(activation.GrainId, activation)))
        {
            Interlocked.Decrement(ref _activationCount);
        }
    }

    internal void Abandon(Activation activation)
    {
        Log.Abandoned(activation.GrainId, Options.StuckAfter);
        Remove(activation);
        activation.Abandoned();
    }

    internal void OneWayFailed(Exception exception) => Log.OneWayFailed(exception);

    /// <summary>From now on calls from outside are refused; calls that grains make for work under way go on.</summary>
    internal void RefuseNewWork() => _stopping = true;

    /// <summary>The activations of one stateless worker.</summary>
    private sealed class WorkerGroup(GrainRuntime runtime, GrainClass grainClass, GrainId id)
    {
        private Activation[] _all = [];
        private int _next;

        internal Activation[] All => Volatile.Read(ref _all);

        internal Activation Pick()
        {
            var all = All;
            foreach (var worker in all)
            {
                if (worker.IsIdle) return worker;
            }

            if (all.Length < grainClass.MaxWorkers)
            {
                lock (this)
                {
                    if (_all.Length < grainClass.MaxWorkers)
                    {
                        var fresh = new Activation(runtime, grainClass, id);
                        Volatile.Write(ref _all, [.. _all, fresh]);
                        return fresh;
                    }

                    all = _all;
                }
            }

            return all[(uint)Interlocked.Increment(ref _next) % (uint)all.Length];
        }

        internal void Remove(Activation activation)
        {
            lock (this) Volatile.Write(ref _all, [.. _all.Where(a => !ReferenceEquals(a, activation))]);
        }
    }
}
