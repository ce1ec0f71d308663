using Microsoft.Extensions.Options;
using OrderActors.Values;

namespace OrderActors.Couriers;

/// <summary>How couriers are asked, followed and paid.</summary>
public sealed class CourierOptions
{
    /// <summary>
    /// How long a courier who accepts offers by hand has to answer one. Default 20 seconds; 1 second to 10 minutes. Longer lets
    /// the order wait for somebody who does not look.
    /// </summary>
    public TimeSpan OfferTime { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a courier is not asked again for an order that the courier declined or let pass. Default 5 minutes; 0 to 1 day.</summary>
    public TimeSpan RestAfterDecline { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How often dispatch is told where a free courier is. Default 1 second; 0 to 1 minute. In between only a move of more than
    /// <see cref="LocationMetres"/> is told.
    /// </summary>
    public TimeSpan LocationInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A move, in metres, that dispatch is told at once. Default 20; 0 to 100,000.</summary>
    public int LocationMetres { get; set; } = 20;

    /// <summary>What a delivered order earns, in minor units. Default 450; 0 to 1,000,000.</summary>
    public long PayPerDelivery { get; set; } = 450;

    /// <summary>
    /// What an hour on duty earns at least, in minor units. Default 1,300; 0 to 1,000,000. What the deliveries of a shift fall
    /// short of it is added when the shift ends.
    /// </summary>
    public long GuaranteedPerHour { get; set; } = 1_300;

    /// <summary>The currency couriers are paid in. Default EUR; an ISO 4217 code.</summary>
    public string Currency { get; set; } = "EUR";
}

/// <summary>Checks <see cref="CourierOptions"/>.</summary>
internal sealed class CourierOptionsValidator : IValidateOptions<CourierOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, CourierOptions options)
    {
        var range = new OptionRange(nameof(CourierOptions))
            .Check(nameof(options.OfferTime), options.OfferTime, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10))
            .Check(nameof(options.RestAfterDecline), options.RestAfterDecline, TimeSpan.Zero, TimeSpan.FromDays(1))
            .Check(nameof(options.LocationInterval), options.LocationInterval, TimeSpan.Zero, TimeSpan.FromMinutes(1))
            .Check(nameof(options.LocationMetres), options.LocationMetres, 0, 100_000)
            .Check(nameof(options.PayPerDelivery), options.PayPerDelivery, 0, 1_000_000)
            .Check(nameof(options.GuaranteedPerHour), options.GuaranteedPerHour, 0, 1_000_000);
        if (range.Failures.Count > 0) return ValidateOptionsResult.Fail(range.Failures);
        return Money.IsCurrency(options.Currency)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{nameof(CourierOptions)}.{nameof(options.Currency)} is {options.Currency}; allowed are three capital letters.");
    }
}
