using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Merchants;

/// <content>
/// How a hot merchant spreads over stripes and folds back. The merchant still judges every order; the stripes take the
/// reservations and their share of the stock. What a stripe lacks the merchant sells itself, and before anything is sold out
/// all stripes give back what they have of it. One movement of stock at a time, so that nothing is looked for while it moves.
/// </content>
internal sealed partial class MerchantGrain
{
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(5);

    /// <summary>How often a folded merchant looks for what another activation may have left in the stripes.</summary>
    private static readonly TimeSpan DrainPeriod = TimeSpan.FromMinutes(1);

    private readonly HeatGauge _gauge = new();
    private readonly int[] _open = new int[StripeTransfers.Stripes];
    private readonly long[] _delivered = new long[StripeTransfers.Stripes];
    private readonly bool[] _sharing = new bool[StripeTransfers.Stripes];

    /// <summary>Items of which no stripe has any.</summary>
    private readonly HashSet<string> _dry = new(StringComparer.Ordinal);

    private Task _balancing = Task.CompletedTask;
    private IGrainTimer? _watch;
    private DateTimeOffset? _coolSince;
    private bool _switching;

    /// <summary>What the stripes had been granted when they were found to have neither stock nor reservations; null when they may have some.</summary>
    private long? _foldedAt;

    /// <summary>Counts recalls and what came back to stripes, to see whether an answer is out of date.</summary>
    private long _recalls;
    private long _returns;

    /// <summary>What <see cref="_returns"/> was when the stripes were last drained, and when they are drained again in any case.</summary>
    private long _drained = -1;
    private DateTimeOffset _drainBy;

    // Another activation may have spread the merchant again since this one saw the stripes drained.
    private bool StripesInUse => _stock.Current is { Stripes.IsEmpty: false } stock && (stock.Striped || _foldedAt != Granted(stock));

    private static long Granted(MerchantStock stock) => stock.Stripes.Sum(link => link.Granted);

    private int OpenInStripes => StripesInUse ? _open.Sum() : 0;

    private IMerchantStripeGrain Stripe(int number) => GrainFactory.GetGrain<IMerchantStripeGrain>($"{Id}/{number}");

    private async Task<HeldTerms?> FindInStripe(OrderNumber order) =>
        StripesInUse ? await Stripe(StripeTransfers.Of(order)).Find(order) : null;

    private async Task<ImmutableArray<StripeView>> AskStripes() =>
        StripesInUse ? [.. await Task.WhenAll(Enumerable.Range(0, StripeTransfers.Stripes).Select(n => Stripe(n).Get()))] : [];

    private async Task<ReservationReply> HoldStriped(HoldRequest request, HoldContext context)
    {
        var profile = _profile.Current;
        var judged = StockRules.Judge(Noted(_stock.Current), profile, request, context);
        var refusal = judged.Refusal ?? judged.Late;
        var limits = judged.Terms is { } asked ? Pricing.Limits(profile, asked) : [];
        if (refusal is not null || limits.Any(l => _dry.Contains(l.Item)))
        {
            if (await FindInStripe(request.Order) is { } held) return await AdmitHeld(request, context, held);
            return refusal is not null ? new(null, refusal) : await HoldHere(request, context);
        }

        var number = StripeTransfers.Of(request.Order);
        var take = Stripe(number).Take(new(request.Order, judged.Terms!, limits));
        // What cannot run out need not wait for the stripe before it is noted.
        var admit = limits.IsEmpty && judged.Stage is null ? AdmitHere(request, context) : null;
        if (admit is not null) await Task.WhenAll(take, admit);
        var reply = await take;
        _open[number] = reply.Open;
        if (!reply.Taken)
        {
            var here = await HoldHere(request, context);
            if (here.Reservation is not null && !_sharing[number]) _ = ShareWith(number);
            return here;
        }

        var late = _ends.Contains(request.Order) ? Ended(request.Order).Refusal : await (admit ?? AdmitHere(request, context));
        return late is null ? StockRules.Answer(profile, reply.Held!) : await Refused(request.Order, late);
    }

    /// <summary>A stripe has the order: the try before this one may have died before the merchant noted it.</summary>
    private async Task<ReservationReply> AdmitHeld(HoldRequest request, HoldContext context, HeldTerms held) =>
        !context.IsListed && await AdmitHere(request, context) is { } late ? await Refused(request.Order, late) : StockRules.Answer(_profile.Current, held);

    private async Task<ReservationReply> Refused(OrderNumber order, Refusal late)
    {
        await EndInStripes([new(order, Consumed: false)]);
        return new(null, late);
    }

