using System.Net;
using System.Net.Sockets;
using OrderActors.Broadcast.Webhooks;

namespace OrderActors.Silo.Outbound.Webhooks;

/// <summary>A target that webhooks may not go to.</summary>
internal sealed class ClosedTargetException(string host) : IOException($"{host} is not on the public internet.");

/// <summary>
/// Connections to endpoints. The address is judged when it is connected to and not only when the URL was given: a name that led to the
/// public internet then may lead to this machine's neighbours now.
/// </summary>
internal static class WebhookConnections
{
    /// <summary>A client that follows no redirect, keeps no cookie, uses no proxy and connects to what it may.</summary>
    public static HttpClient Create(WebhookOptions options) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.Timeout,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, options.AllowPrivate, cancellation),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The addresses of a host that may be connected to.</summary>
    /// <exception cref="ClosedTargetException">None of them may.</exception>
    public static async Task<IPAddress[]> ResolveAsync(string host, bool allowPrivate, CancellationToken cancellation)
    {
        var found = await Dns.GetHostAddressesAsync(host, cancellation);
        var open = allowPrivate ? found : Array.FindAll(found, WebhookTargets.IsPublic);
        return open.Length > 0 || found.Length == 0 ? open : throw new ClosedTargetException(host);
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken cancellation)
    {
        var addresses = await ResolveAsync(target.Host, allowPrivate, cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // The very addresses that were judged: asking for the name once more could be answered otherwise.
            await socket.ConnectAsync(addresses, target.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
