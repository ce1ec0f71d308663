using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderActors.Broadcast;
using OrderActors.Dispatch;
using OrderActors.Embedded.Storage;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Silo.Streams;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Reminders;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Streams;
using Orleans.TestingHost;

namespace OrderActors.TestKit;

/// <summary>
/// The grains on the engine this build was made for. Here: two silos of Microsoft Orleans in this process, over one storage
/// in memory that outlives a restart. Only the grains' clock is the test's; the silos' own timers stay on real time.
/// </summary>
public sealed class TestCluster
{
    private static readonly string[] SystemClocks =
    [
        TimeProviderNames.ActivationManagement, TimeProviderNames.GrainDirectory, TimeProviderNames.Membership,
        TimeProviderNames.Messaging, TimeProviderNames.SystemTimers, ReminderTimeProviderNames.Reminders, StreamingTimeProviderNames.Streaming,
    ];

    private const int QuietMoments = 2;
    private const int MostMoments = 8;
    private const int MostLooks = 400;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    // Twenty minutes of the grains' clock may pass before a machine that is busy with something else has done anything at all.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly CallCount _calls = new();
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly Action<IServiceCollection>? _configure;
    private readonly TestClusterShape _shape;
    private readonly Lock _pace = new();
    private Task _passing = Task.CompletedTask;
    private InProcessTestCluster _cluster = null!;

    private TestCluster(Action<IServiceCollection>? configure, TestClusterShape shape)
    {
        _configure = configure;
        _shape = shape;
        Storage = new FaultyStorage(new MemoryStore(new JsonStateSerializer(StoredJson.Options), new RaisedEvents()));
        Log = new StoredEventLog(Storage);
    }

    /// <summary>Makes references to grains.</summary>
    public IGrainFactory Grains => _cluster.Client;

    /// <summary>The event log.</summary>
    public IEventLog Log { get; }

    /// <summary>The time the grains see.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>The storage, with faults to switch on.</summary>
    public FaultyStorage Storage { get; }

    /// <summary>The silos that run, in the order they were started.</summary>
    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    /// <summary>Runs a test on a fresh cluster.</summary>
    public static Task Run(Func<TestCluster, Task> test, Action<IServiceCollection>? configure = null, int seed = 1) =>
        Run(new TestClusterShape(), test, configure);

    /// <summary>Runs a test on a fresh cluster of a certain shape.</summary>
    public static async Task Run(TestClusterShape shape, Func<TestCluster, Task> test, Action<IServiceCollection>? configure = null)
    {
        var cluster = new TestCluster(configure, shape);
        await cluster.StartAsync();
        try
        {
            await test(cluster);
        }
        finally
        {
            await cluster.StopAsync();
        }
    }

