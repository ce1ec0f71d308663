using OrderActors.Idempotency;
using OrderActors.TestKit;

namespace OrderActors.Tests.Behaviour;

/// <summary>Answers to keyed requests are kept for their time, through crashes, and then they are gone.</summary>
public sealed class AnswerTests
{
    private static readonly StoredAnswer First = new("", 201, "application/json", "\"1\"", "/v1/orders/1", """{"number":"1"}""");

    [Fact]
    public Task An_answer_is_kept_for_a_day_and_not_much_longer() => TestCluster.Run(async cluster =>
    {
        var early = await Keep("early");
        await cluster.Advance(TimeSpan.FromHours(12));
        var late = await Keep("late");
        await cluster.CrashAndRestart();
        await cluster.Advance(TimeSpan.FromHours(11.9));
        Assert.Equal(First, await Find(early));
        await cluster.Advance(TimeSpan.FromHours(1));
        await cluster.Eventually(async () => await Find(early) is null, "the answer of yesterday morning is forgotten");
        Assert.Equal(First, await Find(late));
        await cluster.Advance(TimeSpan.FromHours(12));
        await cluster.Eventually(async () => await Find(late) is null, "the answer of yesterday noon is forgotten");

        Task<StoredAnswer?> Find(string name) => cluster.Grains.GetGrain<IAnswerGrain>(name).Get();

        async Task<string> Keep(string name)
        {
            await cluster.Grains.GetGrain<IAnswerGrain>(name).Keep(First);
            var bucket = await cluster.Grains.GetGrain<IAnswerSweepGrain>(IAnswerSweepGrain.Key).Start();
            await cluster.Grains.GetGrain<IAnswerBucketGrain>($"{bucket}").Add([name]);
            return name;
        }
    });

    [Fact]
    public Task A_busy_bucket_forgets_every_answer_that_was_listed() => TestCluster.Run(async cluster =>
    {
        var bucket = cluster.Grains.GetGrain<IAnswerBucketGrain>("7");
        var names = Enumerable.Range(0, 700).Select(n => $"busy-{n}").ToList();
        await Task.WhenAll(names.Select(name => cluster.Grains.GetGrain<IAnswerGrain>(name).Keep(First)));
        foreach (var second in names.Chunk(150)) await bucket.Add([.. second]);
        await cluster.CrashAndRestart();
        await cluster.Grains.GetGrain<IAnswerBucketGrain>("7").Empty();
        Assert.All(await Task.WhenAll(names.Select(name => cluster.Grains.GetGrain<IAnswerGrain>(name).Get())), Assert.Null);
    });

    [Fact]
    public Task The_first_answer_stays_the_answer() => TestCluster.Run(async cluster =>
    {
        var grain = cluster.Grains.GetGrain<IAnswerGrain>("key");
        await grain.Keep(First);
        await grain.Keep(First with { Status = 409 });
        Assert.Equal(First, await grain.Get());
    });
}
