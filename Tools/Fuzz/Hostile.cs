using System.Text;

namespace OrderActors.Tools.Fuzz;

/// <summary>Values that have broken programs before.</summary>
internal static class Hostile
{
    /// <summary>JSON in place of a value, most of it no JSON or of another type.</summary>
    public static readonly IReadOnlyList<string> Values =
    [
        "null", "true", "\"\"", "0", "-1", "-0", "0.1", "1e999", "-1e999", "1e-999", "1E+2", "2147483648", "9223372036854775807", "9223372036854775808",
        "-9223372036854775809", "99999999999999999999999999999999999999", "0.1e1000000000", "1.0000000000000000000000000000001", "01", "+1", ".5", "1.", "0x10",
        "NaN", "Infinity", "-Infinity", "undefined", "nul", "[]", "{}", "[[]]", "[null]", "{\"\":null}", "[1,2,]", "{\"a\":1,}", "'x'", "/**/1",
        "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\uFFFF\"", "\"\\uZZZZ\"", "\"\\x41\"", "\"\\\"", "\"\t\"", "\"\u202e\u0000\"", "\"\ufeff\"",
        "\"a\u0301\u0301\u0301\"", "\"\U0001F35C\"", "\"%s%n%x\"", "\"'; DROP TABLE orders; --\"",
        "\"../../etc/passwd\"", "\"<script>\"", "\"~c1\"", "\"__proto__\"",
        "\"9999-12-31T23:59:59.9999999Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"2026-02-30T00:00:00Z\"", "\"2026-12-24T18:00:00\"", "\"24:00\"", "\"-1:00\"",
    ];

    /// <summary>Parts of a path or values of a query, as they go over the wire.</summary>
    public static readonly IReadOnlyList<string> Parts =
    [
        "", "%00", "%2F", "%2e%2e", "..", ".", "%zz", "%", "%ff%fe", "\u00e9", "\u0080", "a%20b", "~c1", "*", "a;b=c",
        "00000000000000000000", "99999999999999999999",
        "-1", "0", "1e9", "9223372036854775808", "null", "%ED%A0%80", "%F0%9F%8D%9C", "\"", "<>", "|", "\\", "{number}", "%u0041", "+", "%0d%0aX-Injected:%201",
    ];

    /// <summary>Text that is longer than anything should be.</summary>
    public static string Long(Random random) => new('x', random.Next(4) switch { 0 => 65, 1 => 300, 2 => 5_000, _ => 40_000 });

    /// <summary>Nesting that is deeper than anything should be.</summary>
    public static string Deep(Random random)
    {
        var depth = random.Next(3) switch { 0 => 20, 1 => 1_000, _ => 25_000 };
        return random.Next(2) == 0
            ? new string('[', depth) + new string(']', random.Next(2) * depth)
            : new StringBuilder().Insert(0, "{\"a\":", depth).Append('1').Append('}', depth).ToString();
    }
}
