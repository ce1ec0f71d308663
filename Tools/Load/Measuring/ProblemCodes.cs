using System.Globalization;
using System.Text;
using OrderActors.Tools.Load.Http;

namespace OrderActors.Tools.Load.Measuring;

/// <summary>What an answer says of how a request ended.</summary>
internal static class ProblemCodes
{
    private const int LongestCode = 64;
    private const int LongestDetail = 300;

    /// <summary>How it ended.</summary>
    public static Outcome OutcomeOf(int status) => status switch
    {
        >= 200 and < 300 => Outcome.Ok,
        429 or 503 => Outcome.Shed,
        >= 400 and < 500 => Outcome.Refused,
        _ => Outcome.Failed,
    };

    /// <summary>The status with the problem's code, for people.</summary>
    public static string CodeOf(int status, ReadOnlySpan<byte> body) => status switch
    {
        Connection.Broken => "connection broken",
        Connection.TimedOut => "no answer in time",
        _ => string.Create(CultureInfo.InvariantCulture, $"{status} {ProblemCode(body)}").TrimEnd(),
    };

    /// <summary>What the problem says to people; nothing when it says nothing.</summary>
    public static string DetailOf(ReadOnlySpan<byte> body) => MemberOf(body, "\"detail\":\""u8, LongestDetail);

    private static string ProblemCode(ReadOnlySpan<byte> body) => MemberOf(body, "\"code\":\""u8, LongestCode);

    private static string MemberOf(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name, int longest)
    {
        var at = body.IndexOf(name);
        if (at < 0) return "";
        var rest = body[(at + name.Length)..];
        var end = rest.IndexOf((byte)'"');
        return end > 0 ? Encoding.UTF8.GetString(rest[..Math.Min(end, longest)]) : "";
    }
}
