using System.Globalization;
using System.Net;

namespace OrderActors.Client.Api;

/// <summary>The API did not do what it was asked.</summary>
public sealed class ApiProblemException : Exception
{
    /// <param name="request">What was asked.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="problem">What the API says; null when somebody else answered in its place.</param>
    /// <param name="retryAfter">When to come back; null when nobody said so.</param>
    internal ApiProblemException(string request, HttpStatusCode status, Problem? problem, TimeSpan? retryAfter)
        : base(problem is null ? $"{request}: {(int)status}, and no reason that this client can read." : $"{request}: {problem.Code}: {problem.Detail}")
    {
        Status = status;
        Problem = problem;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>What the API says; null when somebody else answered in its place, such as a proxy.</summary>
    public Problem? Problem { get; }

    /// <summary>The kind of problem, one of <see cref="ProblemCode"/>; <c>http_502</c> and the like when somebody else answered.</summary>
    public string Code => Problem?.Code ?? string.Create(CultureInfo.InvariantCulture, $"http_{(int)Status}");

    /// <summary>Each fault by itself; empty when there is no place to point at.</summary>
    public IReadOnlyList<ProblemError> Errors => Problem?.Errors ?? [];

    /// <summary>When to come back; null when the same request would fail again, or nobody said so.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>
    /// Whether it is not known if it was done: then only the same Idempotency-Key is safe. The client has tried that already.
    /// </summary>
    public bool IsOutcomeUnknown => Problem?.Retry == "same_key";
}
