using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Governance;

/// <summary>
/// The shell around <see cref="GovernanceLifecycle"/>. What processes notice is kept in memory for as long as their reports hold; what
/// begins and ends is written. A crash forgets the reports: until everybody had time to report again nothing ends.
/// </summary>
[GrainType("governance")]
internal sealed class GovernanceGrain : Grain, IGovernanceGrain
{
    /// <summary>How long a report holds: ten times the interval at which processes report.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <summary>How many processes are listened to.</summary>
    private const int MaxProcesses = 1_000;

    private readonly Dictionary<string, (ProcessReport Report, DateTimeOffset Until)> _reports = new(StringComparer.Ordinal);
    private readonly Durable<GovernanceState> _governance;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _activeSince;
    private readonly EventLag _lag;

    public GovernanceGrain(
        [PersistentState("state")] IPersistentState<GovernanceState> state, IEventLog log, IOptions<GovernanceOptions> options, TimeProvider clock)
    {
        _lag = new(log, clock, options.Value);
        _governance = new(this, state);
        _clock = clock;
        _activeSince = clock.GetUtcNow();
    }

    public async Task<GovernanceReply> Execute(GovernanceCommand command)
    {
        var now = _clock.GetUtcNow();
        var outcome = await _governance.Decide(state => GovernanceLifecycle.Decide(state, command, now));
        return new(_governance.Current.ToView(), outcome.Refusal, outcome.Replayed);
    }

    public async Task<GovernanceView> Get()
    {
        await Expire();
        return _governance.Current.ToView();
    }

    public async Task<GovernanceView?> Report(ProcessReport report)
    {
        var now = _clock.GetUtcNow();
        Remember(report, now);
        await Expire();
        var noticed = Noticed(now);
        if (GovernanceLifecycle.Differs(_governance.Current, noticed))
            await _governance.Decide(state => GovernanceLifecycle.Notice(state, noticed, now));
        var state = _governance.Current;
        return state.Version == report.Version ? null : state.ToView();
    }

    private async Task Expire()
    {
        var now = _clock.GetUtcNow();
        foreach (var one in _governance.Current.Switches)
        {
            if (one.Holds(now)) continue;
            await _governance.Decide(state => GovernanceLifecycle.Expire(state, now));
            return;
        }
    }

    private void Remember(ProcessReport report, DateTimeOffset now)
    {
        foreach (var (process, (_, until)) in _reports)
        {
            if (until <= now) _reports.Remove(process);
        }

        if (_reports.Count < MaxProcesses || _reports.ContainsKey(report.Process)) _reports[report.Process] = (report, now + Lease);
    }

    /// <summary>What anybody notices; after an activation also what was known, until everybody had time to say it again.</summary>
    private Dictionary<string, string> Noticed(DateTimeOffset now)
    {
        var noticed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (report, _) in _reports.Values)
        {
            foreach (var one in report.Noticed.OrEmpty()) noticed.TryAdd(one.Name, one.Why);
        }

        if (_lag.Notice() is { } behind) noticed[Conditions.EventLag] = behind;
        if (now - _activeSince < Lease)
        {
            foreach (var known in _governance.Current.Conditions) noticed.TryAdd(known.Name, known.Why);
        }

        return noticed;
    }
}
