using Microsoft.Extensions.Options;
using OrderActors.Values;

namespace OrderActors.Dispatch.Matching;

/// <summary>How fast couriers are and how long they stop.</summary>
public sealed class TravelOptions
{
    /// <summary>
    /// Metres per minute as the crow flies. Default 320 (19 km/h: a bicycle or a scooter in a town, detours included);
    /// 10 to 10,000. Too high a speed sends couriers too late, too low a speed lets them wait at the merchant's.
    /// </summary>
    public double MetresPerMinute { get; set; } = 320;

    /// <summary>The time at the merchant's. Default 4 minutes; 0 to 2 hours.</summary>
    public TimeSpan PickupService { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>The time at the customer's. Default 4 minutes; 0 to 2 hours.</summary>
    public TimeSpan DropoffService { get; set; } = TimeSpan.FromMinutes(4);
}

/// <summary>Checks <see cref="TravelOptions"/>.</summary>
internal sealed class TravelOptionsValidator : IValidateOptions<TravelOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TravelOptions options)
    {
        var range = new OptionRange(nameof(TravelOptions))
            .Check(nameof(options.MetresPerMinute), options.MetresPerMinute, 10, 10_000)
            .Check(nameof(options.PickupService), options.PickupService, TimeSpan.Zero, TimeSpan.FromHours(2))
            .Check(nameof(options.DropoffService), options.DropoffService, TimeSpan.Zero, TimeSpan.FromHours(2));
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}

/// <summary>Couriers who go straight over the Earth's surface at one speed.</summary>
public sealed class GreatCircleTravel(IOptions<TravelOptions> options) : ITravelModel
{
    private readonly TravelOptions _options = options.Value;

    /// <inheritdoc/>
    public TimeSpan PickupService => _options.PickupService;

    /// <inheritdoc/>
    public TimeSpan DropoffService => _options.DropoffService;

    /// <inheritdoc/>
    public double FastestMetresPerMinute => _options.MetresPerMinute;

    /// <inheritdoc/>
    public TimeSpan Between(GeoPoint from, GeoPoint to) => TimeSpan.FromMinutes(from.MetresTo(to) / _options.MetresPerMinute);
}
