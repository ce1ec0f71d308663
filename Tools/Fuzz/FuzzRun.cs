using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Fuzz;

/// <summary>The last line that <c>fuzz</c> prints: one JSON object, keys in this order.</summary>
/// <param name="Seed">Which requests.</param>
/// <param name="Requests">How many were sent.</param>
/// <param name="Operations">Over how many operations.</param>
/// <param name="Faults">How many were answered with a fault, or not as HTTP, or not in time.</param>
/// <param name="Unanswered">How many connections were closed without an answer, as they may be where the request has no end.</param>
/// <param name="Statuses">How often each status came.</param>
/// <param name="MegabytesBefore">The target's memory after a tenth of the requests; null when it is not known.</param>
/// <param name="MegabytesAfter">The same at the end.</param>
/// <param name="StillWorks">Whether an order can be placed afterwards.</param>
internal sealed record FuzzFigures(
    [property: JsonPropertyName("seed")] int Seed,
    [property: JsonPropertyName("requests")] int Requests,
    [property: JsonPropertyName("operations")] int Operations,
    [property: JsonPropertyName("faults")] int Faults,
    [property: JsonPropertyName("unanswered")] int Unanswered,
    [property: JsonPropertyName("statuses")] IReadOnlyDictionary<string, int> Statuses,
    [property: JsonPropertyName("megabytesBefore")] double? MegabytesBefore,
    [property: JsonPropertyName("megabytesAfter")] double? MegabytesAfter,
    [property: JsonPropertyName("stillWorks")] bool StillWorks)
{
    public string ToJson() => JsonSerializer.Serialize(this);
}

/// <summary>One run of <c>fuzz</c>.</summary>
internal sealed class FuzzRun(FuzzPlan plan, TextWriter output, TextWriter progress)
{
    /// <summary>After so many faults the rest would tell nothing new.</summary>
    private const int MostFaults = 20;

    private readonly Uri _target = plan.Url!;
    private readonly ConcurrentDictionary<string, int> _statuses = new();
    private readonly ConcurrentQueue<(RawRequest Request, string Fault)> _faults = new();
    private int _next = -1;
    private int _sent;
    private int _unanswered;
    private double? _before;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var operations = OperationTable.Read();
        var town = new Town { Merchants = 8, Couriers = 8 };
        await progress.WriteLineAsync($"fuzz: {plan.Requests} requests over {operations.Count} operations at {_target}, seed {plan.Seed} …");
        await town.PrepareAsync(_target, plan.Key, cancellationToken);
        var orders = await PlaceAsync(town, cancellationToken);
        if (orders.Count == 0) throw new BadInputException("No order can be placed at the target, even before it is sent anything bad.");

        var fuzzer = new Fuzzer(operations, new FuzzTown(town, orders), _target.Authority, plan.Key, plan.Seed);
        using var watch = plan.Process is { } id ? new ProcessWatch(id) : null;
        var begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, plan.Connections).Select(_ => Task.Run(() => SendAsync(fuzzer, watch, cancellationToken), cancellationToken)));
        var after = watch?.Look().Megabytes;
        var works = (await PlaceAsync(new Town { Merchants = 1 }, cancellationToken, prepare: true)).Count > 0;
        return await TellAsync(operations.Count, works, after, Stopwatch.GetElapsedTime(begin));
    }

    private async Task SendAsync(Fuzzer fuzzer, ProcessWatch? watch, CancellationToken cancellationToken)
    {
        using var probe = new Probe(HttpTarget.AddressOf(_target), plan.Patience);
        while (_faults.Count < MostFaults && !cancellationToken.IsCancellationRequested)
        {
            var index = plan.Only ?? Interlocked.Increment(ref _next);
            if (index >= plan.Requests || (plan.Only is not null && Volatile.Read(ref _sent) > 0)) return;
            var request = fuzzer.Make(index);
            var (status, fault, _) = await probe.SendAsync(request, cancellationToken);
            var sent = Interlocked.Increment(ref _sent);
            if (fault is not null) _faults.Enqueue((request, fault));
            if (status is { } known) _statuses.AddOrUpdate(known.ToString(CultureInfo.InvariantCulture), 1, (_, count) => count + 1);
            else if (fault is null) Interlocked.Increment(ref _unanswered);
            if (sent == Math.Max(1, plan.Requests / 10)) _before = watch?.Look().Megabytes;
            if (sent % 10_000 == 0) await progress.WriteLineAsync($"fuzz: {sent} sent, {_faults.Count} faults");
        }
    }

    private async Task<int> TellAsync(int operations, bool works, double? after, TimeSpan took)
    {
        foreach (var (request, fault) in _faults.OrderBy(one => one.Request.Index))
        {
            var file = Path.GetFullPath(Path.Combine(plan.Folder, string.Create(CultureInfo.InvariantCulture, $"fault-{plan.Seed}-{request.Index}.http")));
            await File.WriteAllBytesAsync(file, request.ToBytes());
            await output.WriteLineAsync($"FAULT of request {request.Index} ({string.Join("; ", request.Changes)}): {fault}");
            await output.WriteLineAsync(request.Show());
            await output.WriteLineAsync($"again: nc {_target.Host} {_target.Port} < {file}");
            await output.WriteLineAsync();
        }

        var grown = after - _before > plan.Growth;
        if (grown)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"GROWTH: {_before:0} MB after a tenth of the requests, {after:0} MB at the end"));
        }

        if (!works) await output.WriteLineAsync("DEAD: afterwards no order could be placed");
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{_sent} requests in {took.TotalSeconds:0.0} s: {_faults.Count} faults; seed {plan.Seed}"));
        var figures = new FuzzFigures(
            plan.Seed, _sent, operations, _faults.Count, _unanswered, _statuses.OrderBy(one => one.Key, StringComparer.Ordinal).ToDictionary(),
            Round(_before), Round(after), works);
        await output.WriteLineAsync(figures.ToJson());
        return _faults.IsEmpty && works && !grown ? ExitCodes.Ok : ExitCodes.Failed;
    }

    /// <summary>Places orders for a while; returns their numbers.</summary>
    private async Task<IReadOnlyList<string>> PlaceAsync(Town town, CancellationToken cancellationToken, bool prepare = false)
    {
        const int Kept = 200;
        if (prepare) await town.PrepareAsync(_target, plan.Key, cancellationToken);
        var placing = new PlaceTraffic(town, Kept);
        var load = new LoadPlan(_target, [new Stage(TimeSpan.FromSeconds(0.5), StageKind.Steady, Kept)])
        {
            Connections = 8,
            Keys = plan.Key is { } key ? [key] : [],
        };
        using var driver = new LoadDriver(load, placing);
        await driver.RunAsync(cancellationToken);
        return placing.Numbers;
    }

    private static double? Round(double? value) => value is { } number ? Math.Round(number, 1) : null;
}
