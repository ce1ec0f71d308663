using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Orders;
using OrderActors.Payments.Sandbox;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Payments;

/// <summary>
/// The shell around <see cref="PaymentLifecycle"/>: calls the provider, decides, writes once, answers. Its requests interleave,
/// so that a slow provider holds nobody up; its calls to the provider do not, so that one payment has one operation at a time.
/// </summary>
[GrainType("payment")]
internal sealed partial class PaymentGrain : Grain, IPaymentGrain
{
    private readonly Durable<PaymentState> _payment;
    private readonly IPaymentProvider _provider;
    private readonly SandboxProvider _sandbox;
    private readonly PaymentOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Dictionary<string, Task<PaymentReply>> _authorising = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, bool Ask)> _work = new();
    private Task _lastAuthorising = Task.CompletedTask;
    private IGrainTimer? _worker;
    private Task _calling = Task.CompletedTask;
    private TaskCompletionSource _worked = Done();
    private string? _busyWith;
    private bool _working;

    public PaymentGrain(
        [PersistentState("payment")] IPersistentState<PaymentState> state,
        IPaymentProvider provider,
        SandboxProvider sandbox,
        IOptions<PaymentOptions> options,
        TimeProvider clock,
        ILogger<PaymentGrain> log)
    {
        _payment = new(this, state);
        _provider = provider;
        _sandbox = sandbox;
        _options = options.Value;
        _clock = clock;
        _log = log;
    }

    private string Key => this.GetPrimaryKeyString();

    // No money of the real world moves for an order of the test side.
    private IPaymentProvider Provider => OrderNumber.Parse(Key).IsTest ? _sandbox : _provider;

    public Task<PaymentView?> Get() => Task.FromResult(View());

    public async Task<PaymentReply> Authorise(AuthorisePayment request)
    {
        if (Misdirected(request.Order) is { } refusal) return new(null, refusal);
        if (_authorising.TryGetValue(request.Attempt, out var underWay)) return await underWay;
        var authorising = AuthoriseAfter(_lastAuthorising, request);
        _lastAuthorising = authorising;
        _authorising[request.Attempt] = authorising;
        try
        {
            return await authorising;
        }
        finally
        {
            _authorising.Remove(request.Attempt);
        }
    }

    public Task Require(RequirePayment request)
    {
        if (Misdirected(request.Order) is { } refusal) throw new ArgumentException(refusal.Detail, nameof(request));
        return Decide(state => PaymentLifecycle.Require(state, request, _options, Now));
    }

    public async Task<PaymentReply> Refund(RefundPayment request)
    {
        if (Misdirected(request.Order) is { } refusal) return new(null, refusal);
        var cash = _payment.Current.Currency.Length == 0 ? await PaidInCash() : null;
        var outcome = await Decide(state => PaymentLifecycle.Refund(state, request, cash, _options, Now));
        return new(View(), outcome.Refusal);
    }

    public Task Answered(ProviderAnswer answer) => OperationKey.TryOrder(answer.Operation, out var order) && Misdirected(order) is null
        ? Decide(state => PaymentLifecycle.Answered(state, answer, _options, Now))
        : throw new ArgumentException($"'{answer.Operation}' is not the key of an operation of {Key}.", nameof(answer));

    public async Task<bool> Reach(Deadline deadline)
    {
        await Decide(state => PaymentLifecycle.Reach(state, deadline, _options, Now), surely: true);
        return _payment.Current.Deadlines.Contains(deadline);
    }

    private DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Behind the attempt before, with its write: what that one holds, or does not know, is known only then.</summary>
    private async Task<PaymentReply> AuthoriseAfter(Task before, AuthorisePayment request)
    {
        // Its failure is its caller's.
        if (!before.IsCompleted) await Task.WhenAny(before);
        return await AuthoriseOnce(request);
    }

    private async Task<PaymentReply> AuthoriseOnce(AuthorisePayment request)
    {
        // What was begun before comes to its end first, which its time limit sees to.
        while (!_worked.Task.IsCompleted || !_calling.IsCompleted) await (_worked.Task.IsCompleted ? _calling : _worked.Task);
        if (request.SameCard && _payment.Current.Source is { } card) request = request with { Source = card };
        var (missing, refusal) = PaymentLifecycle.Screen(Current(_payment.Current), request);
        if (refusal is null && missing > 0) refusal = await Hold(request, missing);
        if (refusal is null && request.Take && _payment.Current.Held > 0)
        {
            // What the order will want anyway, only sooner: its own wish, of a later version, finds it done. Also when the hold
            // was made before, by a try whose answer was lost.
            await Decide(state => PaymentLifecycle.Take(state, _options, Now));
            await _worked.Task;
        }

        return new(View(), refusal);
    }

    private async Task<Refusal?> Hold(AuthorisePayment request, long missing)
    {
        var money = request.Amount with { Amount = missing };
        var key = OperationKey.OfAttempt(request.Order, request.Attempt);
        if (request.Remembered)
        {
            // First the call, then the write: who asked is durable, asks again after a crash, and the key is the same.
            var held = await Authorise();
            return (await Decide(state => PaymentLifecycle.Authorised(state, request, missing, held, _options, Now))).Refusal;
        }

        if ((await Decide(state => PaymentLifecycle.Begin(state, request, missing, _options, Now))).Refusal is { } refusal) return refusal;
        var result = await Authorise();
        return (await Decide(state => PaymentLifecycle.Resolve(state, key, result, _options, Now))).Refusal;

        Task<ProviderResult?> Authorise() => Call(key, cancellation => Provider.AuthoriseAsync(key, money, request.Source, cancellation));
    }

    /// <summary>Decides, writes, and sets to work what the decision wants done at the provider.</summary>
    private async Task<PaymentOutcome> Decide(Func<PaymentState, Decision<PaymentState, PaymentOutcome>> decide, bool surely = false)
    {
        var outcome = await _payment.Decide(stored =>
        {
            var state = Current(stored);
            var decision = decide(state);
            return ReferenceEquals(decision.State, state) ? new(stored, decision.Reply) : decision;
        }, surely);
        if (outcome.Run is { } run) Enqueue(run, ask: false);
        if (outcome.Ask is { } ask && ask != _busyWith) Enqueue(ask, ask: true);
        return outcome;
    }

    private void Enqueue(string key, bool ask)
    {
        if (_work.Any(work => work.Key == key)) return;
        _work.Enqueue((key, ask));
        if (_working) return;
        if (_worked.Task.IsCompleted) _worked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // A timer of its own and not this request: nobody waits for it, and the activation stays while it runs.
        if (_worker is not null) _worker.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        else _worker = this.RegisterGrainTimer(Work, new GrainTimerCreationOptions
        {
            DueTime = TimeSpan.Zero,
            Period = Timeout.InfiniteTimeSpan,
            Interleave = true,
            KeepAlive = true,
        });
    }

    private async Task Work(CancellationToken stop)
    {
        if (_working) return;
        _working = true;
        try
        {
            while (!stop.IsCancellationRequested && _work.TryDequeue(out var work)) await Do(work.Key, work.Ask);
        }
        catch (Exception e)
        {
            LogWorkFailed(e, Key);
        }
        finally
        {
            // What is left is written, and taken up by its deadline.
            _work.Clear();
            _working = false;
            _worked.TrySetResult();
        }
    }

    private async Task Do(string key, bool ask)
    {
        if (_payment.Current.Operations.FirstOrDefault(o => o.Key == key) is not { } operation) return;
        _busyWith = key;
        try
        {
            var result = await Call(key, cancellation => ask ? Provider.FindAsync(key, cancellation) : Run(operation, cancellation));
            await Decide(state => PaymentLifecycle.Resolve(state, key, result, _options, Now));
        }
        finally
        {
            _busyWith = null;
        }
    }

    private Task<ProviderResult> Run(PaymentOperation operation, CancellationToken cancellation)
    {
        var payment = _payment.Current;
        var amount = new Money(operation.Amount, payment.Currency);
        var hold = payment.Holds.FirstOrDefault(h => h.Number == operation.Hold);
        return operation.Kind switch
        {
            OperationKind.Authorise => Provider.AuthoriseAsync(operation.Key, amount, operation.Source!, cancellation),
            OperationKind.Capture => Provider.CaptureAsync(operation.Key, hold!.Reference, amount, cancellation),
            OperationKind.Void => Provider.VoidAsync(operation.Key, hold!.Reference, cancellation),
            _ => Provider.RefundAsync(operation.Key, hold!.CaptureReference!, amount, cancellation),
        };
    }

    /// <summary>One call within its time limit, behind the one before; null when it came back without an outcome.</summary>
    private async Task<ProviderResult?> Call(string key, Func<CancellationToken, Task<ProviderResult>> call)
    {
        while (!_calling.IsCompleted) await _calling;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _calling = done.Task;
        using var cancellation = new CancellationTokenSource();
        try
        {
            return await call(cancellation.Token).WaitAsync(_options.CallTimeout, _clock);
        }
        catch (Exception e)
        {
            LogUnknown(e, key);
            return null;
        }
        finally
        {
            cancellation.Cancel();
            done.SetResult();
        }
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        done.SetResult();
        return done;
    }

    /// <summary>What an order without a payment of its own brought in; null when that is nothing.</summary>
    private async Task<CashPaid?> PaidInCash()
    {
        var order = await GrainFactory.GetGrain<IOrderGrain>(Key).Get();
        return order is { PaymentMethod: PaymentMethod.Cash, Status: OrderStatus.Delivered or OrderStatus.Completed }
            ? new CashPaid(order.Bill?.Due ?? order.Total.Amount, order.Total.Currency)
            : null;
    }

    private PaymentView? View() => _payment.Current.Exists ? Current(_payment.Current).ToView() : null;

    private PaymentState Current(PaymentState stored) =>
        stored.Version > 0 || !OrderNumber.TryParse(Key, out var number, out _) ? stored : stored with { Order = number };

    private Refusal? Misdirected(OrderNumber order) => order.ToString() == Key
        ? null
        : Refusal.Invalid("/order", order.ToString(), $"{Key}, whose payment this is");

    [LoggerMessage(110, LogLevel.Warning, "The provider's answer to {Operation} is not known; it is asked later")]
    private partial void LogUnknown(Exception failure, string operation);

    [LoggerMessage(111, LogLevel.Warning, "The work of payment {Order} broke off; its deadline takes it up")]
    private partial void LogWorkFailed(Exception failure, string order);
}
