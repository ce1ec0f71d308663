using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace OrderActors.Tests.Engine.Runtime;

public interface IEchoGrain : IGrainWithStringKey
{
    Task<int> Add(int a, int b);

    ValueTask<string> Key();

    Task Nothing();

    ValueTask<int> ThrowLater(string message);

    Task<int> ThrowAtOnce(string message);

    Task<string?> Baggage(string key);

    Task<string?> BaggageOf(string other, string key);

    Task Leave();

    [OneWay]
    Task Shout(string word);

    Task<int> Instance();
}

public sealed class EchoGrain(Journal journal) : Grain, IEchoGrain
{
    private static int _instances;
    private readonly int _instance = Interlocked.Increment(ref _instances);

    public Task<int> Add(int a, int b) => Task.FromResult(a + b);

    public ValueTask<string> Key() => new(this.GetPrimaryKeyString());

    public Task Nothing() => Task.CompletedTask;

    public async ValueTask<int> ThrowLater(string message)
    {
        await Task.Yield();
        throw new ArithmeticException(message);
    }

    public Task<int> ThrowAtOnce(string message) => throw new ArithmeticException(message);

    public Task<string?> Baggage(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task<string?> BaggageOf(string other, string key) => GrainFactory.GetGrain<IEchoGrain>(other).Baggage(key);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task Shout(string word)
    {
        journal.Add(word);
        throw new InvalidOperationException("nobody hears this");
    }

    public Task<int> Instance() => Task.FromResult(_instance);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        journal.Add($"+{this.GetPrimaryKeyString()}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        journal.Add($"-{this.GetPrimaryKeyString()} {reason.ReasonCode}");
        return Task.CompletedTask;
    }
}

public interface IFarewellGrain : IGrainWithStringKey
{
    Task Meet(string other);

    [OneWay]
    Task Hear(string word);
}

/// <summary>Tells another of its kind when it leaves, which takes it a while.</summary>
public sealed class FarewellGrain(Journal journal) : Grain, IFarewellGrain
{
    private string? _other;

    public Task Meet(string other)
    {
        _other = other;
        return Task.CompletedTask;
    }

    public Task Hear(string word)
    {
        journal.Add(word);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_other is null) return;
        await Task.Yield();
        _ = GrainFactory.GetGrain<IFarewellGrain>(_other).Hear($"{this.GetPrimaryKeyString()} left");
    }
}

/// <summary>Holds requests at a gate, to see which others come in meanwhile.</summary>
public interface IGate : IGrainWithStringKey
{
    Task Write(string name);

    [ReadOnly]
    Task Read(string name);

    [AlwaysInterleave]
    Task Interleave(string name);

    [AlwaysInterleave]
    Task Open(string name);
}

public interface IGateGrain : IGate;

public abstract class GateGrainBase(Journal journal) : Grain, IGate
{
    private readonly Dictionary<string, TaskCompletionSource> _gates = [];

    public Task Write(string name) => Pass(name);

    public Task Read(string name) => Pass(name);

    public Task Interleave(string name) => Pass(name);

    public Task Open(string name)
    {
        Gate(name).TrySetResult();
        return Task.CompletedTask;
    }

    private async Task Pass(string name)
    {
        journal.Add($"{name} in");
        await Gate(name).Task;
        journal.Add($"{name} out");
    }

    private TaskCompletionSource Gate(string name)
    {
        if (!_gates.TryGetValue(name, out var gate)) _gates[name] = gate = new TaskCompletionSource();
        return gate;
    }
}

[GrainType("gate")]
public sealed class GateGrain(Journal journal) : GateGrainBase(journal), IGateGrain;

public interface IReentrantGateGrain : IGate;

[Reentrant, GrainType("reentrant-gate")]
public sealed class ReentrantGateGrain(Journal journal) : GateGrainBase(journal), IReentrantGateGrain;

[Serializable]
public sealed class CounterState
{
    public int Value { get; set; }
}

public interface ICounterGrain : IGrainWithIntegerKey
{
    Task<int> Increment();

    Task<int> Unprotected(int times);

    Task<int> Get();

