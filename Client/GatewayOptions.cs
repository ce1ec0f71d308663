namespace OrderActors.Client;

/// <summary>The gateway's limits.</summary>
public sealed class GatewayOptions
{
    /// <summary>The largest request body in bytes; a larger one is refused with 413. Default 65,536; 1,024 to 16,777,216.</summary>
    public int MaxBodyBytes { get; set; } = 64 * 1024;

    /// <summary>How much of a body over the limit is still read and thrown away, so that its sender sees the refusal: 1 MiB.</summary>
    public const int DiscardedBytes = 1024 * 1024;

    /// <summary>The longest request line: 8 KiB. A longer one is 414.</summary>
    public const int LongestRequestLine = 8 * 1024;

    /// <summary>What all headers of a request may come to: 16 KiB. More is 431.</summary>
    public const int MostHeaderBytes = 16 * 1024;

    /// <summary>How many headers a request may have: 64. More is 431.</summary>
    public const int MostHeaders = 64;

    /// <summary>How long a request's headers may take to arrive: 15 seconds. Then it is 408.</summary>
    public static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(15);
}
