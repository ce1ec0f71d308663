using System.Diagnostics.Metrics;
using OrderActors.Client.Hosting.Calls;
using OrderActors.Client.Http;

namespace OrderActors.Client.Admission;

/// <summary>Why a request was refused at the door.</summary>
internal enum Refusals
{
    /// <summary>Its key or merchant has used its limit up.</summary>
    Quota,

    /// <summary>Its class is shed.</summary>
    Shed,

    /// <summary>The line of its class is full.</summary>
    Full,

    /// <summary>It waited too long, or was late when it came.</summary>
    Expired,

    /// <summary>Its feature is switched off.</summary>
    SwitchedOff,

    /// <summary>Its sender hung up while it waited.</summary>
    Abandoned,
}

/// <summary>
/// What the admission counts. The counts are plain numbers that are read when somebody scrapes: telling a listener of every request costs
/// more than letting it in.
/// </summary>
internal static class AdmissionInstruments
{
    private static readonly Meter Meter = new(GatewayInstruments.MeterName);
    private static readonly string[] ClassNames = [.. WireNames<Priority>.All];
    private static readonly string[] RefusalNames = [.. WireNames<Refusals>.All];
    private static readonly long[] Admitted = new long[3];
    private static readonly long[] Queued = new long[3];
    private static readonly long[,] Refusal = new long[3, RefusalNames.Length];
    private static readonly Histogram<double> QueueTime = Meter.CreateHistogram<double>(
        "orderactors.admission.queue_time", "s", "How long requests waited that had to wait, by class.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });

    private static AdmissionControl? control;

    static AdmissionInstruments()
    {
        Meter.CreateObservableCounter(
            "orderactors.admission.admitted", () => ByClass(c => Volatile.Read(ref Admitted[c])), "{request}", "Requests let in, by class.");
        Meter.CreateObservableCounter(
            "orderactors.admission.queued", () => ByClass(c => Volatile.Read(ref Queued[c])), "{request}", "Requests that had to wait first, by class.");
        Meter.CreateObservableCounter("orderactors.admission.refused", RefusedByReason, "{request}", "Requests refused at the door, by class and reason.");
        Meter.CreateObservableGauge(
            "orderactors.admission.inside", () => ByClass(c => control?.Limiter.Inside((Priority)c) ?? 0), "{request}", "Requests being worked on, by class.");
        Meter.CreateObservableGauge(
            "orderactors.admission.waiting", () => ByClass(c => control?.Limiter.Waiting((Priority)c) ?? 0), "{request}", "Requests that wait, by class.");
        Meter.CreateObservableGauge(
            "orderactors.admission.shed", () => ByClass(c => control?.ShareShed((Priority)c) ?? 0), "1", "The share of a class that is shed.");
        Meter.CreateObservableGauge(
            "orderactors.admission.limit", () => control?.Limiter.Limit ?? 0, "{request}", "How many requests may be worked on at once.");
        Meter.CreateObservableGauge(
            "orderactors.admission.delay", () => control?.Delay.TotalSeconds ?? 0, "s", "The shortest delay of work in the last interval.");
        Meter.CreateObservableGauge(
            "orderactors.admission.buckets", () => control?.Rates.Count ?? 0, "{bucket}", "Keys and merchants whose requests are counted.");
    }

    /// <summary>Which control's levels are shown: a process has one, but for tests.</summary>
    public static void Show(AdmissionControl shown) => control = shown;

    /// <summary>A request was let in at once.</summary>
    public static void Entered(Priority priority) => Interlocked.Increment(ref Admitted[(int)priority]);

    /// <summary>A request was let in after a wait.</summary>
    public static void Waited(Priority priority, TimeSpan time)
    {
        Interlocked.Increment(ref Admitted[(int)priority]);
        Interlocked.Increment(ref Queued[(int)priority]);
        QueueTime.Record(time.TotalSeconds, new KeyValuePair<string, object?>("class", ClassNames[(int)priority]));
    }

    /// <summary>A request was refused.</summary>
    public static void Refused(Priority priority, Refusals why) => Interlocked.Increment(ref Refusal[(int)priority, (int)why]);

    private static IEnumerable<Measurement<T>> ByClass<T>(Func<int, T> value)
        where T : struct
    {
        for (var i = 0; i < ClassNames.Length; i++) yield return new(value(i), new KeyValuePair<string, object?>("class", ClassNames[i]));
    }

    private static IEnumerable<Measurement<long>> RefusedByReason()
    {
        for (var c = 0; c < ClassNames.Length; c++)
        {
            for (var r = 0; r < RefusalNames.Length; r++)
            {
                yield return new(
                    Volatile.Read(ref Refusal[c, r]),
                    new KeyValuePair<string, object?>("class", ClassNames[c]), new KeyValuePair<string, object?>("reason", RefusalNames[r]));
            }
        }
    }
}
