using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Hosting.Calls;
using OrderActors.Idempotency;
using Orleans;

namespace OrderActors.Client.Idempotency;

/// <summary>
/// Keeps answers to requests with an Idempotency-Key: behind the requests' backs, because who sends one again a moment later is
/// answered from memory, and after a crash by whom it asked.
/// </summary>
internal sealed partial class AnswerStore(IClusterClient grains, TimeProvider clock, ILogger<AnswerStore> log) : IAsyncDisposable
{
    /// <summary>How many answers may wait to be kept. What comes beyond is not kept, and counted.</summary>
    private const int MaxWaiting = 20_000;
    private const int KeptAtOnce = 64;
    private static readonly TimeSpan ListEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<(string Name, StoredAnswer Answer)> _waiting = Channel.CreateBounded<(string, StoredAnswer)>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly ConcurrentDictionary<string, StoredAnswer> _unkept = new(StringComparer.Ordinal);
    private readonly List<string> _unlisted = [];
    private readonly object _starting = new();
    private Task? _keeping;
    private long _listed;

    /// <summary>The answer to an earlier request; null when there is none.</summary>
    public Task<StoredAnswer?> Find(string name) => _unkept.TryGetValue(name, out var answer)
        ? Task.FromResult<StoredAnswer?>(answer)
        : grains.GetGrain<IAnswerGrain>(name).Get();

    /// <summary>Keeps an answer, soon.</summary>
    public void Keep(string name, StoredAnswer answer)
    {
        if (_keeping is null) Start();
        _unkept[name] = answer;
        if (_waiting.Writer.TryWrite((name, answer))) return;
        _unkept.TryRemove(name, out _);
        GatewayInstruments.AnswerDropped();
    }

    /// <summary>Keeps what waits, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        if (_keeping is not null) await _keeping;
    }

    private void Start()
    {
        // Nothing waits yet, so it goes to sleep at once, and wakes where its host runs such things.
        lock (_starting) _keeping ??= KeepAll();
    }

    private async Task KeepAll()
    {
        var batch = new List<(string Name, StoredAnswer Answer)>(KeptAtOnce);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < KeptAtOnce && _waiting.Reader.TryRead(out var next)) batch.Add(next);
            await Task.WhenAll(batch.Select(next => KeepOne(next.Name, next.Answer)));
            if (clock.GetElapsedTime(_listed) >= ListEvery) await List();
        }

        await List();
    }

    private async Task KeepOne(string name, StoredAnswer answer)
    {
        try
        {
            await grains.GetGrain<IAnswerGrain>(name).Keep(answer);
            lock (_unlisted) _unlisted.Add(name);
        }
        catch (Exception e)
        {
            // The request was answered, and whom it asked remembers it: only the first answer's wording is lost.
            GatewayInstruments.AnswerDropped();
            LogNotKept(e);
        }
        finally
        {
            _unkept.TryRemove(name, out _);
        }
    }

    /// <summary>Writes down which answers there are, so that they can be forgotten in time.</summary>
    private async Task List()
    {
        _listed = clock.GetTimestamp();
        ImmutableArray<string> names;
        lock (_unlisted)
        {
            names = [.. _unlisted];
            _unlisted.Clear();
        }

        if (names.IsEmpty) return;
        try
        {
            var bucket = await grains.GetGrain<IAnswerSweepGrain>(IAnswerSweepGrain.Key).Start();
            await grains.GetGrain<IAnswerBucketGrain>(bucket.ToString(CultureInfo.InvariantCulture)).Add(names);
        }
        catch (Exception e)
        {
            lock (_unlisted) _unlisted.AddRange(names);
            LogNotListed(e, names.Length);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An answer could not be kept; its request is remembered all the same")]
    private partial void LogNotKept(Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} answers could not be listed; they are listed with the next")]
    private partial void LogNotListed(Exception e, int count);
}
