using OrderActors.Embedded.Runtime;
using Orleans.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// The way from one silo, or from a client outside, to the others. It loses, delays and doubles; within a silo nothing of the
/// kind happens, as in Orleans.
/// </summary>
internal sealed class SiloNetwork(SimulatedCluster cluster, SimulatedSilo? silo) : ISiloNetwork
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(20);

    internal SimulatedSilo? Silo => silo;

    public void Send(GrainClass grainClass, GrainId grain, GrainCall call)
    {
        var target = cluster.Directory.Find(silo, grainClass, grain);
        if (target is null)
        {
            cluster.FailLater(call, TimeSpan.FromSeconds(1), static () => new SiloUnavailableException("No silo of the simulated cluster is alive."));
            return;
        }

        var home = HomeOf(target);
        call.StartTick = cluster.Sent();
        cluster.Trace.Called(silo?.Number ?? -1, call.Method.Name, call.Method.TraceKey, grain, target.TraceKey, home.Number);
        if (home == silo) silo.Runtime.Deliver(target, call);
        else SendOver(home, target, call);
    }

    public void Removed(Activation activation) => cluster.Directory.Removed(activation);

    internal static SimulatedSilo HomeOf(Activation activation) => ((SiloNetwork)activation.Runtime.Network!).Silo!;

    private void SendOver(SimulatedSilo home, Activation target, GrainCall call)
    {
        var faults = cluster.Faults;
        if (faults.Strikes(FaultKind.RequestLost, target))
        {
            cluster.TimeOut(call);
            return;
        }

        if (faults.Strikes(FaultKind.ReplyLost, target))
        {
            cluster.TimeOut(call);
            call = call.Copy();
        }
        else if (faults.Strikes(FaultKind.ReplyDelayed, target))
        {
            call = DelayReply(call, faults.Size(FaultKind.ReplyDelayed).UpTo(LongestDelay * 2));
        }

        if (faults.Strikes(FaultKind.RequestDoubled, target))
            ArriveAfter(faults.Size(FaultKind.RequestDoubled).UpTo(LongestDelay), home, target, call.Copy());
        if (faults.Strikes(FaultKind.RequestDelayed, target))
            ArriveAfter(faults.Size(FaultKind.RequestDelayed).UpTo(LongestDelay), home, target, call);
        else if (cluster.Latency() is { Ticks: > 0 } latency) ArriveAfter(latency, home, target, call);
        else Arrive(home, target, call);
    }

    private GrainCall DelayReply(GrainCall call, TimeSpan delay)
    {
        var copy = call.Copy();
        cluster.TimeOut(call);
        copy.Answered.ContinueWith(
            (_, _) => cluster.World.Time.After(delay, _ => call.AnswerAs(copy), null), null, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return copy;
    }

    private void ArriveAfter(TimeSpan delay, SimulatedSilo home, Activation target, GrainCall call) =>
        cluster.World.Time.After(delay, _ => Arrive(home, target, call), null);

    private static void Arrive(SimulatedSilo home, Activation target, GrainCall call)
    {
        if (!home.IsDead) home.Runtime.Deliver(target, call);
        else if (!home.IsDeclaredDead) home.Doomed.Add(call);
        else SimulatedCluster.Fail(call, home);
    }
}
