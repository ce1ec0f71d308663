using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Governance;
using OrderActors.Merchants;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Simulations;

/// <summary>
/// The shell around <see cref="SimulationLifecycle"/> and <see cref="SimulationPlay"/>. What is due is stored; a timer does it, and a reminder
/// brings the timer back after a crash.
/// </summary>
[GrainType("simulation"), WorkClass(WorkClass.NonCritical)]
internal sealed partial class SimulationGrain : Grain, ISimulationGrain, IRemindable
{
    private const string PlayReminder = "play";
    private const int AtOnce = 16;

    // The shortest period that Orleans allows by default.
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    /// <summary>How long a command waits for the steps that it makes due, so that its answer shows them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly IPersistentState<SimulationState> _stored;
    private readonly Durable<SimulationState> _state;
    private readonly TimeProvider _clock;
    private readonly SimulationOptions _options;
    private readonly ILogger _log;
    private IGrainTimer? _timer;
    private Task? _playing;
    private bool _reminded;

    public SimulationGrain(
        [PersistentState("state")] IPersistentState<SimulationState> state, TimeProvider clock, IOptions<SimulationOptions> options,
        ILogger<SimulationGrain> log)
    {
        _stored = state;
        _state = new(this, state);
        _clock = clock;
        _options = options.Value;
        _log = log;
    }

    private string Id => this.GetPrimaryKeyString();

    private DateTimeOffset Now => _clock.GetUtcNow();

