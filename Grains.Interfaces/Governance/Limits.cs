using OrderActors.Values;
using Orleans;

namespace OrderActors.Governance;

/// <summary>Whose requests a limit counts.</summary>
public enum LimitOwner
{
    /// <summary>Those with one API key, by its public id.</summary>
    Key = 0,

    /// <summary>The new orders of one merchant, whoever places them.</summary>
    Merchant = 1,
}

/// <summary>A limit other than the configured one. It holds for the platform: a gateway enforces its share.</summary>
/// <param name="Owner">Whose requests.</param>
/// <param name="Id">The key's or the merchant's id.</param>
/// <param name="Rate">Requests a second in the long run; 0 for no limit.</param>
/// <param name="Burst">Requests at once after a pause.</param>
/// <param name="By">Who set it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
[GenerateSerializer, Immutable, Alias("orderactors.limit-override")]
public sealed record LimitOverride(LimitOwner Owner, string Id, double Rate, int Burst, Actor By, string Reason, DateTimeOffset Since);