    Task Poison();
}

public sealed class CounterGrain([PersistentState("counter")] IPersistentState<CounterState> state,
    [PersistentState("other")] IPersistentState<CounterState> other) : Grain, ICounterGrain
{
    private int _memory;

    public async Task<int> Increment()
    {
        state.State.Value++;
        await state.WriteStateAsync();
        return state.State.Value;
    }

    /// <summary>Read, await, write: only turns keep this from losing updates.</summary>
    public async Task<int> Unprotected(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var before = _memory;
            await Task.Yield();
            _memory = before + 1;
        }

        return _memory;
    }

    public Task<int> Get() => Task.FromResult(state.State.Value);

    public async Task Poison()
    {
        await other.ReadStateAsync();
        throw new Orleans.Storage.InconsistentStateException("as a storage would");
    }
}

public interface ITickGrain : IGrainWithStringKey, IRemindable
{
    Task StartTimer(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive, TimeSpan work);

    Task StopTimer();

    Task Hold(TimeSpan forHowLong);

    Task Remind(string name, TimeSpan due, TimeSpan period);

    Task Unremind(string name);
}

public sealed class TickGrain(Journal journal, TimeProvider time) : Grain, ITickGrain
{
    private IGrainTimer? _timer;

    public Task StartTimer(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive, TimeSpan work)
    {
        _timer = this.RegisterGrainTimer(
            async _ =>
            {
                journal.Add($"tick {time.GetUtcNow():mm:ss}");
                await Task.Delay(work, time, CancellationToken.None);
            },
            new GrainTimerCreationOptions { DueTime = due, Period = period, Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task StopTimer()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task Hold(TimeSpan forHowLong) => Task.Delay(forHowLong, time);

    public Task Remind(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task Unremind(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        journal.Add($"{reminderName} {status.CurrentTickTime:mm:ss}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        journal.Add($"gone {time.GetUtcNow():mm:ss}");
        return Task.CompletedTask;
    }
}

public interface IWorkerGrain : IGrainWithStringKey
{
    Task<int> Work(TimeSpan forHowLong);
}

[StatelessWorker(3)]
public sealed class WorkerGrain(TimeProvider time) : Grain, IWorkerGrain
{
    private static int _next;
    private readonly int _me = Interlocked.Increment(ref _next);

    public async Task<int> Work(TimeSpan forHowLong)
    {
        await Task.Delay(forHowLong, time);
        return _me;
    }
}

public interface IListenerGrain : IGrainWithStringKey
{
    Task Subscribe(int partition);

    Task Unsubscribe(int partition);

    Task Nothing();
}

/// <summary>Hears its own partition by its class and others by its wish.</summary>
[ImplicitStreamSubscription("event-log")]
public sealed class ListenerGrain(Journal journal, ListenerBehaviour behaviour) : Grain, IListenerGrain, IAsyncObserver<Bell>, IStreamSubscriptionObserver
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<Bell>().ResumeAsync(this);

    public async Task OnNextAsync(Bell item, StreamSequenceToken? token = null)
    {
        journal.Add($"{this.GetPrimaryKeyString()} heard {item.Partition}:{item.Head}");
        await behaviour.OnHeard(item);
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public Task Nothing() => Task.CompletedTask;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < 120; partition++)
        {
            foreach (var handle in await Stream(partition).GetAllSubscriptionHandles()) await handle.ResumeAsync(this);
        }
    }

    public Task Subscribe(int partition) => Stream(partition).SubscribeAsync(this);

    public async Task Unsubscribe(int partition)
    {
        foreach (var handle in await Stream(partition).GetAllSubscriptionHandles()) await handle.UnsubscribeAsync();
    }

    private IAsyncStream<Bell> Stream(int partition) =>
        this.GetStreamProvider("log").GetStream<Bell>(StreamId.Create("event-log",
            partition.ToString("D3", System.Globalization.CultureInfo.InvariantCulture)));
}

/// <summary>What a listener does with an item.</summary>
public sealed class ListenerBehaviour
{
    public Func<Bell, Task> OnHeard { get; set; } = _ => Task.CompletedTask;
}
