using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using OrderActors.Client.Api;

namespace OrderActors.Tools.Bench.Cluster;

/// <summary>An answer that settles a request: what was asked for, or a refusal that another try would not change.</summary>
/// <param name="Value">What was asked for.</param>
/// <param name="Refusal">Why it was not done.</param>
internal readonly record struct Answer<T>(T? Value, ApiProblemException? Refusal)
    where T : class
{
    [MemberNotNullWhen(true, nameof(Value))]
    public bool Succeeded => Value is not null;

    /// <summary>The problem's words, for the person who looks for the cause.</summary>
    public string Problem => Refusal is null ? "" : $"{(int)Refusal.Status} {Refusal.Code}: {Refusal.Problem?.Detail}";
}

/// <summary>No gateway settled a request within the time there was: whether it was done is not known.</summary>
internal sealed class UnsettledException(string message) : Exception(message);

/// <summary>The gateways, shared by the callers.</summary>
internal sealed class Gateways : IDisposable
{
    private readonly HttpClient[] _connections;
    private readonly OrderActorsClient[] _clients;

    public Gateways(ClusterPlan plan, Func<HttpMessageHandler> connect)
    {
        _connections = [.. plan.Urls.Select(url => new HttpClient(connect()) { BaseAddress = url, Timeout = plan.TryTimeout })];

        // Each try is counted, and the next one goes to another gateway: both are the caller's to do.
        var options = new OrderActorsClientOptions { ApiKey = plan.Key.Length == 0 ? null : plan.Key, MostTries = 1 };
        _clients = [.. _connections.Select(connection => new OrderActorsClient(connection, options))];
    }

    public OrderActorsClient this[int index] => _clients[index % _clients.Length];

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Dispose();
    }
}

/// <summary>
/// One caller: sends a request until it is settled, with the same Idempotency-Key each time, and counts what it sees. Used by
/// one task at a time.
/// </summary>
internal sealed class GatewayCaller(Gateways gateways, TimeSpan patience, int first)
{
    // Short, although a gateway may ask for a second: what is measured is when it answers again.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private int _gateway = first;

    /// <summary>Requests sent, every try counted.</summary>
    public long Requests { get; private set; }

    /// <summary>Tries that settled nothing: no connection, no answer in time, 429 or 5xx.</summary>
    public long Errors { get; private set; }

    /// <summary>The longest time from the first try to the answer, among commands that needed more than one.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>How long each command took, all its tries together.</summary>
    public List<TimeSpan> Commands { get; } = [];

    /// <summary>Reads something.</summary>
    /// <param name="what">What is asked, for messages.</param>
    /// <param name="ask">Asks one gateway once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UnsettledException">The patience is over.</exception>
    public Task<Answer<T>> Read<T>(string what, Func<OrderActorsClient, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class => Send(what, ask, isCommand: false, cancellationToken);

    /// <summary>Has something done. Every try has to have the same Idempotency-Key.</summary>
    /// <param name="what">What is asked, for messages.</param>
    /// <param name="ask">Asks one gateway once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UnsettledException">The patience is over.</exception>
    public Task<Answer<T>> Command<T>(string what, Func<OrderActorsClient, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class => Send(what, ask, isCommand: true, cancellationToken);

    private async Task<Answer<T>> Send<T>(
        string what, Func<OrderActorsClient, CancellationToken, Task<T>> ask, bool isCommand, CancellationToken cancellationToken)
        where T : class
    {
        var start = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            Requests++;
            var (answer, failure) = await Try(ask, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (answer is { } settled)
            {
                if (!isCommand) return settled;
                Commands.Add(elapsed);
                if (tries > 1) NoteGap(elapsed);
                return settled;
            }

            Errors++;
            _gateway++;
            if (elapsed >= patience)
            {
                if (isCommand) NoteGap(elapsed);
                throw new UnsettledException($"{what} was not settled in {tries} tries over {elapsed.TotalSeconds:0.0} s; the last: {failure}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task<(Answer<T>? Answer, string? Failure)> Try<T>(
        Func<OrderActorsClient, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (new(await ask(gateways[_gateway], cancellationToken), null), null);
        }
        catch (ApiProblemException e)
        {
            return (int)e.Status is 429 or >= 500 ? (null, e.Message) : (new(null, e), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, e.Message);
        }
    }

    private void NoteGap(TimeSpan gap) => LongestGap = gap > LongestGap ? gap : LongestGap;
}