    /// <summary>Notes an order that a stripe holds; refused when the kitchen filled up meanwhile.</summary>
    private Task<Refusal?> AdmitHere(HoldRequest request, HoldContext context) => Decide(stock =>
    {
        var judged = StockRules.Judge(stock, _profile.Current, request, context);
        return judged.Refusal is { Code: RefusalCode.MerchantBusy } busy
            ? new(stock, busy)
            : new Decision<MerchantStock, Refusal?>(StockRules.Admit(stock, request.Order, judged.Stage, context), null);
    });

    private async Task<ReservationReply> AmendInStripe(OrderNumber order, HeldTerms held, long revision, ImmutableArray<OrderLine> lines)
    {
        const int Tries = 3;
        var (profile, number) = (_profile.Current, StripeTransfers.Of(order));
        if (held.Revision >= revision) return StockRules.Answer(profile, held);
        if (StockRules.Reprice(profile, held, order, revision, lines, _clock.GetUtcNow(), out var terms) is { } refusal) return new(null, refusal);
        var limits = Pricing.Limits(profile, terms, held);
        ImmutableArray<StockLeft> more =
            [.. limits.Select(l => l with { Left = Shelf.QuantityOf(terms, l.Item) - Shelf.QuantityOf(held, l.Item) }).Where(l => l.Left > 0)];
        for (var tries = 0; tries < Tries; tries++)
        {
            var reply = await Stripe(number).Take(new(order, terms, limits));
            Returned();
            if (reply.Held is null) return new(null, StockRules.NotHeld(profile, order));
            if (reply.Taken) return StockRules.Answer(profile, reply.Held);
            var granted = false;
            await Balance(async () =>
            {
                await Recall([.. more.Select(m => m.Item)]);
                granted = await Send(number, stock => StripeTransfers.Grant(stock, number, more) ?? stock);
            });
            if (!granted) break;
        }

        var left = _stock.Current.Under(profile).Left;
        var lacking = more.First(m => (Shelf.Find(left, m.Item)?.Left ?? 0) < m.Left || m == more[^1]);
        return new(null, StockRules.SoldOut(lines, lacking with { Left = Shelf.Find(left, lacking.Item)?.Left ?? 0 }));
    }

    /// <summary>Ends what stripes hold; answers whether every order was with one.</summary>
    private async Task<bool> EndInStripes(ImmutableArray<EndedOrder> orders)
    {
        if (!StripesInUse) return false;
        var hadAll = await Task.WhenAll(orders.GroupBy(o => StripeTransfers.Of(o.Order)).Select(async group =>
        {
            var settled = await Stripe(group.Key).Settle([.. group]);
            _open[group.Key] = settled.Open;
            return settled.Unknown.IsEmpty;
        }));
        if (orders.Any(o => !o.Consumed)) Returned();
        return Array.TrueForAll(hadAll, had => had);
    }

    /// <summary>Stock may have come back to a stripe.</summary>
    private void Returned()
    {
        _dry.Clear();
        _returns++;
    }

    /// <summary>
    /// Whether a refusal for want of stock has to be decided again: the stripes gave back what they had, or had done so while
    /// it was decided.
    /// </summary>
    /// <param name="reply">The answer.</param>
    /// <param name="lines">What was asked for.</param>
    /// <param name="recallsBefore">How many recalls there had been before it was decided.</param>
    private async Task<bool> RecallFor(ReservationReply reply, ImmutableArray<OrderLine> lines, long recallsBefore)
    {
        if (reply.Refusal is not { Code: RefusalCode.SoldOut } || !StripesInUse) return false;
        var profile = _profile.Current;
        ImmutableArray<string> items = [.. lines.Select(l => l.Item).Where(i => profile.Find(i) is { Stock: not null, Unavailable: false }).Distinct()];
        if (items.IsEmpty) return false;
        if (!items.All(_dry.Contains)) await Balance(() => items.All(_dry.Contains) ? Task.CompletedTask : Recall(items));
        return _recalls != recallsBefore;
    }

    private void NoteHeat()
    {
        var rate = _gauge.Note(_clock.GetUtcNow());
        if (_switching || _options.HotAt <= 0 || rate <= _options.HotAt || _stock.Current.Striped) return;
        _switching = true;
        _ = Unnoticed(async () =>
        {
            try
            {
                await Balance(Spread);
            }
            finally
            {
                _switching = false;
            }
        });
    }

    private async Task Spread()
    {
        if (_stock.Current.Striped) return;
        await Deliver();
        (_foldedAt, _coolSince) = (null, null);
        Returned();
        await Decide(stock =>
        {
            var spread = stock.Under(_profile.Current) with { Striped = true, Stripes = StripeTransfers.Links(stock) };
            for (var n = 0; n < StripeTransfers.Stripes; n++)
            {
                if (HasArrived(spread, n)) spread = StripeTransfers.Share(spread, n);
            }

            return new Decision<MerchantStock, bool>(spread, true);
        });
        WatchStripes();
        await Deliver();
    }

