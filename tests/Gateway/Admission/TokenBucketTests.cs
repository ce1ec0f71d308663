using OrderActors.Client.Admission;
using Xunit;

namespace OrderActors.Tests.Gateway.Admission;

/// <summary>Token buckets keep what they promise, to the token.</summary>
public sealed class TokenBucketTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    [Fact]
    public void There_is_a_burst_and_then_the_rate()
    {
        var terms = BucketTerms.Of(rate: 10, burst: 5, gateways: 1, Second)!;
        var bucket = new TokenBucket();
        var now = 1_000 * Second;
        for (var left = 4; left >= 0; left--) Assert.True(bucket.Take(terms, now) is { Taken: true, Left: var l } && l == left);
        var refused = bucket.Take(terms, now);
        Assert.Equal(new BucketAnswer(false, 0, Second / 10, Second / 2), refused);

        // In any ten seconds that follow there are a hundred, however often it is asked.
        var taken = 0;
        for (var i = 1; i <= 10_000; i++)
        {
            if (bucket.Take(terms, now + (i * Second / 1_000)).Taken) taken++;
        }

        Assert.Equal(100, taken);
        Assert.Equal(4, bucket.Take(terms, now + (60 * Second)).Left);
    }

    [Fact]
    public async Task Takers_at_once_never_get_more_than_there_is()
    {
        var terms = BucketTerms.Of(rate: 1, burst: 1_000, gateways: 1, Second)!;
        var bucket = new TokenBucket();
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                if (bucket.Take(terms, 5 * Second).Taken) Interlocked.Increment(ref taken);
            }
        })));
        Assert.Equal(1_000, taken);
    }

    [Fact]
    public void Gateways_share_a_limit_and_none_is_no_limit()
    {
        Assert.Null(BucketTerms.Of(0, 100, 1, Second));
        var share = BucketTerms.Of(rate: 10, burst: 100, gateways: 4, Second)!;
        Assert.Equal((25, 4 * Second / 10), (share.Burst, share.TicksPerToken));
        Assert.Equal(1, BucketTerms.Of(1, 1, 100, Second)!.Burst);
    }

    [Fact]
    public async Task The_table_is_bounded_and_forgets_whom_nobody_misses()
    {
        var terms = BucketTerms.Of(rate: 1, burst: 10, gateways: 1, Second)!;
        var table = new BucketTable(1_000);
        for (var i = 0; i < 20_000; i++)
        {
            table["idle" + i].Take(terms, i);
            for (var busy = 0; busy < 10; busy++) table["busy"].Take(terms, 100 * Second);
        }

        await Eventually.Get(() => Task.FromResult(table.Count), count => count <= 1_000, "the table is within its bound");
        Assert.False(table["busy"].Take(terms, 100 * Second).Taken);
    }
}
