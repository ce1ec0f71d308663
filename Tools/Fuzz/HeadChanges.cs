using System.Globalization;
using System.Text;

namespace OrderActors.Tools.Fuzz;

/// <summary>What is done to a sound request around its body.</summary>
internal static class HeadChanges
{
    private static readonly Action<RawRequest, Random>[] All =
    [
        Key, Key, ContentType, Target, Target, Target, Query, Query, Length, Chunks, Method, VersionOrHost, LargeHeader, OddHeader, KnownHeader, CutOff,
    ];

    /// <summary>Makes a request bad.</summary>
    public static void Apply(RawRequest request, Random random) => All[random.Next(All.Length)](request, random);

    private static void Key(RawRequest request, Random random)
    {
        const string Name = "Idempotency-Key";
        request.Changes.Add("key");
        switch (random.Next(6))
        {
            case 0: request.Remove(Name); break;
            case 1: request.Headers.Add((Name, "another")); break;
            case 2: request.Set(Name, ""); break;
            case 3: request.Set(Name, new string('k', random.Next(256, 2_000))); break;
            case 4: request.Set(Name, "\"open"); break;
            default: request.Set(Name, "k\u00e9\u0080y"); break;
        }
    }

    private static void ContentType(RawRequest request, Random random)
    {
        string[] types =
        [
            "text/plain", "application/xml", "application/json; charset=utf-16", "application/json;", "json", "", "application/json; charset=\"", "*/*",
            "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "APPLICATION/JSON", "application/json; charset=utf-8; charset=utf-16",
        ];
        request.Changes.Add("content type");
        if (random.Next(8) == 0) request.Remove("Content-Type");
        else request.Set("Content-Type", types[random.Next(types.Length)]);
        if (random.Next(8) == 0) request.Headers.Add(("Content-Encoding", "gzip"));
    }

    private static void Target(RawRequest request, Random random)
    {
        var (path, query) = request.Target.Split('?', 2) is [var p, var q] ? (p, "?" + q) : (request.Target, "");
        var parts = path.Split('/');
        var part = Hostile.Parts[random.Next(Hostile.Parts.Count)];
        request.Changes.Add($"path {part}");
        var first = Math.Min(1, parts.Length - 1);
        switch (random.Next(6))
        {
            case 0: parts = [.. parts, part]; break;
            case 1: parts[^1] += part; break;
            case 2: parts[random.Next(first, parts.Length)] = random.Next(2) == 0 ? new string('9', random.Next(1, 9_000)) : "%41%42"; break;
            default: parts[random.Next(first, parts.Length)] = part; break;
        }

        request.Target = string.Join('/', parts) + query;
        if (random.Next(40) > 0) return;
        string[] whole = ["*", "http://elsewhere/v1/orders", "v1/orders", "//v1//orders/"];
        request.Target = whole[random.Next(whole.Length)];
    }

    private static void Query(RawRequest request, Random random)
    {
        string[] names = ["limit", "cursor", "status", "customer", "merchant", "external_id", "preview", "from", "surprise", "", "limit%5B%5D"];
        request.Changes.Add("query");
        var text = new StringBuilder(request.Target);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var value = random.Next(6) == 0 ? new string('A', random.Next(7_000)) : Hostile.Parts[random.Next(Hostile.Parts.Count)];
            text.Append(request.Target.Contains('?', StringComparison.Ordinal) || i > 1 ? '&' : '?');
            text.Append(names[random.Next(names.Length)]).Append('=').Append(value);
        }

