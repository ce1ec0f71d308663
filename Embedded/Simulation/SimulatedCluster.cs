using Microsoft.Extensions.DependencyInjection;
using OrderActors.Embedded.Reminders;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Streams;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// Several silos over one storage in one virtual world, with every fault the world can throw, from one seed. Everything runs on
/// the thread that calls <see cref="Run"/>; the same seed gives the same run, step by step.
/// </summary>
public sealed class SimulatedCluster
{
    private readonly SimulatedSilo?[] _silos;
    private readonly List<SimulatedSilo> _alive = [];
    private readonly List<SimulatedSilo> _ended = [];
    private readonly Dice _dice;
    private readonly SimulatedHost _host;
    private readonly SimulatedWatchdog _watchdog;
    private readonly ClientNetwork _clients;
    private readonly EventStreamOptions _streams;
    private readonly TimeSpan _latency;
    private IServiceScope? _outside;
    private SimulatedDoorbells? _doorbells;

    /// <summary>A cluster of a seed. Nothing runs before <see cref="Run"/>.</summary>
    /// <param name="options">The seed, and what is not drawn from it.</param>
    /// <param name="streams">How the event log appears to grains.</param>
    /// <param name="records">What the storage has to know of states and events.</param>
    /// <param name="host">The grain classes and the services of every silo.</param>
    public SimulatedCluster(SimulationOptions options, EventStreamOptions streams, ISimulatedRecords records, SimulatedHost host)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(host);
        Options = options;
        _host = host;
        _streams = streams;
        _dice = new Dice(options.Seed, "cluster");
        Faults = options.Faults ?? FaultPlan.Draw(options.Seed);
        World = new VirtualWorld((int)options.Seed, options.Start, new Dice(options.Seed, "order")) { MaxSteps = options.MaxSteps };
        Trace = new SimulationTrace(World.Time);
        Faults.Bind(() => TimeSpan.FromTicks(World.Time.Now), fault => Trace.Happened(-1, "fault", fault));
        var silos = options.Silos > 0 ? options.Silos : 1 + _dice.Next(4);
        _latency = _dice.Happens(0.5) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(5);
        var journal = new Dice(options.Seed, "journal");
        var drawn = journal.Happens(0.5) && silos == 1 ? StorageKind.Journal : StorageKind.Shared;
        IsJournaled = (options.Storage ?? drawn) == StorageKind.Journal;
        _silos = new SimulatedSilo?[IsJournaled ? 1 : silos];
        Storage = IsJournaled ? new JournaledStorage(this, records, journal) : new SharedStorage(this, records, new Dice(options.Seed, "storage"));
        Directory = new SimulatedDirectory(this, new Dice(options.Seed, "placement"));
        Reminders = new SimulatedReminders(this);
        _clients = new ClientNetwork(this, new Dice(options.Seed, "clients"));
        _watchdog = new SimulatedWatchdog(this);
        World.Watch = new Turns(this);
    }

    /// <summary>The seed, and what is not drawn from it.</summary>
    public SimulationOptions Options { get; }

    /// <summary>The world's time and thread.</summary>
    public VirtualWorld World { get; }

    /// <summary>The faults of this run.</summary>
    public FaultPlan Faults { get; }

    /// <summary>What happened so far.</summary>
    public SimulationTrace Trace { get; }

    /// <summary>Whether it is one silo with the product's journal.</summary>
    public bool IsJournaled { get; }

    /// <summary>Where all silos store.</summary>
    public SimulatedStorage Storage { get; }

    /// <summary>How clients outside make references to grains; their calls go through whichever silo is alive.</summary>
    public IGrainFactory Grains => Client;

    /// <summary>The silos that are alive.</summary>
    public IReadOnlyList<SimulatedSilo> Alive => _alive;

    internal GrainCatalog Catalog => _host.Catalog;

    internal SimulatedDirectory Directory { get; }

    internal SimulatedReminders Reminders { get; }

    internal GrainFactory Client { get; private set; } = null!;

    internal GrainRuntime ClientRuntime { get; private set; } = null!;

    internal EngineOptions Engine => Options.Engine;

    /// <summary>Starts all silos, runs the body in the world, and ends whatever still runs.</summary>
    /// <exception cref="StuckWorldException">Nothing can happen any more, or only the same for ever, and the body is not done.</exception>
    public T Run<T>(Func<SimulatedCluster, Task<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            return World.Run(async () =>
            {
                await StartAsync();
                return await body(this);
            });
        }
        finally
        {
            foreach (var silo in _alive.Concat(_ended)) silo.Release();
            _outside?.Dispose();
        }
    }

    /// <summary>
    /// The faults end: nothing strikes any more, every silo starts again, and disagreements are settled. Returns when every grain has
    /// one activation at most; what was begun under faults may still be under way.
    /// </summary>
    public async Task HealAsync()
    {
        Trace.Happened(-1, "faults end", null);
        Faults.Heal();
        Storage.Heal();
        for (var number = 0; number < _silos.Length; number++) StartSilo(number);
        Directory.Agree();
        foreach (var silo in _ended) Declare(silo);
        _doorbells?.RingAll();
        await Task.Delay(TimeSpan.FromMinutes(1), World.Clock);
    }

    /// <summary>Sends a request of a client outside to a process that is alive.</summary>
    /// <param name="serve">What the process does with it, on its silo's own context, from which it must not go away.</param>
    /// <param name="patience">How long the client waits before it hangs up.</param>
    /// <returns>The answer. It fails with <see cref="TimeoutException"/> or <see cref="IOException"/> when none comes: the outcome is unknown then.</returns>
    public Task<T> Send<T>(Action<SimulatedSilo, ClientRequest<T>> serve, TimeSpan patience) => _clients.Send(serve, patience);

    /// <summary>Kills one silo now; it starts again after a while.</summary>
    public void Crash(SimulatedSilo silo) => Crash(silo, _dice);

    internal SimulatedSilo? AnySilo(Dice dice) => _alive.Count == 0 ? null : _alive.Count == 1 ? _alive[0] : _alive[dice.Next(_alive.Count)];

    internal TimeSpan Latency() => _latency == TimeSpan.Zero ? TimeSpan.Zero : _dice.UpTo(_latency);

    internal int Sent() => _watchdog.Sent();

    internal void FailLater(GrainCall call, TimeSpan delay, Func<Exception> failure) => World.Time.After(delay, _ => call.TryFail(failure()), null);

    /// <summary>Nobody answers this call any more; the caller hears so when its time is over.</summary>
    internal void TimeOut(GrainCall call) => World.Time.After(
        Engine.ResponseTimeout,
        static state => ((GrainCall)state!).TryFail(new TimeoutException(
            $"{((GrainCall)state).Method} did not answer in time. Its outcome is unknown: it may still be done. Repeat it with the same command id.")),
        call);

    internal static void Fail(GrainCall call, SimulatedSilo dead) => call.TryFail(
        new SiloUnavailableException($"{dead} died before it answered {call.Method}. Its outcome is unknown: repeat it with the same command id."));

    private async Task StartAsync()
    {
        _outside = _host.Begin(this);
        ClientRuntime = _outside.ServiceProvider.GetRequiredService<GrainRuntime>();
        ClientRuntime.Network = new SiloNetwork(this, null);
        Client = new GrainFactory(ClientRuntime, Catalog);
        for (var number = 0; number < _silos.Length; number++) StartSilo(number);
        // Who is outside reads before anything else happens; a journal whose disk fails at once starts later.
        while (_alive.Count == 0) await Task.Delay(TimeSpan.FromSeconds(1), World.Clock);
        _doorbells = new SimulatedDoorbells(this);
        await new EventStreamProvider(ClientRuntime, Client, _doorbells, _streams).StartAsync();
        _watchdog.Start();
    }

    private void StartSilo(int number)
    {
        if (_silos[number] is not null) return;
        if (!Storage.TryStart())
        {
            World.Time.After(_dice.UpTo(TimeSpan.FromSeconds(10)), _ => StartSilo(number), null);
            return;
        }

        var skew = Faults.Strikes(FaultKind.ClockSkew, number)
            ? Options.LongestClockSkew * (Faults.Size(FaultKind.ClockSkew).NextDouble() * 2 - 1) : TimeSpan.Zero;
        var schema = Faults.Strikes(FaultKind.OlderSchema, number) ? SchemaSkew.Older
            : Faults.Strikes(FaultKind.NewerSchema, number) ? SchemaSkew.Newer : SchemaSkew.None;
        var silo = new SimulatedSilo(this, number, _host.Scope(), skew, schema);
        silo.Runtime.SetTick(_watchdog.Tick);
        _silos[number] = silo;
        _alive.Add(silo);
        Trace.Happened(number, "starts", null);
        if (IsJournaled) _doorbells?.RingAll();
    }

    internal void Crash(SimulatedSilo silo, Dice dice)
    {
        if (silo.IsDead) return;
        Trace.Happened(silo.Number, "dies", null);
        silo.Die();
        _silos[silo.Number] = null;
        _alive.Remove(silo);
        _ended.Add(silo);
        Storage.Lose(silo, dice);
        // Most deaths are noticed at once, some take as long as a membership protocol does.
        var noticed = dice.Happens(0.7) ? dice.UpTo(TimeSpan.FromSeconds(1)) : dice.UpTo(TimeSpan.FromSeconds(20));
        World.Time.After(noticed, _ => Declare(silo), null);
        World.Time.After(dice.UpTo(TimeSpan.FromSeconds(30)), _ => StartSilo(silo.Number), null);
    }

    private void CrashAll(Dice dice)
    {
        for (var i = _alive.Count - 1; i >= 0; i--) Crash(_alive[i], dice);
    }

    private static void Declare(SimulatedSilo silo)
    {
        silo.IsDeclaredDead = true;
        foreach (var call in silo.Doomed) Fail(call, silo);
        silo.Doomed.Clear();
        foreach (var connection in silo.Connections.ToArray()) connection.Break();
    }

    /// <summary>Before each turn somebody may die.</summary>
    private sealed class Turns(SimulatedCluster cluster) : IStepWatch
    {
        public void BeforeStep(int ready, int index)
        {
            var faults = cluster.Faults;
            cluster.Trace.Mix((ulong)(uint)index << 32 ^ (ulong)(uint)ready ^ (ulong)cluster.World.Time.Now << 8);
            if (faults.Strikes(FaultKind.SiloCrash) && cluster.AnySilo(faults.Size(FaultKind.SiloCrash)) is { } silo)
                cluster.Crash(silo, faults.Size(FaultKind.SiloCrash));
            if (faults.Strikes(FaultKind.ClusterCrash)) cluster.CrashAll(faults.Size(FaultKind.ClusterCrash));
        }
    }
}
