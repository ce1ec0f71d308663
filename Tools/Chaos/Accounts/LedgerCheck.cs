using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using OrderActors.Client.Api;
using OrderActors.Tools.Chaos.Targets;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Chaos.Accounts;

/// <summary>What the check found.</summary>
/// <param name="Orders">Orders whose placement was acknowledged.</param>
/// <param name="Commands">Commands whose outcome was open and is known now.</param>
/// <param name="Open">Commands that nobody would settle.</param>
/// <param name="Booked">Completed orders that the books have.</param>
/// <param name="Held">
/// Orders for which the provider holds more than they cost: its answer was lost with a process, and the customer paid under another key. Such
/// a hold runs out by itself (decision 0012); nothing is taken twice.
/// </param>
/// <param name="Findings">Promises that do not hold.</param>
/// <param name="Seconds">How long until everything was as it must be, or the patience was over.</param>
internal sealed record LedgerVerdict(int Orders, int Commands, int Open, int Booked, int Held, IReadOnlyList<Finding> Findings, double Seconds);

/// <summary>
/// After a run: sends what is open again with its own key, as a careful client does, and then holds the platform against the ledger. What follows
/// from events comes a little later, so what does not hold yet is looked at again until the patience is over.
/// </summary>
internal sealed class LedgerCheck : IDisposable
{
    private const int AtOnce = 16;
    private const int PageSize = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Ledger _ledger;
    private readonly ProviderStub? _provider;
    private readonly DateTimeOffset _began;
    private readonly HttpClient _http;
    private readonly OrderActorsClient _api;
    private readonly ConcurrentDictionary<string, Order> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Finding> _findings = new();
    private int _settled;
    private int _unsettled;
    private int _openPlacements;
    private int _booked;

    /// <param name="ledger">What was acknowledged.</param>
    /// <param name="gateway">Where the platform is.</param>
    /// <param name="key">An operator's key; null for none.</param>
    /// <param name="provider">The payment provider, when it is the run's own.</param>
    /// <param name="began">When the run began.</param>
    public LedgerCheck(Ledger ledger, Uri gateway, string? key, ProviderStub? provider, DateTimeOffset began)
    {
        (_ledger, _provider, _began) = (ledger, provider, began);
        _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(10) };
        if (key is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        _api = new(_http, new() { MostTries = 10 });
    }

