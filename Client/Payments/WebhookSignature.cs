using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrderActors.Client.Payments;

/// <summary>Checks signatures as Standard Webhooks has them: HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
internal static class WebhookSignature
{
    /// <summary>How far the sender's clock may be off, and how old a message may be.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Why the message is not the provider's; null when it is.</summary>
    public static string? Refuse(byte[]? key, string? id, string? timestamp, string? signatures, ReadOnlySequence<byte> body, DateTimeOffset now)
    {
        if (key is null) return "No secret is configured for this provider's answers.";
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(timestamp) || string.IsNullOrEmpty(signatures))
            return "webhook-id, webhook-timestamp and webhook-signature are needed.";
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((double)now.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
        {
            return "webhook-timestamp is too far from now.";
        }

        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        foreach (var segment in body) hash.AppendData(segment.Span);
        Span<byte> right = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hash.GetHashAndReset(right);

        // Several, while the secret is being changed.
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var part in signatures.Split(' ', 8))
        {
            if (part.StartsWith("v1,", StringComparison.Ordinal) && Convert.TryFromBase64String(part[3..], given, out var length)
                && length == right.Length && CryptographicOperations.FixedTimeEquals(given, right))
            {
                return null;
            }
        }

        return "The signature is not right.";
    }
}
