namespace OrderActors.Silo.Storage;

/// <summary>
/// Whether the database is thought to answer. After some failures in a row it is open: what asks is refused at once instead
/// of waiting in a line that does not move. It closes with the first success; the storage's own pulse provides that.
/// </summary>
internal sealed class Breaker(TimeProvider clock, string database)
{
    /// <summary>Failures in a row after which it opens: one is a connection that a server dropped, three are a server that is gone.</summary>
    public const int FailuresToOpen = 3;

    private readonly Lock _gate = new();
    private int _failures;
    private DateTimeOffset _since;
    private string _reason = "";
    private volatile bool _open;

    /// <summary>Raised when it opens, with the reason, and with null when it closes.</summary>
    public event Action<string?>? Changed;

    /// <summary>Whether requests are refused.</summary>
    public bool IsOpen => _open;

    /// <summary>The database answered.</summary>
    public void Succeeded()
    {
        if (_failures == 0 && !_open) return;
        lock (_gate)
        {
            _failures = 0;
            if (!_open) return;
            _open = false;
        }

        Changed?.Invoke(null);
    }

    /// <summary>The database did not answer.</summary>
    public void Failed(string reason)
    {
        lock (_gate)
        {
            if (_failures++ == 0) _since = clock.GetUtcNow();
            _reason = reason;
            if (_open || _failures < FailuresToOpen) return;
            _open = true;
        }

        Changed?.Invoke(reason);
    }

    /// <summary>What a refused request is told. Certain: it never left this process.</summary>
    public IOException Refusal()
    {
        lock (_gate)
            return new IOException($"The database {database} has not answered since {_since:O}: {_reason} Nothing was done.");
    }
}
