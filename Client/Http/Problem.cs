using OrderActors.Client.Orders;

namespace OrderActors.Client.Http;

/// <summary>Why a request was not done, before it is written as RFC 9457 problem details.</summary>
/// <param name="Kind">The kind of problem, which fixes status, code and title.</param>
/// <param name="Detail">One sentence for a person: what was wrong, with which value, and what would be right.</param>
internal sealed record Problem(ProblemKind Kind, string Detail)
{
    /// <summary>Each fault by itself, when there are places to point at.</summary>
    public IReadOnlyList<ProblemError>? Errors { get; init; }

    /// <summary>The order as it stands, when an order refused.</summary>
    public OrderStanding? Order { get; init; }

    /// <summary>Whether this is the outcome of an earlier request with the same key.</summary>
    public bool Replayed { get; init; }

    /// <summary>When to come back; null for what its kind says.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The methods that the route has, for 405.</summary>
    public string? Allow { get; init; }
}

/// <summary>One fault of a request.</summary>
/// <param name="Code">The kind of fault, such as <c>required</c> or <c>sold_out</c>.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Pointer">Where in the body, as a JSON pointer (RFC 6901); null when the fault is elsewhere.</param>
/// <param name="Parameter">Which path or query parameter.</param>
/// <param name="Header">Which header.</param>
/// <param name="Value">The value at fault, as text.</param>
/// <param name="Allowed">What would be right: names of members, values of an enumeration, items of the menu.</param>
internal sealed record ProblemError(
    string Code,
    string Detail,
    string? Pointer = null,
    string? Parameter = null,
    string? Header = null,
    string? Value = null,
    IReadOnlyList<string>? Allowed = null);

/// <summary>An order's state in a refusal.</summary>
/// <param name="Status">The order's status.</param>
/// <param name="Version">The order's version.</param>
/// <param name="Allowed">The commands that the state allows.</param>
internal sealed record OrderStanding(OrderActors.Orders.OrderStatus Status, long Version, IReadOnlyList<string> Allowed)
{
    public static OrderStanding? Of(OrderActors.Orders.OrderView? order) =>
        order is null ? null : new(order.Status, order.Version, ActionNames.Of(order.Allowed));
}

/// <summary>Why a request was not done: RFC 9457 problem details with this platform's extensions.</summary>
/// <param name="Type">A URI that names the kind of problem; it never changes.</param>
/// <param name="Title">The same few words for every problem of the kind.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence for a person: what was wrong, with which value, and what would be right.</param>
/// <param name="Instance">The path that was asked.</param>
/// <param name="Code">The kind of problem for programs; it never changes.</param>
/// <param name="Retryable">Whether the same request may succeed later; then there is a Retry-After.</param>
/// <param name="Retry"><c>same_key</c> when only the same Idempotency-Key is safe, because the first try may have been done.</param>
/// <param name="TraceId">Under which the request is found in traces and logs.</param>
/// <param name="Order">How the order stands that refused.</param>
/// <param name="Errors">Each fault by itself, when there are places to point at.</param>
internal sealed record ProblemDocument(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Instance,
    string Code,
    bool Retryable,
    string? Retry,
    string TraceId,
    OrderStanding? Order,
    IReadOnlyList<ProblemError>? Errors);

/// <summary>Ends a request that cannot be done as it was sent. Refusals of grains are values and never thrown.</summary>
internal sealed class RequestFault(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;

    public RequestFault(ProblemKind kind, string detail, params IReadOnlyList<ProblemError> errors)
        : this(new Problem(kind, detail) { Errors = errors.Count == 0 ? null : errors })
    {
    }
}