    private ISimulationDirectoryGrain Directory => GrainFactory.GetGrain<ISimulationDirectoryGrain>(ISimulationDirectoryGrain.Key);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!_state.Current.IsRunning) return;

        // The start may have broken off before the directory was told of the final list.
        await Directory.Put(_state.Current.ToListing(Id));
        Schedule();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public Task<SimulationView?> Get(FeedScope owner) => Task.FromResult(
        _state.Current.Exists && _state.Current.Owner == owner ? _state.Current.ToView(Id, Now, withEntries: true) : null);

    public async Task<SimulationReply> Execute(SimulationCommand command)
    {
        if (command is StartSimulation start && !_state.Current.Exists && await Enlist(start) is { } refusal) return new(null, refusal);
        var reply = await _state.Decide(state => SimulationLifecycle.Execute(state, Id, command, Now, _options));
        if (reply.Refusal is not null) return reply;
        await Remind();
        await Settle(command);
        return reply with { Simulation = _state.Current.ToView(Id, Now, withEntries: true) };
    }

    public async Task Observe(ImmutableArray<OrderSighting> orders, bool again)
    {
        if (!_state.Current.IsRunning) return;
        await _state.Decide(state => new Decision<SimulationState, bool>(SimulationPlay.Observe(state, orders, again, Now, _options), true));
        Schedule();
    }

    public async Task Forget()
    {
        if (_state.Current.IsRunning) return;
        await Quiet();
        await _stored.ClearStateAsync();
        DeactivateOnIdle();
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _reminded = true;
        if (SimulationLifecycle.Next(_state.Current) is not null)
        {
            Schedule();
            return;
        }

        // The end may have broken off before the directory was told.
        await Leave();
        await Quiet();
    }

    /// <summary>Listed before it exists, because the list is full or not, and a robot is another simulation's or not.</summary>
    private async Task<Refusal?> Enlist(StartSimulation start)
    {
        if (SimulationLifecycle.Refuse(_state.Current, Id, start, _options) is { } refusal) return refusal;
        foreach (var merchant in start.Plan.Merchants.OrEmpty())
        {
            if (await GrainFactory.GetGrain<IMerchantGrain>(merchant).Get() is null)
                return new(RefusalCode.UnknownMerchant, $"There is no merchant {TestMode.Shown(merchant)}.", "/merchants", TestMode.Shown(merchant));
        }

        foreach (var courier in start.Plan.Couriers.OrEmpty())
        {
            if (await GrainFactory.GetGrain<ICourierGrain>(courier).Get() is null)
                return new(RefusalCode.NotFound, $"There is no courier {TestMode.Shown(courier)}.", "/couriers", TestMode.Shown(courier));
        }

        var planned = SimulationLifecycle.Execute(_state.Current, Id, start, Now, _options).State;
        return await Directory.Put(planned.ToListing(Id));
    }

    private async Task Settle(SimulationCommand command)
    {
        if (command is StopSimulation) await Leave();
        try
        {
            await Play().WaitAsync(Patience, _clock);
        }
        catch (TimeoutException)
        {
            // It goes on; whoever asks again sees more.
        }
    }

    private async Task Leave()
    {
        foreach (var forgotten in await Directory.End(Id)) await GrainFactory.GetGrain<ISimulationGrain>(forgotten).Forget();
    }

    private void Schedule(TimeSpan atLeast = default)
    {
        if (_playing is { IsCompleted: false } || SimulationLifecycle.Next(_state.Current) is not { } next) return;
        var due = next - Now > atLeast ? next - Now : atLeast;
        if (_timer is not null) _timer.Change(due, Timeout.InfiniteTimeSpan);
        else
        {
            _timer = this.RegisterGrainTimer(_ => Play(), new GrainTimerCreationOptions
            {
                DueTime = due,
                Period = Timeout.InfiniteTimeSpan,
                Interleave = true,
                KeepAlive = true,
            });
        }
    }

    /// <summary>Does what is due; once at a time.</summary>
    private Task Play() => _playing is { IsCompleted: false } playing ? playing : _playing = PlayDue();

    private async Task PlayDue()
    {
        var pause = TimeSpan.Zero;
        try
        {
            await Remind();
            while (true)
            {
                if (_state.Current.IsRunning && Now >= _state.Current.EndsAt)
                {
                    await _state.Decide(state =>
                        new Decision<SimulationState, bool>(SimulationLifecycle.End(state, Id, SimulationStatus.Ended, Now), true));
                    await Leave();
                }

                var due = SimulationLifecycle.Due(_state.Current, Now);
                if (due.IsEmpty) break;
                var outcomes = ImmutableArray.CreateBuilder<StepOutcome>(due.Length);
                var cast = new SimulationCast(GrainFactory, Id, _state.Current.Plan!);
                await TurnBound.ForEachAsync(due, AtOnce, async step => outcomes.Add(await Do(cast, step)));
                var done = outcomes.ToImmutable();
                await _state.Decide(state => new Decision<SimulationState, bool>(SimulationLifecycle.Record(state, done, Now), true));
            }
        }
        catch (Exception e)
        {
            // What was done already is not done twice.
            LogFailed(e, Id);
            pause = AfterFailure;
        }
        finally
        {
            _playing = null;
        }

        Schedule(pause);
    }

    private async Task<StepOutcome> Do(SimulationCast cast, SimulationStep step)
    {
        try
        {
            return new(step.Id, await cast.Do(step));
        }
        catch (Exception e)
        {
            LogStepFailed(e, Id, step.Id);
            return new(step.Id, Failure: e.GetType().Name);
        }
    }

    private async Task Remind()
    {
        if (_reminded) return;
        await this.RegisterOrUpdateReminder(PlayReminder, ReminderPeriod, ReminderPeriod);
        _reminded = true;
    }

    private async Task Quiet()
    {
        if (await this.GetReminder(PlayReminder) is { } reminder) await this.UnregisterReminder(reminder);
        _reminded = false;
        _timer?.Dispose();
        _timer = null;
    }

    [LoggerMessage(160, LogLevel.Warning, "Simulation {Simulation}: what is due could not be done; it is tried again")]
    private partial void LogFailed(Exception failure, string simulation);

    [LoggerMessage(161, LogLevel.Debug, "Simulation {Simulation}: step {Step} failed")]
    private partial void LogStepFailed(Exception failure, string simulation, long step);
}
