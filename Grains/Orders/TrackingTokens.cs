using System.Buffers.Text;
using System.Security.Cryptography;

namespace OrderActors.Orders;

/// <summary>Makes the secrets of tracking links.</summary>
public interface ITrackingTokens
{
    /// <summary>22 characters of a URL that nobody can foresee: 128 bits.</summary>
    string Next();
}

/// <summary>Secrets from the system's source of randomness. Tests and simulations may bring their own.</summary>
internal sealed class SecureTrackingTokens : ITrackingTokens
{
    private const int Bytes = 16;

    /// <inheritdoc/>
    public string Next() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
}
