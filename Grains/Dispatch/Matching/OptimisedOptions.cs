namespace OrderActors.Dispatch.Matching;

/// <summary>lab</summary>
public sealed class OptimisedOptions
{
    public double UnplannedMinutes { get; set; } = 300;
    public double HorizonMinutes { get; set; } = 120;
    public double PullPrice { get; set; } = 0.2;
    public double UrgentMinutes { get; set; } = 75;
    public double UrgentPrice { get; set; } = 1;
    public int MaxBundle { get; set; } = 4;
    public int Candidates { get; set; } = 40;
    public double PriceLow { get; set; } = 0;
    public double PriceHigh { get; set; } = 0.5;
    public double PricePower { get; set; } = 1;
    public int Rounds { get; set; } = 50;
    public long WorkLimit { get; set; } = 2_000_000;
    public double X1 { get; set; }
    public double X2 { get; set; }
    public double X3 { get; set; }
}
