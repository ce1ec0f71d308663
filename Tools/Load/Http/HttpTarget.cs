using System.Net;
using System.Net.Sockets;

namespace OrderActors.Tools.Load.Http;

/// <summary>Where requests go.</summary>
internal static class HttpTarget
{
    /// <summary>Reads a target.</summary>
    /// <param name="option">The option that has it.</param>
    /// <param name="text">What it says.</param>
    /// <param name="allowRemote">Whether it may be another machine's.</param>
    /// <exception cref="BadInputException">It is none.</exception>
    public static Uri Parse(string option, string text, bool allowRemote)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != "http" || url.PathAndQuery != "/")
            throw new BadInputException($"{option} is '{text}'; it must be http://address:port.");
        if (!url.IsLoopback && !allowRemote)
            throw new BadInputException($"{option} is '{text}', which is not this machine. Say --allow-remote if that is meant.");
        return url;
    }

    /// <summary>Its address.</summary>
    /// <exception cref="BadInputException">There is no such host.</exception>
    public static IPEndPoint AddressOf(Uri target)
    {
        try
        {
            var addresses = IPAddress.TryParse(target.Host.Trim('[', ']'), out var address) ? [address] : Dns.GetHostAddresses(target.Host);
            return new(addresses.OrderBy(a => a.AddressFamily).First(), target.Port);
        }
        catch (SocketException e)
        {
            throw new BadInputException($"{target.Host}: {e.Message}");
        }
    }
}
