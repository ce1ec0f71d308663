using System.Text.Json.Serialization;
using OrderActors.Silo.Storage;
using Orleans.Runtime;

namespace OrderActors.Silo.Hosting;

/// <summary>The two questions of an orchestrator, answered by a silo: does it live, and may the cluster count on it.</summary>
internal sealed class SiloHealth(ISiloStatusOracle membership, PostgresDatabase database, TimeProvider clock)
{
    // Whoever asks more often gets the last answer: health must not be what the database is busy with.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task<bool> _reachable = Task.FromResult(false);
    private long _askedAt;
    private bool _asked;
    private volatile bool _warm;
    private volatile bool _draining;

    /// <summary>It has done what there was to do before the first request.</summary>
    public void Warm() => _warm = true;

    /// <summary>From now on it is not ready any more.</summary>
    public void Drain() => _draining = true;

    /// <summary>Maps both.</summary>
    public void Map(WebApplication app)
    {
        app.MapGet("/health/live", (RequestDelegate)(context => Write(context, 200, "live", null)));
        app.MapGet("/health/ready", (RequestDelegate)Ready);
    }

    private async Task Ready(HttpContext context)
    {
        var why = _draining ? "The silo is stopping."
            : membership.CurrentStatus != SiloStatus.Active ? $"The silo is {membership.CurrentStatus} in the cluster's membership."
            : !_warm ? "The silo is warming up."
            : !await Reachable() ? "The database does not answer."
            : null;
        if (why is null)
        {
            await Write(context, 200, "ready", null);
            return;
        }

        context.Response.Headers.RetryAfter = "1";
        await Write(context, 503, "unavailable", why);
    }

    private Task<bool> Reachable()
    {
        lock (_lock)
        {
            if (_asked && (!_reachable.IsCompleted || clock.GetElapsedTime(_askedAt) < Fresh)) return _reachable;
            _asked = true;
            _askedAt = clock.GetTimestamp();
            return _reachable = Ask();
        }
    }

    private async Task<bool> Ask()
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        try
        {
            return await database.CheckAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static Task Write(HttpContext context, int status, string word, string? detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new HealthAnswer(word, detail), context.RequestAborted);
    }

    private sealed record HealthAnswer(
        string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail);
}
