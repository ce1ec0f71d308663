using System.Globalization;
using System.Security.Cryptography;

namespace OrderActors.Orders;

/// <summary>Makes the PINs that customers say at the door: four digits.</summary>
public interface IPinSource
{
    /// <summary>A PIN that nobody can foresee.</summary>
    string Next();
}

/// <summary>PINs from the system's source of randomness. Tests and simulations bring their own.</summary>
internal sealed class SecurePins : IPinSource
{
    /// <inheritdoc/>
    public string Next() => RandomNumberGenerator.GetInt32(10_000).ToString("D4", CultureInfo.InvariantCulture);
}
