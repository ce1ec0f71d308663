using System.Buffers.Text;

namespace OrderActors.Tools.Load.Http;

/// <summary>Where an HTTP/1.1 response lies in the bytes that came so far.</summary>
/// <param name="Status">Its status.</param>
/// <param name="BodyStart">Where its body begins.</param>
/// <param name="BodyLength">How long its body is; of a chunked one with its framing.</param>
/// <param name="Closes">Whether the connection ends with it.</param>
internal readonly record struct Response(int Status, int BodyStart, int BodyLength, bool Closes)
{
    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    /// <summary>Reads the response that the bytes begin with; false while some of it is missing. Interim responses are passed over.</summary>
    /// <param name="bytes">What came.</param>
    /// <param name="withoutBody">Whether it answers a HEAD.</param>
    /// <param name="response">The response.</param>
    /// <exception cref="FormatException">The bytes are no response.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, bool withoutBody, out Response response)
    {
        var start = 0;
        while (true)
        {
            response = default;
            var end = bytes[start..].IndexOf("\r\n\r\n"u8);
            if (end < 0) return false;
            var head = bytes.Slice(start, end);
            var status = StatusOf(head);
            start += end + 4;
            if (status is >= 100 and < 200) continue;
            return TryBody(bytes, start, status, Headers.Read(head), withoutBody, out response);
        }
    }

    private static bool TryBody(ReadOnlySpan<byte> bytes, int start, int status, Headers headers, bool withoutBody, out Response response)
    {
        var length = withoutBody || status is 204 or 304 ? 0
            : headers.Chunked ? ChunkedLength(bytes[start..])
            : headers.Length ?? throw new FormatException("The response says neither how long it is nor that it is chunked.");
        response = new(status, start, length, headers.Closes);
        return length >= 0 && bytes.Length - start >= length;
    }

    private static int StatusOf(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("HTTP/1."u8) && head.Length >= 12 && Utf8Parser.TryParse(head.Slice(9, 3), out int status, out var read) && read == 3) return status;
        throw new FormatException("The response does not begin with an HTTP/1 status line.");
    }

    /// <summary>How long a chunked body with its framing is; -1 while its end is missing.</summary>
    private static int ChunkedLength(ReadOnlySpan<byte> body)
    {
        var at = 0;
        while (true)
        {
            var line = body[at..].IndexOf(LineEnd);
            if (line < 0) return -1;
            if (!Utf8Parser.TryParse(body.Slice(at, line), out uint size, out _, 'x')) throw new FormatException("A chunk's size is no number.");
            at += line + 2;
            if (size == 0) return body.Length >= at + 2 ? at + 2 : -1;
            if (body.Length - at < size + 2) return -1;
            at += (int)size + 2;
        }
    }

    /// <summary>The few headers that matter to somebody who reads on.</summary>
    private readonly record struct Headers(int? Length, bool Chunked, bool Closes)
    {
        public static Headers Read(ReadOnlySpan<byte> head)
        {
            var headers = default(Headers);
            for (var at = head.IndexOf(LineEnd); at >= 0;)
            {
                var rest = head[(at + 2)..];
                var end = rest.IndexOf(LineEnd);
                var line = end < 0 ? rest : rest[..end];
                if (Value(line, "content-length:"u8) is { Length: > 0 } length && Utf8Parser.TryParse(length, out int number, out _))
                    headers = headers with { Length = number };
                else if (Value(line, "transfer-encoding:"u8) is { Length: > 0 } coding) headers = headers with { Chunked = coding.IndexOf("chunked"u8) >= 0 };
                else if (Value(line, "connection:"u8) is { Length: > 0 } connection) headers = headers with { Closes = connection.IndexOf("close"u8) >= 0 };
                at = end < 0 ? -1 : at + 2 + end;
            }

            return headers;
        }

        private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name)
        {
            if (line.Length <= name.Length || (line[0] | 0x20) != name[0]) return default;
            for (var i = 1; i < name.Length; i++)
            {
                if ((line[i] is >= (byte)'A' and <= (byte)'Z' ? line[i] | 0x20 : line[i]) != name[i]) return default;
            }

            return line[name.Length..].TrimStart((byte)' ');
        }
    }
}
