namespace OrderActors.Tools.Load.Http;

/// <summary>Writes one HTTP/1.1 request after the other over the same bytes: nothing is allocated for each.</summary>
/// <param name="host">What the Host header says.</param>
internal sealed class RequestWriter(string host)
{
    private readonly byte[] _host = System.Text.Encoding.ASCII.GetBytes($" HTTP/1.1\r\nHost: {host}\r\n");
    private readonly ByteText _request = new();

    /// <summary>GET, POST and so on.</summary>
    public string Method { get; set; } = "GET";

    /// <summary>The request's path and query; to be filled before <see cref="Finish"/>.</summary>
    public ByteText Path { get; } = new();

    /// <summary>The request's JSON; empty for none.</summary>
    public ByteText Body { get; } = new();

    /// <summary>Its Idempotency-Key; empty for none.</summary>
    public ByteText Key { get; } = new();

    /// <summary>Begins a new request.</summary>
    public void Begin()
    {
        Method = "GET";
        Path.Clear();
        Body.Clear();
        Key.Clear();
    }

    /// <summary>The whole request.</summary>
    /// <param name="authorization">The whole Authorization header with its line end; empty for none.</param>
    public ReadOnlyMemory<byte> Finish(ReadOnlySpan<byte> authorization)
    {
        _request.Clear().Add(Method).Add(" "u8).Add(Path.Bytes.Span).Add(_host).Add(authorization);
        if (Key.Length > 0) _request.Add("Idempotency-Key: "u8).Add(Key.Bytes.Span).Add("\r\n"u8);
        if (Body.Length > 0) _request.Add("Content-Type: application/json\r\n"u8);
        if (Body.Length > 0 || Method != "GET") _request.Add("Content-Length: "u8).Add(Body.Length).Add("\r\n"u8);
        return _request.Add("\r\n"u8).Add(Body.Bytes.Span).Bytes;
    }
}
