using System.Globalization;
using System.Text;

namespace OrderActors.Tools.Fuzz;

/// <summary>A request down to its bytes: whatever an HTTP client would not send can be said here.</summary>
internal sealed class RawRequest
{
    /// <summary>Its place in the run: with the seed it makes the request again.</summary>
    public int Index { get; init; }

    public string Method { get; set; } = "GET";

    /// <summary>Path and query; characters up to U+00FF go out as bytes.</summary>
    public string Target { get; set; } = "/";

    public string Version { get; set; } = "HTTP/1.1";

    public List<(string Name, string Value)> Headers { get; } = [];

    public byte[] Body { get; set; } = [];

    /// <summary>Whether its length is said as it is. Otherwise the headers say what they like.</summary>
    public bool IsFramed { get; set; } = true;

    /// <summary>How many bytes of it are sent; null for all. After fewer the sender says that it has no more.</summary>
    public int? CutAt { get; set; }

    /// <summary>Whether the bytes are such that the server may close the connection without a word.</summary>
    public bool MayEndUnanswered { get; set; }

    /// <summary>A status over 499 that is right for it; null for none.</summary>
    public int? RightStatus { get; set; }

    /// <summary>What was done to it.</summary>
    public List<string> Changes { get; } = [];

    /// <summary>Sets a header, in place of what there was.</summary>
    public void Set(string name, string value)
    {
        Remove(name);
        Headers.Add((name, value));
    }

    public void Remove(string name) => Headers.RemoveAll(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What goes over the wire.</summary>
    public byte[] ToBytes()
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{Method} {Target} {Version}\r\n");
        foreach (var (name, value) in Headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        if (IsFramed && (Body.Length > 0 || Method is not ("GET" or "HEAD"))) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        head.Append("\r\n");
        byte[] all = [.. Encoding.Latin1.GetBytes(head.ToString()), .. Body];
        return CutAt is { } end && end < all.Length ? all[..end] : all;
    }

    /// <summary>For people: the printable beginning of its bytes.</summary>
    public string Show()
    {
        const int Shown = 1_500;
        var bytes = ToBytes();
        var text = new StringBuilder();
        foreach (var b in bytes.AsSpan(0, Math.Min(Shown, bytes.Length)))
        {
            if (b is (byte)'\n' or (>= 32 and < 127)) text.Append((char)b);
            else if (b != '\r') text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return bytes.Length > Shown ? $"{text}… ({bytes.Length} bytes)" : text.ToString();
    }
}
