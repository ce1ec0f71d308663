using System.Net;
using System.Net.Sockets;

namespace OrderActors.Client.Hosting;

/// <summary>The addresses that a program listens on: what they may be, and why one could not be had.</summary>
internal static class ListenUrls
{
    /// <summary>Refuses what no server can listen on.</summary>
    /// <param name="urls">http://address:port, several separated by ';'.</param>
    /// <exception cref="StartupException">One of them is not such an address.</exception>
    public static void Validate(string urls)
    {
        var all = Split(urls);
        if (all.Length == 0) throw BadUrl(urls);
        foreach (var url in all)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != "http") throw BadUrl(url);
            if (uri.PathAndQuery != "/" || uri.UserInfo.Length > 0) throw BadUrl(url);
            var host = uri.Host.Trim('[', ']');
            if (host != "localhost" && !IPAddress.TryParse(host, out _)) throw BadUrl(url);
            if (host == "localhost" && uri.Port == 0)
            {
                throw new StartupException($"Urls has '{url}'; a free port is taken only on an address: write http://127.0.0.1:0.");
            }
        }
    }

    /// <summary>Where this machine reaches the first of the addresses: any address is reached over loopback.</summary>
    public static Uri Loopback(string urls)
    {
        var url = new UriBuilder(Split(urls)[0]);
        if (url.Host == "0.0.0.0") url.Host = "127.0.0.1";
        if (url.Host == "[::]") url.Host = "[::1]";
        return url.Uri;
    }

    /// <summary>The refusal when the server could not listen.</summary>
    public static StartupException Refused(string urls, Exception e) => new($"Cannot listen on {urls}: {Reason(e)}", e);

    private static string[] Split(string urls) => urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static StartupException BadUrl(string url) =>
        new($"Urls has '{url}'; it must be http://address:port, such as http://127.0.0.1:8080 or http://0.0.0.0:8080. TLS is a proxy's work.");

    private static string Reason(Exception e) => e.InnerException switch
    {
        Microsoft.AspNetCore.Connections.AddressInUseException => "the port is in use by another process.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "this user may not open the port.",
        _ => (e.InnerException ?? e).Message.ReplaceLineEndings(" "),
    };
}
