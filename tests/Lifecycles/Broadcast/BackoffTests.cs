using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Deadlines;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using Xunit;

namespace OrderActors.Tests.Lifecycles.Broadcast;

public sealed class BackoffTests
{
    [Fact]
    public void Waits_grow_fourfold_up_to_the_bound()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        Assert.Equal([100, 400, 1_600, 6_400, 25_600, 30_000, 30_000], Enumerable.Range(1, 7).Select(n => backoff.After(n).TotalMilliseconds));
        Assert.Equal(TimeSpan.FromSeconds(30), backoff.After(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => backoff.After(0));
    }

    [Fact]
    public void Options_are_right_by_default_and_name_what_is_wrong()
    {
        using var services = new ServiceCollection().AddOrderActorsGrains().BuildServiceProvider();
        _ = services.GetRequiredService<IOptions<SubscriberOptions>>().Value;
        _ = services.GetRequiredService<IOptions<DispatchOptions>>().Value;
        _ = services.GetRequiredService<IOptions<TravelOptions>>().Value;
        _ = services.GetRequiredService<IOptions<DeadlineOptions>>().Value;
        Assert.IsType<GreatCircleTravel>(services.GetRequiredService<ITravelModel>());

        using var wrong = new ServiceCollection().AddOrderActorsGrains()
            .Configure<SubscriberOptions>(options => (options.PageSize, options.FirstBackoff) = (0, TimeSpan.FromSeconds(40)))
            .Configure<TravelOptions>(options => options.MetresPerMinute = double.NaN)
            .BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() => wrong.GetRequiredService<IOptions<SubscriberOptions>>().Value);
        Assert.Equal(
            ["SubscriberOptions.PageSize is 0; allowed are 1 to 10000.",
                "SubscriberOptions.FirstBackoff is 00:00:40; it must not be above MaxBackoff, which is 00:00:30."],
            error.Failures);
        Assert.Throws<OptionsValidationException>(() => wrong.GetRequiredService<IOptions<TravelOptions>>().Value);
    }
}
