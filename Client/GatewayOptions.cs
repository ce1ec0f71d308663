namespace OrderActors.Client;

/// <summary>The gateway's limits.</summary>
public sealed class GatewayOptions
{
    /// <summary>The largest request body in bytes; a larger one is refused with 413. Default 65,536; 1,024 to 16,777,216.</summary>
    public int MaxBodyBytes { get; set; } = 64 * 1024;

    /// <summary>How much of a body over the limit is still read and thrown away, so that its sender sees the refusal: 1 MiB.</summary>
    public const int DiscardedBytes = 1024 * 1024;
}
