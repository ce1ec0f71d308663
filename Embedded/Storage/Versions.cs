using System.Globalization;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Storage;

/// <summary>Versions as ETags, and the refusal when they differ.</summary>
internal static class Versions
{
    public static string? Text(long version) => version == 0 ? null : version.ToString(CultureInfo.InvariantCulture);

    public static bool TryParse(string? etag, out long version)
    {
        version = 0;
        return etag is null || (long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out version) && version > 0);
    }

    public static InconsistentStateException Conflict(GrainId grain, string stateName, long stored, string? expected) => new(
        $"{grain} state '{stateName}': the stored version is {Text(stored) ?? "none"}, the write expected {expected ?? "none"}. Nothing was written.",
        Text(stored)!,
        expected!);
}