    /// <summary>Lets time pass, in steps, with room for the grains to act on each.</summary>
    public async Task Advance(TimeSpan time)
    {
        var step = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond, time.Ticks / 100));
        var until = _clock.GetUtcNow() + time;
        while (until - _clock.GetUtcNow() is var left && left > TimeSpan.Zero) await Pass(left < step ? left : step);
    }

    /// <summary>
    /// Waits until something holds; fails with the description when it does not within twenty minutes of grain time, nor two minutes of real time.
    /// </summary>
    public async Task Eventually(Func<Task<bool>> holds, string description)
    {
        var (began, from, step) = (Stopwatch.GetTimestamp(), _clock.GetUtcNow(), TimeSpan.FromMilliseconds(500));
        while (true)
        {
            if (await holds()) return;
            var passed = _clock.GetUtcNow() - from;
            if (passed >= Longest && Stopwatch.GetElapsedTime(began) >= Patience) break;

            // What took a while already will hardly be a matter of half a second.
            if (passed > 100 * step && step < LongestStep) step *= 2;
            await Pass(passed < Longest ? step : TimeSpan.Zero);
        }

        throw new TimeoutException($"Not within twenty minutes: {description}.");
    }

    /// <summary>Ends all silos with nothing more stored, as a crash would, and starts new ones on the same storage.</summary>
    public async Task CrashAndRestart()
    {
        Storage.Cut();
        foreach (var silo in _cluster.Silos.ToArray()) await _cluster.KillSiloAsync(silo);
        await _cluster.DisposeAsync();
        Storage.Mend();
        await StartAsync();
    }

    /// <summary>Starts one more silo; returns when it takes its part of the work.</summary>
    public Task<InProcessSiloHandle> AddSilo() => _cluster.StartAdditionalSiloAsync();

    /// <summary>Ends a silo without a word to its grains.</summary>
    public Task KillSilo(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    /// <summary>Ends a silo that hands its grains over first.</summary>
    public Task StopSilo(InProcessSiloHandle silo) => _cluster.StopSiloAsync(silo);

    /// <summary>The services of a silo.</summary>
    public IServiceProvider ServicesOf(InProcessSiloHandle silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        return _cluster.GetSiloServiceProvider(silo.SiloAddress);
    }

    /// <summary>A moment for the grains to go on.</summary>
    public Task Breathe() => Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);

    /// <summary>Lets some time pass, and the grains act on it. Where several let time pass at once it passes for all of them.</summary>
    private Task Pass(TimeSpan time)
    {
        lock (_pace)
        {
            if (_passing.IsCompleted) _passing = Task.Run(Go);
            return _passing;
        }

        async Task Go()
        {
            _clock.Advance(time);
            await Settle();
        }
    }

    // Until no call begins or ends any more; not for ever, since there are some that wait for the clock, again and again.
    private async Task Settle()
    {
        var quiet = 0;
        for (var (moments, looks) = (0, 0); moments < MostMoments && looks < MostLooks; looks++)
        {
            var (before, began) = (_calls.Count, Stopwatch.GetTimestamp());
            await Task.Delay(Moment, TimeProvider.System);
            await BehindWhatWaits();

            // Late: the machine stood still or is busy, and the grains had no moment either.
            if (Stopwatch.GetElapsedTime(began) > 4 * Moment) quiet = 0;
            else if (_calls.Count == before) quiet++;
            else (quiet, moments) = (0, moments + 1);
            if (quiet == QuietMoments) return;
        }
    }

    // A timer comes before the work that waits for a thread; this comes after it.
    private static Task BehindWhatWaits() =>
        Task.Factory.StartNew(static () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);

    private async Task StartAsync()
    {
        var builder = new InProcessTestClusterBuilder((short)_shape.Silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) => host.Logging.ClearProviders());
        builder.ConfigureClient(client => client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = _shape.ResponseTimeout));
        builder.ConfigureSilo((options, silo) =>
        {
            silo.UseRoles(_shape.RolesOf(Number(options.SiloName)));
            silo.Services.AddSingleton<IEventStore>(Storage);
            silo.AddIncomingGrainCallFilter(_calls);
            silo.AddLogStreams().UseInMemoryReminderService();
            silo.Services.AddGrainStorage("Default", (_, _) => Storage);
            foreach (var name in SystemClocks) silo.Services.AddKeyedSingleton(name, TimeProvider.System);
            silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, _clock);
            silo.Services.AddSingleton<TimeProvider>(_clock);
            silo.Services.AddSingleton(Log);
            silo.Services.AddOrderActorsGrains();

            // A decision costs time by a clock that moves only between the grains' turns, or in the middle of one.
            silo.Services.Configure<DispatchOptions>(options => options.DecisionBudget = TimeSpan.Zero);
            _configure?.Invoke(silo.Services);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    // "Silo_2" is the third.
    private static int Number(string siloName) => int.Parse(siloName.AsSpan(siloName.LastIndexOf('_') + 1), System.Globalization.CultureInfo.InvariantCulture);

    private Task StopAsync() => WhileTimePasses(async () =>
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    });

    // A grain that waits on the test's clock would hold its silo up for as long as the engine has patience.
    private async Task WhileTimePasses(Func<Task> ending)
    {
        var ended = ending();
        while (!ended.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Breathe();
        }

        await ended;
    }

    /// <summary>Counts what begins and what ends, so that a count that stays says that nothing goes on.</summary>
    private sealed class CallCount : IIncomingGrainCallFilter
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            Interlocked.Increment(ref _count);
            try
            {
                await context.Invoke();
            }
            finally
            {
                Interlocked.Increment(ref _count);
            }
        }
    }
}
