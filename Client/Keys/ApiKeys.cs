using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using OrderActors.Client.Http;
using OrderActors.Governance.Keys;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Keys;

/// <summary>
/// Whose keys are whose, as this process knows it. What a key's grain said is believed for a while; a text is known by its
/// SHA-256 alone, also here, so that no memory image has it longer than its request.
/// </summary>
internal sealed class ApiKeys(IClusterClient grains, ApiKeyOptions options, TimeProvider clock)
{
    /// <summary>The id of the key that the configuration gives.</summary>
    public const string ConfiguredId = "key_configured";

    private readonly KnownKeys _right = new(options.CacheEntries);
    private readonly KnownKeys _wrong = new(options.CacheEntries);
    private readonly ConcurrentDictionary<KeyHash, Task<Caller?>> _asked = new();
    private readonly KeyHash? _configured = options.OperatorKey is { } key ? KeyHash.Of(key) : null;
    private readonly Caller _operator = new(ConfiguredId, Callers.Operator, "operator", Live: true);
    private readonly long _believed = (long)(options.CacheFor.TotalSeconds * clock.TimestampFrequency);

    /// <summary>Who shows this text, when that is known already; false when the key's grain has to be asked.</summary>
    /// <param name="text">The text, at most <see cref="ApiKeyOptions.LongestKey"/> visible characters.</param>
    /// <param name="hash">Its hash, for <see cref="Ask"/>.</param>
    /// <param name="caller">Who it is; null for nobody.</param>
    public bool TryFind(ReadOnlySpan<char> text, out KeyHash hash, out Caller? caller)
    {
        hash = KeyHash.Of(text);
        var now = clock.GetTimestamp();
        if (_right.TryGet(hash, now, out caller)) return true;
        if (_configured is { } configured && configured.IsSame(hash))
        {
            caller = _operator;
            return true;
        }

        return _wrong.TryGet(hash, now, out caller) || !ApiKeyText.TryGetId(text.ToString(), out _);
    }

    /// <summary>Asks the key's grain who shows this text; null for nobody. Who asks for the same one meanwhile gets the same answer.</summary>
    public Task<Caller?> Ask(string text, KeyHash hash)
    {
        if (_asked.TryGetValue(hash, out var running)) return running;
        if (_asked.Count >= options.Lookups)
            throw new RequestFault(ProblemKind.ReducedCapacity, "Too many keys that are not known yet are being looked up. Nothing was done; send it again.");
        var asked = Resolve(text, hash);

        // Only while it runs: what it found is remembered elsewhere, with an end.
        if (!asked.IsCompleted && _asked.TryAdd(hash, asked)) _ = Forget(hash, asked);
        return asked;
    }

    private async Task<Caller?> Resolve(string text, KeyHash hash)
    {
        if (!ApiKeyText.TryGetId(text, out var id)) return null;
        var grant = await grains.GetGrain<IApiKeyGrain>(id).Resolve(ApiKeyText.HashOf(text));
        var until = clock.GetTimestamp() + _believed;
        if (grant is null || grant.Live != ApiKeyText.IsLiveId(id))
        {
            _wrong.Add(hash, null, until);
            return null;
        }

        var caller = new Caller(id, KindOf(grant.Kind), TestMode.Id(grant.Subject, grant.Live), grant.Live);
        if (grant.Until is { } end)
        {
            var left = (long)Math.Clamp((end - clock.GetUtcNow()).TotalSeconds * clock.TimestampFrequency, 0, _believed);
            until = clock.GetTimestamp() + left;
        }

        _right.Add(hash, caller, until);
        return caller;
    }

    private async Task Forget(KeyHash hash, Task<Caller?> asked)
    {
        await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        _asked.TryRemove(hash, out _);
    }

    private static Callers KindOf(ApiKeyKind kind) => kind switch
    {
        ApiKeyKind.Customer => Callers.Customer,
        ApiKeyKind.Merchant => Callers.Merchant,
        ApiKeyKind.Courier => Callers.Courier,
        ApiKeyKind.Partner => Callers.Partner,
        _ => Callers.Operator,
    };
}

/// <summary>The SHA-256 of a key's text.</summary>
internal readonly record struct KeyHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The hash of a text of visible ASCII characters.</summary>
    public static KeyHash Of(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[ApiKeyOptions.LongestKey];
        Span<ulong> hash = stackalloc ulong[SHA256.HashSizeInBytes / sizeof(ulong)];
        var length = Encoding.ASCII.GetBytes(text, bytes);
        SHA256.HashData(bytes[..length], MemoryMarshal.AsBytes(hash));
        bytes[..length].Clear();
        return new(hash[0], hash[1], hash[2], hash[3]);
    }

    /// <summary>Whether it is the same one, found out in the same time wherever they differ.</summary>
    public bool IsSame(KeyHash other) => ((A ^ other.A) | (B ^ other.B) | (C ^ other.C) | (D ^ other.D)) == 0;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)A;
}

/// <summary>
/// What was learnt of keys, each until a time. Bounded without a scan: when the newer half is full it becomes the older one, and
/// what the older one had is forgotten. Reading takes no lock.
/// </summary>
internal sealed class KnownKeys(int capacity)
{
    private readonly Lock _turn = new();
    private ConcurrentDictionary<KeyHash, Known> _newer = new();
    private ConcurrentDictionary<KeyHash, Known> _older = new();
    private int _added;

    /// <summary>What is known of a key, if that still counts.</summary>
    public bool TryGet(KeyHash hash, long now, out Caller? caller)
    {
        caller = null;
        if (!Volatile.Read(ref _newer).TryGetValue(hash, out var known) && !Volatile.Read(ref _older).TryGetValue(hash, out known)) return false;
        if (known.Until <= now) return false;
        caller = known.Caller;
        return true;
    }

    /// <summary>Remembers a key.</summary>
    public void Add(KeyHash hash, Caller? caller, long until)
    {
        if (Interlocked.Increment(ref _added) > capacity / 2)
        {
            lock (_turn)
            {
                if (_added > capacity / 2)
                {
                    Volatile.Write(ref _older, _newer);
                    Volatile.Write(ref _newer, new());
                    _added = 0;
                }
            }
        }

        _newer[hash] = new(caller, until);
    }

    private readonly record struct Known(Caller? Caller, long Until);
}
