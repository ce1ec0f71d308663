using OrderActors.Payments;

namespace OrderActors.Tests.Lifecycles.Payments;

/// <summary>Random histories against a provider that keeps books of its own: lost calls, lost answers, answers twice and late.</summary>
public class PaymentPropertyTests
{
    [Fact]
    public void Whatever_happens_the_books_of_the_provider_and_of_the_payment_agree()
    {
        for (var seed = 1; seed <= 3_000; seed++)
        {
            try
            {
                Play(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    private static void Play(Random random)
    {
        var world = new PaymentWorld();
        var provider = new Dictionary<string, (OperationKind Kind, long Amount, ProviderResult Result)>();
        var late = new List<(string Key, ProviderResult Result)>();
        var version = 0L;
        for (var step = 0; step < 40; step++)
        {
            switch (random.Next(8))
            {
                case 0: Authorise(random.Next(1, 4), 100 * random.Next(1, 20)); break;
                case 1: world.Require(++version, 100 * random.Next(0, 20), random.Next(3) > 0); break;
                case 2: world.Require(random.NextInt64(version + 1), 100, random.Next(2) == 0); break;
                case 3: world.Refund(random.Next(1, 6), 100 * random.Next(1, 6)); break;
                case 4 when late.Count > 0: Tell(late[random.Next(late.Count)]); break;
                case 5 when !world.State.Deadlines.IsEmpty: Ask(); break;
                default: Run(flaky: true); break;
            }

            Check();
        }

        // All faults heal: everything comes to an end.
        world.Require(++version, 300);
        for (var i = 0; i < 100 && !world.State.Operations.IsEmpty; i++) Ask(flaky: false);
        Assert.Empty(world.State.Operations);
        Check();
        Assert.Equal(Sum(OperationKind.Authorise), world.State.Holds.Sum(h => h.Amount));
        Assert.Equal(Sum(OperationKind.Capture), world.State.Captured);
        Assert.Equal(Sum(OperationKind.Refund), world.State.Refunded);

        void Authorise(int attempt, long amount)
        {
            var request = PaymentWorld.Authorisation(amount, "a" + attempt);
            var (missing, refusal) = PaymentLifecycle.Screen(world.State, request);
            if (refusal is not null || missing == 0) return;
            var key = OperationKey.OfAttempt(PaymentWorld.Order, request.Attempt);
            world.State = PaymentLifecycle.Authorised(
                world.State, request, missing, Call(key, OperationKind.Authorise, missing, flaky: true), PaymentWorld.Options, world.Now).State;
        }

        void Tell((string Key, ProviderResult Result) answer) => world.Answered(answer.Key, answer.Result);

        void Run(bool flaky)
        {
            if (world.State.Operations is not [var o, ..]) return;
            world.Resolve(Call(o.Key, o.Kind, o.Amount, flaky), o.Key);
        }

        void Ask(bool flaky = true)
        {
            world.Reach();
            if (world.Last.Ask is not { } key) return;
            var found = provider.TryGetValue(key, out var known) ? known.Result : ProviderResult.NotFound;
            world.Resolve(flaky && random.Next(4) == 0 ? null : found, key);
            if (world.Last.Run is { } run && world.State.Operations.FirstOrDefault(o => o.Key == run) is { } next)
                world.Resolve(Call(run, next.Kind, next.Amount, flaky), run);
        }

        ProviderResult? Call(string key, OperationKind kind, long amount, bool flaky)
        {
            if (flaky && random.Next(5) == 0) return null;
            if (!provider.TryGetValue(key, out var done))
            {
                done = (kind, amount, random.Next(6) == 0 ? ProviderResult.Declined("no") : ProviderResult.Succeeded("ref-" + key));
                provider[key] = done;
                late.Add((key, done.Result));
            }

            Assert.Equal((kind, amount), (done.Kind, done.Amount));
            return flaky && random.Next(5) == 0 ? null : random.Next(6) == 0 && flaky ? ProviderResult.Pending : done.Result;
        }

        long Sum(OperationKind kind) => provider.Values.Where(p => p.Kind == kind && p.Result.Outcome == ProviderOutcome.Succeeded).Sum(p => p.Amount);

        void Check()
        {
            Assert.True(Sum(OperationKind.Capture) <= Sum(OperationKind.Authorise), "more was taken than held");
            Assert.True(Sum(OperationKind.Refund) <= Sum(OperationKind.Capture), "more went back than was taken");
            Assert.True(world.State.Net >= 0, "promised more than there is");
            Assert.Equal(world.State.Operations.IsEmpty, world.State.Deadlines.IsEmpty);
        }
    }
}
