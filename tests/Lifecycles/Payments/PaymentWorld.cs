using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Payments;

/// <summary>A payment under test, with a provider that answers as it is told.</summary>
internal sealed class PaymentWorld
{
    public static readonly OrderNumber Order = OrderNumber.Create(7, 0, 3, 4, 0);
    public static readonly PaymentOptions Options = new();
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public PaymentState State { get; set; } = new() { Order = Order };

    public DateTimeOffset Now { get; set; } = Start;

    /// <summary>What the last decision wants done.</summary>
    public PaymentOutcome Last { get; private set; }

    public static AuthorisePayment Authorisation(long amount, string attempt = "a1", string source = "tok") =>
        new(Order, attempt, new Money(amount, "EUR"), source);

    public PaymentWorld Authorise(long amount, string attempt = "a1", ProviderResult? result = null, bool unknown = false)
    {
        var request = Authorisation(amount, attempt);
        var (missing, refusal) = PaymentLifecycle.Screen(State, request);
        Last = new(refusal);
        return missing == 0 ? this : Take(PaymentLifecycle.Authorised(
            State, request, missing, unknown ? null : result ?? ProviderResult.Succeeded("hold-" + attempt), Options, Now));
    }

    public PaymentWorld Require(long version, long keep, bool take = true) =>
        Take(PaymentLifecycle.Require(State, new RequirePayment(Order, version, keep, take), Options, Now));

    public PaymentWorld Refund(int refund, long amount, CashPaid? cash = null) =>
        Take(PaymentLifecycle.Refund(State, new RefundPayment(Order, refund, amount), cash, Options, Now));

    public PaymentWorld Answered(string key, ProviderResult result) =>
        Take(PaymentLifecycle.Answered(State, new ProviderAnswer(key, result.Outcome, result.Reference, result.DeclineCode), Options, Now));

    public PaymentWorld Resolve(ProviderResult? result, string? key = null) =>
        Take(PaymentLifecycle.Resolve(State, key ?? State.Operations[0].Key, result, Options, Now));

    public PaymentWorld Succeed(string? key = null) => Resolve(ProviderResult.Succeeded("ref-" + (key ?? State.Operations[0].Key)), key);

    public PaymentWorld Reach()
    {
        Now = State.Deadlines.Single().Due;
        return Take(PaymentLifecycle.Reach(State, State.Deadlines.Single(), Options, Now));
    }

    /// <summary>Everything that is wanted succeeds.</summary>
    public PaymentWorld Settle()
    {
        while (!State.Operations.IsEmpty) Succeed();
        return this;
    }

    private PaymentWorld Take(Decision<PaymentState, PaymentOutcome> decision)
    {
        (State, Last) = (decision.State, decision.Reply);
        return this;
    }
}
