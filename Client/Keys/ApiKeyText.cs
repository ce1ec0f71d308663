using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace OrderActors.Client.Keys;

/// <summary>
/// The text of an API key: <c>oa_live_</c> or <c>oa_test_</c>, the key's own id, a secret of 256 random bits, and a checksum by which
/// a text that is mistyped or made up is known without asking anybody. All but the prefix in digits and letters, so that a
/// double click takes all of it and scanners of leaked secrets know its form.
/// </summary>
internal static class ApiKeyText
{
    /// <summary>How live keys begin.</summary>
    public const string LivePrefix = "oa_live_";

    /// <summary>How test keys begin.</summary>
    public const string TestPrefix = "oa_test_";

    /// <summary>How long a text is.</summary>
    public const int Length = PrefixLength + IdLength + SecretLength + ChecksumLength;

    /// <summary>How long the secret in it is: 62^43 is a little more than 2^256.</summary>
    public const int SecretLength = 43;

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string LiveId = "key_live_";
    private const string TestId = "key_test_";
    private const int PrefixLength = 8;
    private const int IdLength = 16;
    private const int ChecksumLength = 6;

    private static readonly SearchValues<char> AnyDigit = SearchValues.Create(Digits);

    /// <summary>The id of the key that a command creates: the same for the same command, so that doing it again finds the same key.</summary>
    public static string IdOf(bool live, string command)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(command));
        return string.Create(LiveId.Length + IdLength, (live, hash), static (span, from) =>
        {
            (from.live ? LiveId : TestId).CopyTo(span);
            for (var i = 0; i < IdLength; i++) span[LiveId.Length + i] = Digits[from.hash[i] % Digits.Length];
        });
    }

    /// <summary>Whether a text has the form of a key's id.</summary>
    public static bool IsId(string id) => id.Length == LiveId.Length + IdLength && (IsLiveId(id) || id.StartsWith(TestId, StringComparison.Ordinal))
        && !id.AsSpan(LiveId.Length).ContainsAnyExcept(AnyDigit);

    /// <summary>Whether an id is a live key's.</summary>
    public static bool IsLiveId(string id) => id.StartsWith(LiveId, StringComparison.Ordinal);

    /// <summary>A new text for a key.</summary>
    public static string New(string id) => Of(id, RandomNumberGenerator.GetString(Digits, SecretLength));

    /// <summary>The text of a key with this secret: as many digits and letters as a secret has.</summary>
    public static string Of(string id, string secret)
    {
        var body = (IsLiveId(id) ? LivePrefix : TestPrefix) + id[LiveId.Length..] + secret;
        return body + Checksum(body);
    }

    /// <summary>The id of the key whose text this is, if it has the form of one.</summary>
    public static bool TryGetId(string text, [NotNullWhen(true)] out string? id)
    {
        id = null;
        if (text.Length != Length) return false;
        var live = text.StartsWith(LivePrefix, StringComparison.Ordinal);
        if (!live && !text.StartsWith(TestPrefix, StringComparison.Ordinal)) return false;
        if (text.AsSpan(PrefixLength).ContainsAnyExcept(AnyDigit)) return false;
        if (!text.EndsWith(Checksum(text[..^ChecksumLength]), StringComparison.Ordinal)) return false;
        id = string.Concat(live ? LiveId : TestId, text.AsSpan(PrefixLength, IdLength));
        return true;
    }

    /// <summary>The SHA-256 of a text, as it is stored.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    // Four bytes of a hash of its own: it says nothing of the one that is stored.
    private static string Checksum(string body)
    {
        var rest = BitConverter.ToUInt32(SHA256.HashData(Encoding.ASCII.GetBytes("orderactors key checksum " + body)));
        Span<char> checksum = stackalloc char[ChecksumLength];
        for (var i = ChecksumLength - 1; i >= 0; i--)
        {
            checksum[i] = Digits[(int)(rest % (uint)Digits.Length)];
            rest /= (uint)Digits.Length;
        }

        return checksum.ToString();
    }
}
