using System.Globalization;
using System.Numerics;
using Orleans.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// What happened in a run: a running hash of every step, which two runs of a seed have in common, and the last steps as text.
/// </summary>
public sealed class SimulationTrace
{
    /// <summary>How many steps are kept as text.</summary>
    public const int Kept = 50;

    private readonly Step[] _ring = new Step[Kept];
    private readonly VirtualClock _clock;
    private ulong _hash = 14695981039346656037UL;
    private long _steps;

    internal SimulationTrace(VirtualClock clock) => _clock = clock;

    /// <summary>The hash of every step so far.</summary>
    public ulong Hash => _hash;

    /// <summary>Calls, writes, faults and steps of the world outside so far.</summary>
    public long Steps => _steps;

    /// <summary>The last steps, the oldest first.</summary>
    public IEnumerable<string> Last()
    {
        for (var at = Math.Max(0, _steps - Kept); at < _steps; at++) yield return _ring[at % Kept].ToString();
    }

    /// <summary>A step of the world outside: who did what.</summary>
    public void Note(string actor, string what)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(what);
        Mix(Dice.HashOf(actor) ^ BitOperations.RotateLeft(Dice.HashOf(what), 1));
        Keep(new Step(_clock.Now, -1, what, default, actor));
    }

    internal void Mix(ulong value) => _hash = BitOperations.RotateLeft((_hash ^ value) * 0x9E3779B97F4A7C15UL, 23);

    internal void Called(int silo, string method, ulong methodKey, GrainId grain, int grainKey, int at)
    {
        Mix(methodKey ^ ((ulong)(uint)grainKey << 20) ^ (ulong)(uint)(silo + (at << 8)) ^ (ulong)_clock.Now << 7);
        Keep(new Step(_clock.Now, silo, method, grain, null, at));
    }

    internal void Wrote(int silo, GrainId grain, string state, long version)
    {
        Mix(Dice.HashOf(grain.Key.ToString()) ^ (ulong)version << 8 ^ (ulong)(uint)silo);
        Keep(new Step(_clock.Now, silo, "stored as version", grain, state, version));
    }

    internal void Happened(int silo, string what, object? detail)
    {
        Mix(Dice.HashOf(what) ^ (ulong)(uint)silo << 3 ^ (ulong)_clock.Now << 9);
        Keep(new Step(_clock.Now, silo, what, default, detail));
    }

    private void Keep(in Step step) => _ring[_steps++ % Kept] = step;

    private readonly record struct Step(long Ticks, int Silo, string What, GrainId Grain, object? Detail, long Number = long.MinValue)
    {
        public override string ToString()
        {
            var who = Silo < 0 ? "outside" : "silo " + (Silo + 1).ToString(CultureInfo.InvariantCulture);
            var grain = Grain == default ? "" : $" {Grain}";
            var number = Number == long.MinValue ? "" : Detail is null
                ? string.Create(CultureInfo.InvariantCulture, $" on silo {Number + 1}") : string.Create(CultureInfo.InvariantCulture, $" {Number}");
            var detail = Detail is null ? "" : $" {Detail}";
            return string.Create(CultureInfo.InvariantCulture, $"{new TimeSpan(Ticks):d\\.hh\\:mm\\:ss\\.ffffff} {who,-7}{grain}{detail} {What}{number}");
        }
    }
}
