using System.Text.Json.Serialization;
using OrderActors.Client.Http;
using OrderActors.Client.Orders;
using OrderActors.Intake;
using OrderActors.Values;

namespace OrderActors.Client.Intake;

/// <summary>POST /v1/intake/orders.</summary>
/// <param name="Orders">1 to 1,000 orders, each as in POST /v1/orders.</param>
internal sealed record IntakeOrdersRequest(PlaceOrderRequest[] Orders);

/// <summary>A receipt for orders that were taken in.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">open while an order has no outcome, then done.</param>
/// <param name="AcceptedAt">When the orders were taken in.</param>
/// <param name="Orders">How many there are.</param>
/// <param name="Pending">Of these, without an outcome.</param>
/// <param name="Placed">Placed.</param>
/// <param name="Refused">Refused, as they would have been without the intake.</param>
/// <param name="Dead">Given up; an operator sees to them.</param>
/// <param name="Data">What became of each, in the order of the request; only where a receipt is read.</param>
/// <param name="NextCursor">Where the outcomes go on; absent at the end.</param>
/// <param name="HasMore">Whether they go on; only where a receipt is read.</param>
internal sealed record IntakeReceiptResponse(
    string Id,
    string Status,
    DateTimeOffset AcceptedAt,
    int Orders,
    int Pending,
    int Placed,
    int Refused,
    int Dead,
    IntakeOutcomeBody[]? Data = null,
    string? NextCursor = null,
    bool? HasMore = null)
{
    public static IntakeReceiptResponse From(IntakeReceipt receipt) => new(
        receipt.Id, receipt.Pending == 0 ? "done" : "open", receipt.AcceptedAt,
        receipt.Orders, receipt.Pending, receipt.Placed, receipt.Refused, receipt.Dead);
}

/// <summary>What became of one order.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Status">pending, placed, refused or dead.</param>
/// <param name="Number">The order's number, when it was placed.</param>
/// <param name="Code">Why it was refused, as the problem of POST /v1/orders would have it.</param>
/// <param name="Detail">The same for a person; for a dead order, the last error.</param>
internal sealed record IntakeOutcomeBody(int Index, IntakeStatus Status, OrderNumber? Number = null, string? Code = null, string? Detail = null)
{
    public static IntakeOutcomeBody From(IntakeOutcome outcome) => new(
        outcome.Index, outcome.Status, outcome.Order, outcome.Code is { } code ? ProblemKind.Of(code).Code : null, outcome.Detail);

    /// <summary>The same in the words of a caller, who knows ids without the test side's mark.</summary>
    public IntakeOutcomeBody For(Caller caller) => caller.Live || Detail is null ? this : this with { Detail = Sides.Shown(Detail) };
}

/// <summary>GET /v1/operations/intake.</summary>
/// <param name="Rate">Orders a second at which the intake is drained, as set.</param>
/// <param name="Paused">Whether that is none.</param>
/// <param name="MeasuredRate">Orders a second that were started in the last five seconds.</param>
/// <param name="Backlog">Orders without an outcome.</param>
/// <param name="OldestAgeSeconds">How long the oldest of them has waited.</param>
/// <param name="Placing">Orders being placed at this moment.</param>
/// <param name="DeadLetters">Orders that were given up.</param>
/// <param name="Partitions">The same for each partition.</param>
/// <param name="Audit">The newest changes of the rate, newest first.</param>
internal sealed record IntakeResponse(
    int Rate,
    bool Paused,
    double MeasuredRate,
    long Backlog,
    double OldestAgeSeconds,
    int Placing,
    int DeadLetters,
    IntakePartitionBody[] Partitions,
    IntakeAuditBody[] Audit)
{
    public static IntakeResponse From(IntakeView view, DateTimeOffset now)
    {
        var known = view.Partitions.Where(p => p is not null).Select(p => p!).ToArray();
        return new(
            view.Rate, view.Rate == 0, Math.Round(view.Measured, 1), known.Sum(p => p.Backlog), Age(known.Min(p => p.Oldest), now),
            known.Sum(p => p.Placing), known.Sum(p => p.DeadLetters),
            [.. view.Partitions.Select((p, number) => new IntakePartitionBody(number, p is not null, p?.Backlog ?? 0, Age(p?.Oldest, now)))],
            IntakeAuditBody.NewestFirst(view.Audit));
    }

    private static double Age(DateTimeOffset? since, DateTimeOffset now) =>
        since is { } at && at < now ? Math.Round((now - at).TotalSeconds, 3) : 0;
}

/// <summary>One partition of the intake.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Answers">Whether it said how it stands.</param>
/// <param name="Backlog">Orders without an outcome.</param>
/// <param name="OldestAgeSeconds">How long the oldest of them has waited.</param>
internal sealed record IntakePartitionBody(int Partition, bool Answers, long Backlog, double OldestAgeSeconds);

/// <summary>What an operator did.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Action">set_rate, retry or skip.</param>
/// <param name="Subject">To what: the rate, or receipt and place.</param>
/// <param name="Reason">Why.</param>
internal sealed record IntakeAuditBody(DateTimeOffset At, string By, string Action, string Subject, string Reason)
{
    public static IntakeAuditBody[] NewestFirst(IEnumerable<IntakeAuditEntry> entries) =>
        [.. entries.OrderByDescending(e => e.At).Select(e => new IntakeAuditBody(e.At, e.By.Id, e.Action, e.Subject, e.Reason))];
}

/// <summary>PUT /v1/operations/intake.</summary>
/// <param name="Rate">Orders a second in total, 0 to 100,000; 0 is a pause.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
internal sealed record SetIntakeRequest(int Rate, string Reason);

/// <summary>GET /v1/operations/intake/dead-letters.</summary>
/// <param name="Data">Orders that were given up, oldest first.</param>
/// <param name="Audit">What operators did to such, newest first.</param>
internal sealed record IntakeDeadLettersResponse(IntakeDeadLetterBody[] Data, IntakeAuditBody[] Audit);

/// <summary>An order that could not be placed.</summary>
/// <param name="Receipt">Its receipt.</param>
/// <param name="Index">Its place in it.</param>
/// <param name="Error">The last error.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="At">When it was given up.</param>
internal sealed record IntakeDeadLetterBody(string Receipt, int Index, string Error, int Attempts, DateTimeOffset At);

/// <summary>POST /v1/operations/intake/dead-letters/{receipt}/{index}/retry and /skip.</summary>
/// <param name="Reason">Why, 1 to 500 characters.</param>
[method: JsonConstructor]
internal sealed record ResolveDeadLetterRequest(string Reason);
