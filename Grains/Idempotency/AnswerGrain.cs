using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Idempotency;

/// <summary>One answer.</summary>
[StoredAs("answer", version: 1)]
internal sealed record AnswerState
{
    /// <summary>The answer; null when none was kept.</summary>
    public StoredAnswer? Answer { get; init; }
}

/// <summary>Keeps one answer on disk. It goes out of memory at once: hardly any answer is ever asked for again.</summary>
[GrainType("answer")]
internal sealed class AnswerGrain([PersistentState("state")] IPersistentState<AnswerState> storage) : Grain, IAnswerGrain
{
    public Task<StoredAnswer?> Get()
    {
        DeactivateOnIdle();
        return Task.FromResult(storage.State.Answer);
    }

    public async Task Keep(StoredAnswer answer)
    {
        DeactivateOnIdle();
        if (storage.State.Answer is not null) return;
        storage.State = new() { Answer = answer };
        await storage.WriteStateAsync();
    }

    public async Task Forget()
    {
        DeactivateOnIdle();
        if (storage.RecordExists) await storage.ClearStateAsync();
    }
}