    /// <summary>Settles and checks.</summary>
    public async Task<LedgerVerdict> RunAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await SettleAsync(cancellationToken);
        foreach (var contradiction in _ledger.Contradictions) _findings.Enqueue(new(Promise.Once, contradiction));
        var orders = _ledger.Orders;
        await UntilTrueAsync(
            orders.Select(account => new Check(ct => OfOrderAsync(account, ct))), "orders", cancellationToken);
        await UntilTrueAsync(
            orders.GroupBy(order => order.Customer).Select(own => new Check(ct => OfCustomerAsync(own.Key, [.. own], ct))), "customers", cancellationToken);
        await UntilTrueAsync(
            orders.GroupBy(order => order.Merchant).Select(own => new Check(ct => OfMerchantAsync(own.Key, [.. own], ct))), "merchants", cancellationToken);
        await UntilTrueAsync([OfBooksAsync, OfDeadLettersAsync], "books", cancellationToken);
        var held = _provider is null ? 0 : orders.Count(HoldsMore);
        return new(orders.Count, _settled, _unsettled, _booked, held, [.. _findings], Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 1));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Looks; what is not as it must be is returned.</summary>
    private delegate Task<IEnumerable<Finding>> Check(CancellationToken cancellationToken);

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var until = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);

        // What is to be paid or accepted has to be there first.
        foreach (var group in _ledger.TakeOpen().GroupBy(command => command.Act != Act.Place).OrderBy(group => group.Key))
            await Parallel.ForEachAsync(group, Options(cancellationToken), (command, ct) => SettleAsync(command, until, ct));
    }

    private async ValueTask SettleAsync(OpenCommand command, long until, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetTimestamp() < until)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(command.Path, UriKind.Relative));
                request.Headers.TryAddWithoutValidation("Idempotency-Key", command.Key);
                if (command.Body.Length > 0) request.Content = new ByteArrayContent(command.Body) { Headers = { ContentType = new("application/json") } };
                using var answer = await _http.SendAsync(request, cancellationToken);
                var (status, body) = ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellationToken));
                if (!LedgerTraffic.IsOpen(status, body) && status is not (429 or 503))
                {
                    Interlocked.Increment(ref _settled);
                    if (!answer.IsSuccessStatusCode) return;
                    if (command.Number is { } number) _ledger.Done(command.Act, number);
                    else if (PlaceTraffic.NumberIn(body) is { } placed) _ledger.Placed(placed, command.Key, command.Body);
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Again.
            }

            await Task.Delay(Pause, cancellationToken);
        }

        Interlocked.Increment(ref _unsettled);
        if (command.Act == Act.Place) Interlocked.Increment(ref _openPlacements);
        _findings.Enqueue(new(Promise.Finished, $"{command.Act} with key {command.Key} was not settled in {Patience.TotalSeconds} s"));
    }

    private async Task UntilTrueAsync(IEnumerable<Check> checks, string what, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var left = checks.ToList();
        while (true)
        {
            var wrong = new ConcurrentQueue<(Check Check, IReadOnlyList<Finding> Findings)>();
            await Parallel.ForEachAsync(left, Options(cancellationToken), async (check, ct) =>
            {
                if (await TryAsync(check, what, ct) is { Count: > 0 } findings) wrong.Enqueue((check, findings));
            });
            if (wrong.IsEmpty) return;
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                foreach (var finding in wrong.SelectMany(one => one.Findings)) _findings.Enqueue(finding);
                return;
            }

            left = [.. wrong.Select(one => one.Check)];
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<Finding>> TryAsync(Check check, string what, CancellationToken cancellationToken)
    {
        try
        {
            return [.. await check(cancellationToken)];
        }
        catch (Exception e) when (e is ApiProblemException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return [new(Promise.Finished, $"the {what} cannot be read: {e.Message}")];
        }
    }

    private async Task<IEnumerable<Finding>> OfOrderAsync(OrderAccount account, CancellationToken cancellationToken)
    {
        Order? seen = null;
        try
        {
            seen = _seen[account.Number] = await _api.GetOrderAsync(account.Number, cancellationToken);
        }
        catch (ApiProblemException e) when (e.Status == System.Net.HttpStatusCode.NotFound)
        {
            // The rules say what that means.
        }

        var findings = Audit.OfOrder(account, seen);
        return seen is null || _provider is null ? findings : findings.Concat(Audit.OfCharges(account, seen, _provider.ChargesOf(account.Number)));
    }

    private bool HoldsMore(OrderAccount account) =>
        _seen.GetValueOrDefault(account.Number) is { } seen && Audit.IsHeldTwice(seen, _provider!.ChargesOf(account.Number));

    private async Task<IEnumerable<Finding>> OfCustomerAsync(string customer, IReadOnlyList<OrderAccount> own, CancellationToken cancellationToken)
    {
        var listed = await ListAsync(
            (cursor, ct) => _api.ListCustomerOrdersAsync(customer, limit: PageSize, cursor: cursor, cancellationToken: ct), cancellationToken);
        return Audit.OfList(customer, own, listed, _openPlacements);
    }

    private async Task<IEnumerable<Finding>> OfMerchantAsync(string merchant, IReadOnlyList<OrderAccount> own, CancellationToken cancellationToken)
    {
        var listed = await ListAsync(
            (cursor, ct) => _api.ListMerchantOrdersAsync(merchant, limit: PageSize, cursor: cursor, cancellationToken: ct), cancellationToken);
        var seen = await _api.GetMerchantAsync(merchant, cancellationToken);
        var taken = Load.Traffic.Town.Stock - (seen.Menu.Single(item => item.Id == Load.Traffic.Town.Meal).Stock ?? Load.Traffic.Town.Stock);
        var perhaps = own.Count(account => account.WasAsked(Act.Cancel)) + _openPlacements;
        return Audit.OfList(merchant, own, listed, _openPlacements)
            .Concat(Audit.OfStock(merchant, taken, Load.Traffic.Town.MealsPerOrder, own.Count(account => !account.WasAsked(Act.Cancel)), perhaps));
    }

    private async Task<IEnumerable<Finding>> OfBooksAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var booked = new List<string>();
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        for (var day = DateOnly.FromDateTime(_began.UtcDateTime); day <= today; day = day.AddDays(1))
        {
            findings.AddRange(Audit.OfBooks(await _api.GetSettlementAsync(day, cancellationToken)));
            booked.AddRange(Audit.CompletionsIn(await _api.ExportSettlementAsync(day, cancellationToken)));
        }

        // What is paid at the counter to a merchant without commission moves nothing between the parties: it has no entries.
        var completed = _ledger.Orders.Where(account => account.ByCard && _seen.GetValueOrDefault(account.Number)?.Status == OrderStatus.Completed)
            .Select(account => account.Number).ToList();
        findings.AddRange(Audit.OfBookings(completed, booked));
        _booked = completed.Intersect(booked).Count();
        return findings;
    }

    private async Task<IEnumerable<Finding>> OfDeadLettersAsync(CancellationToken cancellationToken) =>
        Audit.OfDeadLetters(await _api.ListDeadLettersAsync(cancellationToken));

    private static async Task<List<string>> ListAsync(Func<string?, CancellationToken, Task<OrderList>> page, CancellationToken cancellationToken)
    {
        var numbers = new List<string>();
        for (string? cursor = null; ;)
        {
            var found = await page(cursor, cancellationToken);
            numbers.AddRange(found.Data.Select(order => order.Number));
            cursor = found.NextCursor;
            if (cursor is null) return numbers;
        }
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
}
