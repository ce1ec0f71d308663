using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Chaos.Accounts;

/// <summary>An order whose placement was acknowledged, and what was acknowledged of it since. Written by many connections.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Key">The Idempotency-Key it was placed with.</param>
/// <param name="Customer">Who ordered.</param>
/// <param name="Merchant">Of whom.</param>
/// <param name="ByCard">Whether it is paid by card.</param>
internal sealed record OrderAccount(string Number, string Key, string Customer, string Merchant, bool ByCard)
{
    private int _acknowledged;
    private int _asked;

    /// <summary>Somebody asked for this; whether it was done may be unknown.</summary>
    public void Ask(Act act) => Interlocked.Or(ref _asked, 1 << (int)act);

    /// <summary>It was answered that this is done.</summary>
    public void Acknowledge(Act act)
    {
        Ask(act);
        Interlocked.Or(ref _acknowledged, 1 << (int)act);
    }

    /// <summary>Whether it was asked for.</summary>
    public bool WasAsked(Act act) => (Volatile.Read(ref _asked) & (1 << (int)act)) != 0;

    /// <summary>Whether it was acknowledged.</summary>
    public bool WasAcknowledged(Act act) => (Volatile.Read(ref _acknowledged) & (1 << (int)act)) != 0;
}

/// <summary>A command without an answer, or with one that leaves its outcome open: to be sent again with the same key.</summary>
/// <param name="Act">What it is.</param>
/// <param name="Number">The order that it is about; null for a placement.</param>
/// <param name="Key">Its Idempotency-Key.</param>
/// <param name="Path">Where it went.</param>
/// <param name="Body">What it said.</param>
internal sealed record OpenCommand(Act Act, string? Number, string Key, string Path, byte[] Body);
