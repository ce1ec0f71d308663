using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Idempotency;

/// <summary>The keys of the answers that were kept within a bucket's time.</summary>
[StoredAs("answer-bucket", version: 1)]
internal sealed record AnswerBucketState
{
    /// <summary>The keys that are on no part.</summary>
    public ImmutableArray<string> Answers { get; init; } = [];

    /// <summary>How many parts it has: buckets of their own under this one's key, a slash and a number from 0.</summary>
    public int Parts { get; init; }
}

/// <summary>
/// Lists answers by the time they were kept. A list is written about once a second while its time lasts, whatever the load, and
/// read once, when its answers are forgotten. Under load the keys go to parts, so that no key is written again with each second's.
/// </summary>
[GrainType("answer-bucket")]
internal sealed class AnswerBucketGrain([PersistentState("state")] IPersistentState<AnswerBucketState> storage) : Grain, IAnswerBucketGrain
{
    private const int ForgottenAtOnce = 32;
    private const int MostHere = 256;

    public async Task Add(ImmutableArray<string> answers)
    {
        var before = storage.State;
        try
        {
            var all = before.Answers.AddRange(answers);
            var isPart = this.GetPrimaryKeyString().Contains('/', StringComparison.Ordinal);
            if (!isPart && all.Length > MostHere)
            {
                // The part first: a crash between leaves keys on it and here, and to forget twice does no harm.
                await Part(before.Parts).Add(all);
                storage.State = new() { Parts = before.Parts + 1 };
            }
            else
            {
                storage.State = before with { Answers = all };
            }

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
        for (var part = 0; part < storage.State.Parts; part++) await Part(part).Empty();
        await TurnBound.ForEachAsync(storage.State.Answers, ForgottenAtOnce, answer => GrainFactory.GetGrain<IAnswerGrain>(answer).Forget());
        await storage.ClearStateAsync();
    }

    private IAnswerBucketGrain Part(int number) =>
        GrainFactory.GetGrain<IAnswerBucketGrain>(string.Create(CultureInfo.InvariantCulture, $"{this.GetPrimaryKeyString()}/{number}"));
}
