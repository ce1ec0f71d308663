using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OrderActors.Client.Hosting;

/// <summary>Checks that the programs make of their options, and what they say when an address cannot be had.</summary>
internal static class HostChecks
{
    /// <summary>Refuses what cannot be listened on.</summary>
    /// <exception cref="StartupException">It is not a list of http addresses.</exception>
    public static void RequireUrls(string urls)
    {
        var listed = Listed(urls);
        if (listed.Length == 0) throw Bad(urls);
        foreach (var url in listed)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != "http") throw Bad(url);
            if (uri.PathAndQuery != "/" || uri.UserInfo.Length > 0) throw Bad(url);
            var host = uri.Host.Trim('[', ']');
            if (host != "localhost" && !IPAddress.TryParse(host, out _)) throw Bad(url);
            if (host == "localhost" && uri.Port == 0)
            {
                throw new StartupException($"Urls has '{url}'; a free port is taken only on an address: write http://127.0.0.1:0.");
            }
        }
    }

    /// <summary>Whether nobody but this machine can reach them.</summary>
    public static bool AreLoopback(string urls) => Array.TrueForAll(Listed(urls), url => new Uri(url).IsLoopback);

    /// <summary>Where this machine reaches the first of them: any address is reached over loopback.</summary>
    public static Uri Loopback(string urls)
    {
        var url = new UriBuilder(Listed(urls)[0]);
        if (url.Host == "0.0.0.0") url.Host = "127.0.0.1";
        if (url.Host == "[::]") url.Host = "[::1]";
        return url.Uri;
    }

    /// <summary>The refusal when the server could not listen.</summary>
    public static StartupException CannotListen(string urls, Exception e) => new($"Cannot listen on {urls}: {Reason(e)}", e);

    /// <summary>The port, or a free one if it is 0. Somebody may take it before it is used; then the start says so.</summary>
    public static int FreePort(int port)
    {
        if (port != 0) return port;
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Refuses a port that cannot be listened on, before anything is opened that would have to be closed again.</summary>
    /// <exception cref="StartupException">Somebody else listens there, or this user may not.</exception>
    public static void RequireFree(string option, IPAddress address, int port)
    {
        if (port == 0) return;
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
        }
        catch (SocketException e)
        {
            var why = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "the port is in use by another process",
                SocketError.AccessDenied => "this user may not open the port",
                SocketError.AddressNotAvailable => "this machine does not have the address",
                _ => e.Message,
            };
            throw new StartupException($"Cannot listen on {address}:{port} ({option}): {why}.", e);
        }
    }

    /// <summary>The same for each of the listed addresses.</summary>
    /// <exception cref="StartupException">One cannot be listened on.</exception>
    public static void RequireFree(string option, string urls)
    {
        foreach (var url in Listed(urls).Select(url => new Uri(url)))
        {
            RequireFree(option, url.HostNameType == UriHostNameType.Dns ? IPAddress.Loopback : IPAddress.Parse(url.Host.Trim('[', ']')), url.Port);
        }
    }

    /// <summary>Refuses a number outside its range.</summary>
    /// <exception cref="StartupException">It is.</exception>
    public static void RequireRange<T>(string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw new StartupException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be {least} to {most}."));
        }
    }

    private static string[] Listed(string urls) => urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static StartupException Bad(string url) =>
        new($"Urls has '{url}'; it must be http://address:port, such as http://127.0.0.1:8080 or http://0.0.0.0:8080. TLS is a proxy's work.");

    private static string Reason(Exception e) => e.InnerException switch
    {
        Microsoft.AspNetCore.Connections.AddressInUseException => "the port is in use by another process.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "this user may not open the port.",
        _ => (e.InnerException ?? e).Message.ReplaceLineEndings(" "),
    };
}
