using System.Globalization;
using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>Integer keys are kept as hexadecimal text, as Orleans keeps them.</summary>
internal static class GrainKeys
{
    internal static IdSpan FromLong(long key) => IdSpan.Create(key.ToString("X", CultureInfo.InvariantCulture));

    internal static long ToLong(IdSpan key) =>
        long.TryParse(key.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidOperationException($"The grain key '{key}' is not an integer key.");
}
