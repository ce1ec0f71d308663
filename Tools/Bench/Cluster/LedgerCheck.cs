using OrderActors.Client.Api;

namespace OrderActors.Tools.Bench.Cluster;

/// <summary>What the check of a ledger found.</summary>
/// <param name="Orders">Orders whose placement was acknowledged.</param>
/// <param name="Lost">Acknowledged and not there, or not as far as acknowledged, or impossible to bring to its end; a sentence each.</param>
/// <param name="AppliedTwice">Done more than once; a sentence each.</param>
internal sealed record LedgerVerdict(int Orders, IReadOnlyList<string> Lost, IReadOnlyList<string> AppliedTwice)
{
    public bool Holds => Lost.Count == 0 && AppliedTwice.Count == 0;
}

/// <summary>
/// Holds the cluster against the ledger, from every side that shows an order: by its number, in its customer's list, in its
/// merchant's list, and in the merchant's stock.
/// </summary>
internal sealed class LedgerCheck
{
    /// <summary>What happens to an order once, however often it was asked for.</summary>
    private static readonly string[] Once = ["order.created", "order.accepted", "order.ready", "delivery.picked_up", "delivery.delivered"];

    private const int PageSize = 200;

    private readonly ClusterDriver _driver;
    private readonly List<string> _lost = [];
    private readonly List<string> _twice = [];

    private LedgerCheck(ClusterDriver driver) => _driver = driver;

    /// <summary>Brings every order to its end, then checks. The driver's callers must not run meanwhile.</summary>
    public static async Task<LedgerVerdict> RunAsync(ClusterDriver driver, CancellationToken cancellationToken)
    {
        var check = new LedgerCheck(driver);
        check._lost.AddRange((await driver.FinishAsync(cancellationToken)).Select(obstacle => "cannot be brought to its end: " + obstacle));
        var placed = driver.Ledger.Orders.Where(order => order.Number is not null).ToList();
        check.CheckAnswers();
        await driver.EachAsync(placed, check.CheckOrder, cancellationToken);
        await driver.EachAsync(driver.Ledger.Orders.GroupBy(order => order.Customer), check.CheckCustomer, cancellationToken);
        await driver.EachAsync(driver.Ledger.Orders.GroupBy(order => order.Merchant), check.CheckMerchant, cancellationToken);
        return new LedgerVerdict(placed.Count, check._lost, check._twice);
    }

    private void CheckAnswers()
    {
        foreach (var order in _driver.Ledger.Orders) _lost.AddRange(order.Contradictions);
        foreach (var same in _driver.Ledger.Orders.Where(order => order.Number is not null).GroupBy(order => order.Number).Where(same => same.Count() > 1))
            _lost.Add($"order {same.Key} was given out for {string.Join(" and ", same.Select(order => order.Key))}");
    }

    private async Task CheckOrder(GatewayCaller caller, LedgerOrder order, CancellationToken cancellationToken)
    {
        var answer = await caller.Read($"GET /v1/orders/{order.Number}", (api, ct) => api.GetOrderAsync(order.Number!, ct), cancellationToken);
        if (!answer.Succeeded)
        {
            Lost($"order {order.Number} was acknowledged as {order.Acknowledged} and is not there: {answer.Problem}");
            return;
        }

        var seen = answer.Value;
        if (seen.StepOf() is not { } step || step < order.Acknowledged)
            Lost($"order {order.Number} was acknowledged as {order.Acknowledged} and is {seen.Status.ToString().ToLowerInvariant()}");
        foreach (var type in Once)
        {
            var times = seen.Timeline?.Count(entry => entry.Type == type) ?? 0;
            if (times > 1) Twice($"order {order.Number} has {type} {times} times in its timeline");
        }
    }

    private async Task CheckCustomer(GatewayCaller caller, IGrouping<int, LedgerOrder> orders, CancellationToken cancellationToken)
    {
        var id = _driver.Customer(orders.Key);
        CheckList(id, orders, await ListAsync(
            caller,
            $"GET /v1/customers/{id}/orders",
            (api, from, ct) => api.ListCustomerOrdersAsync(id, limit: PageSize, cursor: from, cancellationToken: ct),
            cancellationToken));
    }

    private async Task CheckMerchant(GatewayCaller caller, IGrouping<int, LedgerOrder> orders, CancellationToken cancellationToken)
    {
        var id = _driver.Merchant(orders.Key);
        CheckList(id, orders, await ListAsync(
            caller,
            $"GET /v1/merchants/{id}/orders",
            (api, from, ct) => api.ListMerchantOrdersAsync(id, limit: PageSize, cursor: from, cancellationToken: ct),
            cancellationToken));
        var answer = await caller.Read($"GET /v1/merchants/{id}", (api, ct) => api.GetMerchantAsync(id, ct), cancellationToken);
        if (!answer.Succeeded)
        {
            Lost($"merchant {id} is not there: {answer.Problem}");
            return;
        }

        var taken = ClusterDriver.Stock - answer.Value.Menu.Single(item => item.Id == "meal").Stock;
        var sold = orders.Where(order => order.Number is not null).Sum(order => order.Meals);
        // Of an order that was never settled it is not known whether it took its meals.
        var perhaps = orders.Where(order => order.Number is null).Sum(order => order.Meals);
        if (taken < sold) Lost($"merchant {id} sold {sold} meals and its stock went down by {taken}");
        if (taken > sold + perhaps) Twice($"merchant {id} sold {sold} meals and its stock went down by {taken}");
    }

    private void CheckList(string owner, IEnumerable<LedgerOrder> orders, List<string> listed)
    {
        var times = listed.GroupBy(number => number).ToDictionary(same => same.Key, same => same.Count());
        var unsettled = 0;
        foreach (var order in orders)
        {
            if (order.Number is null)
            {
                unsettled++;
                continue;
            }

            var count = times.GetValueOrDefault(order.Number);
            if (count == 0) Lost($"order {order.Number} is missing in the list of {owner}");
            if (count > 1) Twice($"order {order.Number} is {count} times in the list of {owner}");
            times.Remove(order.Number);
        }

        if (times.Count > unsettled) Twice($"{owner} has orders that nobody was told of: {string.Join(", ", times.Keys.Order(StringComparer.Ordinal))}");
    }

    private static async Task<List<string>> ListAsync(
        GatewayCaller caller, string what, Func<OrderActorsClient, string?, CancellationToken, Task<OrderList>> page, CancellationToken cancellationToken)
    {
        var numbers = new List<string>();
        for (string? cursor = null; ;)
        {
            var from = cursor;
            var answer = await caller.Read(what, (api, ct) => page(api, from, ct), cancellationToken);
            if (!answer.Succeeded) return numbers;
            numbers.AddRange(answer.Value.Data.Select(order => order.Number));
            cursor = answer.Value.NextCursor;
            if (cursor is null) return numbers;
        }
    }

    private void Lost(string what)
    {
        lock (_lost) _lost.Add(what);
    }

    private void Twice(string what)
    {
        lock (_twice) _twice.Add(what);
    }
}
