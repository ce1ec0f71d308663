using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Idempotency;

/// <summary>What the API answered to the first request with an Idempotency-Key.</summary>
/// <param name="Fingerprint">Of the request's content; empty when the grain that was asked compares contents itself.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="ETag">The header; null without one.</param>
/// <param name="Location">The header; null without one.</param>
/// <param name="Body">UTF-8 text.</param>
[GenerateSerializer, Immutable, Alias("orderactors.stored-answer")]
public sealed record StoredAnswer(string Fingerprint, int Status, string ContentType, string? ETag, string? Location, string Body);

/// <summary>Keeps one answer. Its key names the caller, the operation, the address and the Idempotency-Key.</summary>
[Alias("orderactors.IAnswerGrain")]
public interface IAnswerGrain : IGrainWithStringKey
{
    /// <summary>The answer; null when there is none.</summary>
    [ReadOnly, Alias("Get")]
    Task<StoredAnswer?> Get();

    /// <summary>Keeps the answer, unless there is one already.</summary>
    [Alias("Keep")]
    Task Keep(StoredAnswer answer);

    /// <summary>Its time is over.</summary>
    [Alias("Forget")]
    Task Forget();
}

/// <summary>Which answers were kept within some seconds, so that they can be forgotten together. Its key is the bucket's number.</summary>
[Alias("orderactors.IAnswerBucketGrain")]
public interface IAnswerBucketGrain : IGrainWithStringKey
{
    /// <summary>Adds keys of answers.</summary>
    [Alias("Add")]
    Task Add(ImmutableArray<string> answers);

    /// <summary>Forgets the answers, then itself.</summary>
    [Alias("Empty")]
    Task Empty();
}

/// <summary>Forgets answers when their time is over. There is one, "answers".</summary>
[Alias("orderactors.IAnswerSweepGrain")]
public interface IAnswerSweepGrain : IGrainWithStringKey
{
    /// <summary>The key of the one.</summary>
    const string Key = "answers";

    /// <summary>Begins to look, if it has not; returns the number of the bucket that is open now.</summary>
    [Alias("Start")]
    Task<long> Start();
}
