using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Simulations;

/// <summary>What is stored of the directory.</summary>
[StoredAs("simulation-directory", version: 1)]
internal sealed record SimulationDirectoryState
{
    /// <summary>How many of an owner's simulations that are over are kept.</summary>
    public const int MaxEnded = 20;

    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private readonly ImmutableArray<SimulationListing> _simulations;

    public long Version { get; init; }

    /// <summary>The simulations, the newest first.</summary>
    public ImmutableArray<SimulationListing> Simulations { get => _simulations.OrEmpty(); init => _simulations = value; }

    /// <summary>With a simulation that is to play.</summary>
    public Decision<SimulationDirectoryState, Refusal?> Put(SimulationListing simulation, SimulationOptions options, DateTimeOffset now)
    {
        if (Simulations.Any(s => s.Id == simulation.Id)) return new(this, null);
        var running = Simulations.Where(s => IsRunning(s, now)).ToList();
        if (running.Count(s => s.Owner == simulation.Owner) >= options.MaxPerOwner)
            return new(this, new(RefusalCode.TooMany, $"{options.MaxPerOwner} of your simulations play already; stop one."));
        if (running.Count >= options.MaxRunning) return new(this, new(RefusalCode.TooMany, $"{options.MaxRunning} simulations play already; try later."));
        foreach (var other in running)
        {
            var taken = other.Merchants.Intersect(simulation.Merchants).Concat(other.Couriers.Intersect(simulation.Couriers)).FirstOrDefault();
            if (taken is null) continue;
            var shown = TestMode.Shown(taken);
            return new(this, new(RefusalCode.AlreadyExists, $"{shown} is played by simulation {other.Id} already.", Value: shown));
        }

        return new(this with { Version = Version + 1, Simulations = Simulations.Insert(0, simulation) }, null);
    }

    /// <summary>A simulation is over; answers with those that are forgotten for it.</summary>
    public Decision<SimulationDirectoryState, ImmutableArray<string>> End(string id, DateTimeOffset now)
    {
        if (Simulations.FirstOrDefault(s => s.Id == id) is not { Running: true } ended) return new(this, []);
        var simulations = Simulations.Replace(ended, ended with { Running = false });
        ImmutableArray<string> forgotten = [.. simulations.Where(s => !IsRunning(s, now) && s.Owner == ended.Owner).Skip(MaxEnded).Select(s => s.Id)];
        return new(this with { Version = Version + 1, Simulations = simulations.RemoveAll(s => forgotten.Contains(s.Id)) }, forgotten);
    }

    /// <summary>Whether it plays. One whose start broke off was listed and never says that it is over.</summary>
    private static bool IsRunning(SimulationListing simulation, DateTimeOffset now) => simulation.Running && now < simulation.EndsAt + Grace;
}

/// <summary>Knows whom each simulation plays, so that an event's consumers can tell for which it is, and nobody is played by two.</summary>
[GrainType("simulation-directory"), WorkClass(WorkClass.NonCritical)]
internal sealed class SimulationDirectoryGrain : Grain, ISimulationDirectoryGrain
{
    private readonly Durable<SimulationDirectoryState> _state;
    private readonly SimulationOptions _options;
    private readonly TimeProvider _clock;

    public SimulationDirectoryGrain(
        [PersistentState("state")] IPersistentState<SimulationDirectoryState> state, IOptions<SimulationOptions> options, TimeProvider clock)
    {
        _state = new(this, state);
        _options = options.Value;
        _clock = clock;
    }

    public Task<Refusal?> Put(SimulationListing simulation) => _state.Decide(state => state.Put(simulation, _options, _clock.GetUtcNow()));

    public Task<ImmutableArray<string>> End(string id) => _state.Decide(state => state.End(id, _clock.GetUtcNow()));

    public Task<SimulationDirectory?> Get(long known)
    {
        var state = _state.Current;
        return Task.FromResult(state.Version == known ? null : new SimulationDirectory(state.Version, [.. state.Simulations.Where(s => s.Running)]));
    }

    public Task<ImmutableArray<string>> List(FeedScope owner) =>
        Task.FromResult<ImmutableArray<string>>([.. _state.Current.Simulations.Where(s => s.Owner == owner).Select(s => s.Id)]);
}