    private Task ShareWith(int number)
    {
        _sharing[number] = true;
        return Unnoticed(async () =>
        {
            try
            {
                await Balance(async () =>
                {
                    if (_stock.Current.Striped) await Send(number, stock => StripeTransfers.Share(stock, number));
                });
            }
            finally
            {
                _sharing[number] = false;
            }
        });
    }

    /// <summary>Sends stock to a stripe; whether there was something to send.</summary>
    private async Task<bool> Send(int number, Func<MerchantStock, MerchantStock> send)
    {
        await Deliver();
        Returned();
        var sent = await Decide(stock =>
        {
            var under = stock.Under(_profile.Current);
            var after = HasArrived(under, number) ? send(under) : under;
            return new Decision<MerchantStock, bool>(after, !ReferenceEquals(after, under));
        });
        if (sent) await Deliver();
        return sent;
    }

    /// <summary>Brings what is on its way to the stripes there.</summary>
    private Task Deliver() => Task.WhenAll(Enumerable.Range(0, StripeTransfers.Stripes).Select(async number =>
    {
        if (HasArrived(_stock.Current, number) || StripeTransfers.Pending(_stock.Current, number) is not { } pending) return;
        await Stripe(number).Receive(pending);
        _delivered[number] = pending.Number;
    }));

    /// <summary>
    /// Whether the last transfer to a stripe is known to be there. One that another activation sent, or that was stored although its write
    /// failed, is not: a next one would take its place, and its stock would be nowhere.
    /// </summary>
    private bool HasArrived(MerchantStock stock, int number) =>
        StripeTransfers.Pending(stock, number) is not { } pending || pending.Number == _delivered[number];

    /// <summary>Has all stripes give back what they have of some items; of all when none is named.</summary>
    private async Task Recall(ImmutableArray<string> items)
    {
        var returns = _returns;
        await Deliver();
        await Task.WhenAll(Enumerable.Range(0, StripeTransfers.Stripes).Select(async number =>
        {
            var taken = StripeTransfers.LinkOf(_stock.Current, number).Taken;
            while (await Stripe(number).GiveBack(taken, items) is { } given)
            {
                await Decide(
                    stock => new Decision<MerchantStock, bool>(StripeTransfers.TakeIn(stock.Under(_profile.Current), number, given), true), surely: true);
                taken = given.Number;
            }
        }));
        if (returns == _returns) _dry.UnionWith(items);
        _recalls++;
    }

    private void WatchStripes() => _watch ??= this.RegisterGrainTimer(
        Watch, new GrainTimerCreationOptions { DueTime = WatchPeriod, Period = WatchPeriod, Interleave = true, KeepAlive = false });

    private async Task Watch(CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        if (!_stock.Current.Striped)
        {
            // Until the last reservation leaves, a stripe has nothing to give that did not come back by way of this merchant.
            if (_returns == _drained && OpenInStripes > 0 && now < _drainBy) return;
            await Balance(Drain);
            return;
        }

        if (_gauge.At(now) >= _options.CoolAt) _coolSince = null;
        else if (now - (_coolSince ??= now) >= _options.CoolFor) await Balance(Fold);
    }

    private async Task Fold()
    {
        await Decide(stock => new Decision<MerchantStock, bool>(stock.Striped ? stock with { Striped = false } : stock, true));
        await Drain();
    }

    /// <summary>Fetches all stock; reservations stay where they are until their orders end, and then the stripes are done.</summary>
    private async Task Drain()
    {
        if (_stock.Current.Striped) return;
        var before = _returns;
        await Recall([]);
        (_drained, _drainBy) = (before, _clock.GetUtcNow() + DrainPeriod);
        var returns = _returns;
        var stripes = await AskStripes();
        for (var n = 0; n < stripes.Length; n++) _open[n] = stripes[n].Open;
        // An order on its way to a stripe was counted in before the merchant was folded, long ago.
        if (_stock.Current.Striped || returns != _returns || _holding.Count > 0 || stripes.Any(s => s.Open > 0 || s.Left.Any(l => l.Left > 0))) return;
        _foldedAt = Granted(_stock.Current);
        _watch?.Dispose();
        _watch = null;
    }

    /// <summary>One movement of stock after the other.</summary>
    private Task Balance(Func<Task> move)
    {
        return _balancing = After(_balancing);

        async Task After(Task before)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await move();
        }
    }

    /// <summary>Does what no caller waits for. Whatever fails is tried again by the next order that needs it.</summary>
    private static async Task Unnoticed(Func<Task> act)
    {
        try
        {
            await act();
        }
#pragma warning disable CA1031 // Transfers are resumed by their numbers; nothing is lost with the exception.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