        request.Target = text.ToString();
    }

    private static void Length(RawRequest request, Random random)
    {
        request.Changes.Add("length");
        request.IsFramed = false;
        request.MayEndUnanswered = true;
        string[] lengths = ["-1", "x", "", "9223372036854775807", "99999999999999999999", "0x10", "1, 2", "+5", "1.0", " "];
        switch (random.Next(5))
        {
            case 0:
                request.Set("Content-Length", (request.Body.Length + random.Next(1, 1_000)).ToString(CultureInfo.InvariantCulture));
                request.CutAt = int.MaxValue;
                break;
            case 1:
                // What is left over begins the next request, and is none.
                request.Set("Content-Length", (request.Body.Length / 2).ToString(CultureInfo.InvariantCulture));
                break;
            case 2:
                request.Headers.Add(("Content-Length", request.Body.Length.ToString(CultureInfo.InvariantCulture)));
                request.Headers.Add(("Content-Length", "1"));
                break;
            case 3:
                request.Headers.Add(("Content-Length", request.Body.Length.ToString(CultureInfo.InvariantCulture)));
                request.Headers.Add(("Transfer-Encoding", "chunked"));
                request.CutAt = int.MaxValue;
                break;
            default:
                request.Set("Content-Length", lengths[random.Next(lengths.Length)]);
                request.CutAt = int.MaxValue;
                break;
        }
    }

    private static void Chunks(RawRequest request, Random random)
    {
        request.Changes.Add("chunks");
        request.IsFramed = false;
        request.Set("Transfer-Encoding", random.Next(10) switch { 0 => "gzip", 1 => "chunked, chunked", 2 => "identity", _ => "chunked" });
        var body = request.Body;
        var size = body.Length.ToString("x", CultureInfo.InvariantCulture);
        byte[] Framed(string before, string after) => [.. Encoding.ASCII.GetBytes(before), .. body, .. Encoding.ASCII.GetBytes(after)];
        request.Body = random.Next(9) switch
        {
            0 => Framed($"{size};name=value\r\n", "\r\n0\r\n\r\n"),
            1 => Framed($"{size}\r\n", "\r\n0\r\nTrailer: x\r\n\r\n"),
            2 => Framed("zz\r\n", "\r\n0\r\n\r\n"),
            3 => Framed("FFFFFFFFFFFFFFFFF\r\n", "\r\n0\r\n\r\n"),
            4 => Framed("7fffffff\r\n", ""),
            5 => Framed($"{size}\n", "\n0\n\n"),
            6 => Framed($"{size}\r\n", ""),
            7 => Framed("-1\r\n", "\r\n0\r\n\r\n"),
            _ => Framed($"{size}\r\n", "\r\n0\r\n\r\n"),
        };
        request.MayEndUnanswered = true;
        request.CutAt = int.MaxValue;
    }

    private static void Method(RawRequest request, Random random)
    {
        string[] methods =
        [
            "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "FOO", "P\u00d6ST", "", "CONNECT", new string('A', 5_000),
        ];
        request.Method = methods[random.Next(methods.Length)];
        request.Changes.Add("method");
        if (request.Method is "CONNECT" or "") request.MayEndUnanswered = true;
    }

    private static void VersionOrHost(RawRequest request, Random random)
    {
        request.Changes.Add("version or host");
        switch (random.Next(7))
        {
            case 0: request.Version = "HTTP/1.0"; break;
            case 1: (request.Version, request.RightStatus) = ("HTTP/3.0", 505); break;
            case 2: (request.Version, request.RightStatus) = ("HTTP/9", 505); break;
            case 3: (request.Version, request.RightStatus) = ("HTPP/1.1", 505); break;
            case 4: request.Remove("Host"); break;
            case 5: request.Headers.Add(("Host", "elsewhere")); break;
            default: request.Set("Host", random.Next(2) == 0 ? "a b" : "\u00e9:99999"); break;
        }
    }

    private static void LargeHeader(RawRequest request, Random random)
    {
        request.Changes.Add("large header");

        // The server may answer and close before it has read all of it.
        request.MayEndUnanswered = true;
        if (random.Next(2) == 0)
        {
            request.Headers.Add(("X-Large", new string('x', random.Next(10_000, 200_000))));
            return;
        }

        for (var i = random.Next(50, 2_000); i > 0; i--) request.Headers.Add((string.Create(CultureInfo.InvariantCulture, $"X-{i}"), "x"));
    }

    private static void OddHeader(RawRequest request, Random random)
    {
        request.Changes.Add("odd header");
        request.Headers.Add(random.Next(8) switch
        {
            0 => ("", "x"),
            1 => ("X Odd", "x"),
            2 => ("X-Odd", "a\u0000b"),
            3 => ("X-Odd\r\nX-Alone\r\nX-Other", "x"),
            4 => ("X-Odd", "x\r\n folded"),
            5 => ("X-Odd", "x\nY-Odd: y"),
            6 => ("Expect", random.Next(2) == 0 ? "100-continue" : "the unexpected"),
            _ => ("X-\u00d6dd", "\u00ff"),
        });
    }

    private static void KnownHeader(RawRequest request, Random random)
    {
        string[] names =
        [
            "If-Match", "If-None-Match", "X-Request-Id", "traceparent", "tracestate", "Accept", "Accept-Encoding", "Range", "Last-Event-ID",
            "X-Deadline-Ms", "Origin", "Forwarded", "X-Forwarded-For", "Upgrade", "Connection", "Cookie",
        ];
        string[] values =
        [
            "", "*", "\"", "W/\"1\"", "\"99999999999999999999\"", "-1", "0", "00-" + new string('0', 32) + "-" + new string('0', 16) + "-01",
            "x,,,;q=-1", "\u00ff", "h2c", "close",
        ];
        request.Changes.Add("known header");
        request.Headers.Add((names[random.Next(names.Length)], random.Next(6) == 0 ? Hostile.Long(random)[..65] : values[random.Next(values.Length)]));
        if (random.Next(8) == 0) request.Set("Authorization", random.Next(3) switch { 0 => "Bearer", 1 => "Bearer oa_live_x", _ => "Basic eDp5" });
    }

    private static void CutOff(RawRequest request, Random random)
    {
        request.Changes.Add("cut off");
        request.MayEndUnanswered = true;
        request.CutAt = random.Next(request.ToBytes().Length);
    }
}
