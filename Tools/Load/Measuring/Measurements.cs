using System.Collections.Concurrent;
using OrderActors.Client.Http;

namespace OrderActors.Tools.Load.Measuring;

/// <summary>What can be asked of the platform in a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Class">Its priority class.</param>
internal sealed record OperationKind(string Name, Priority Class);

/// <summary>One second of a run.</summary>
/// <param name="Seconds">When it ended, from the run's beginning.</param>
/// <param name="Stage">The stage at its end.</param>
/// <param name="Ended">What ended within it, all operations together.</param>
/// <param name="Classes">The same by priority class.</param>
/// <param name="InFlight">Requests that were sent or waiting at its end.</param>
/// <param name="TargetMegabytes">The target's memory; null when it is not known.</param>
/// <param name="TargetCores">The processors that the target kept busy; null when it is not known.</param>
internal sealed record Sample(
    double Seconds, int Stage, Tally Ended, IReadOnlyList<Tally> Classes, int InFlight, double? TargetMegabytes = null, double? TargetCores = null);

/// <summary>Everything that a run counted: by stage and operation, by second, and by the code of what was refused or failed.</summary>
internal sealed class Measurements
{
    private static readonly int ClassCount = Enum.GetValues<Priority>().Length;

    private readonly Tally[][] _tallies;
    private readonly ConcurrentDictionary<(int Operation, string Code), CodeCount> _codes = new();
    private Tally[] _second = NewSecond();

    public Measurements(IReadOnlyList<OperationKind> operations, int stages)
    {
        Operations = operations;
        _tallies = [.. Enumerable.Range(0, stages).Select(_ => operations.Select(_ => new Tally()).ToArray())];
    }

    /// <summary>The operations that a tally may be of.</summary>
    public IReadOnlyList<OperationKind> Operations { get; }

    /// <summary>How many stages there are.</summary>
    public int Stages => _tallies.Length;

    /// <summary>Refusals and failures by operation and code, the most frequent first, each with one of them as an example.</summary>
    public IEnumerable<(string Operation, string Code, long Count, string Example)> Codes => _codes
        .Select(pair => (Operations[pair.Key.Operation].Name, pair.Key.Code, pair.Value.Count, pair.Value.Example))
        .OrderByDescending(code => code.Count);

    /// <summary>Counts one request.</summary>
    /// <param name="stage">The stage in which it was to start.</param>
    /// <param name="operation">What it was.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="micros">How long after its intended start, in microseconds.</param>
    /// <param name="code">The code of a refusal or failure; null for none.</param>
    /// <param name="body">What the answer said.</param>
    public void Add(int stage, int operation, Outcome outcome, long micros, string? code, ReadOnlySpan<byte> body)
    {
        _tallies[stage][operation].Add(outcome, micros);
        Volatile.Read(ref _second)[(int)Operations[operation].Class].Add(outcome, micros);
        if (code is null) return;
        if (!_codes.TryGetValue((operation, code), out var count)) count = _codes.GetOrAdd((operation, code), new CodeCount(ProblemCodes.DetailOf(body)));
        count.Add();
    }

    /// <summary>Ends a second: by class, what ended within it.</summary>
    public IReadOnlyList<Tally> EndSecond() => Interlocked.Exchange(ref _second, NewSecond());

    /// <summary>The sum over stages and operations.</summary>
    /// <param name="stage">The stage; null for all.</param>
    /// <param name="which">Which operations; null for all.</param>
    public Tally Sum(int? stage = null, Func<OperationKind, bool>? which = null) => Tally.Sum(
        from at in Enumerable.Range(0, Stages)
        where stage is null || stage == at
        from operation in Enumerable.Range(0, Operations.Count)
        where which is null || which(Operations[operation])
        select _tallies[at][operation]);

    private static Tally[] NewSecond() => [.. Enumerable.Range(0, ClassCount).Select(_ => new Tally())];

    /// <summary>How often a code came, and what was said the first time.</summary>
    private sealed class CodeCount(string example)
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public string Example => example;

        public void Add() => Interlocked.Increment(ref _count);
    }
}
