using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Idempotency;

/// <summary>The keys of the answers that were kept within a bucket's time.</summary>
[StoredAs("answer-bucket", version: 1)]
internal sealed record AnswerBucketState
{
    /// <summary>The keys.</summary>
    public ImmutableArray<string> Answers { get; init; } = [];
}

/// <summary>
/// Lists answers by the time they were kept. A list is written about once a second while its time lasts, whatever the load, and
/// read once, when its answers are forgotten.
/// </summary>
[GrainType("answer-bucket")]
internal sealed class AnswerBucketGrain([PersistentState("state")] IPersistentState<AnswerBucketState> storage) : Grain, IAnswerBucketGrain
{
    private const int ForgottenAtOnce = 32;

    public async Task Add(ImmutableArray<string> answers)
    {
        var before = storage.State;
        try
        {
            storage.State = before with { Answers = before.Answers.AddRange(answers) };
            await storage.WriteStateAsync();
        }
        catch
        {
            // What is stored decides; the caller comes again.
            DeactivateOnIdle();
            throw;
        }
    }

    public async Task Empty()
    {
        DeactivateOnIdle();
        if (!storage.RecordExists) return;
        await TurnBound.ForEachAsync(storage.State.Answers, ForgottenAtOnce, answer => GrainFactory.GetGrain<IAnswerGrain>(answer).Forget());
        await storage.ClearStateAsync();
    }
}
