using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Client.Hosting.Calls;

/// <summary>
/// Around every call of the gateway: sends those again that may arrive twice, and tells failures of the way in terms that
/// the gateway has on either engine.
/// </summary>
/// <param name="policy">When to try again.</param>
/// <param name="judge">What a failure says.</param>
internal sealed class RetryFilter(RetryPolicy policy, Func<Exception, CallFailure> judge) : IOutgoingGrainCallFilter
{
    /// <inheritdoc/>
    public Task Invoke(IOutgoingGrainCallContext context) => Invoke(context.InterfaceMethod, context.Invoke);

    /// <summary>Makes a call of this method by this try.</summary>
    internal async Task Invoke(MethodInfo? method, Func<Task> attempt)
    {
        try
        {
            await (method is not null && IdempotentCalls.Includes(method) ? policy.Run(attempt, judge) : attempt());
        }
        catch (Exception e)
        {
            switch (judge(e))
            {
                case CallFailure.WayLost:
                    throw new ClusterUnavailableException($"The cluster could not be asked: {e.Message}", e);
                case CallFailure.Unanswered when e is not TimeoutException:
                    throw new TimeoutException(e.Message, e);
                case CallFailure.TooBusy when e is not LimitExceededException:
                    throw new LimitExceededException(e.Message);
                case CallFailure.Storage:
                    throw new IOException(e.Message, e);
                default:
                    throw;
            }
        }
    }
}
