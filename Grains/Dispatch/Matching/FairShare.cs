namespace OrderActors.Dispatch.Matching;

/// <summary>
/// What evens out couriers' earnings: an order costs more for whom the shift has brought more than the others so far, and less for
/// whom it has brought less.
/// </summary>
internal static class FairShare
{
    // Who has just come is taken for average until this much of the shift is over.
    private const double PriorHours = 0.5;

    /// <summary>Per courier what an order costs more or less, in minutes; null when fairness counts for nothing.</summary>
    public static double[]? Prices(RoutingProblem problem, RoutingTerms terms)
    {
        if (problem.Fairness <= 0) return null;
        double orders = 0, hours = 0;
        for (var c = 0; c < problem.Couriers.Length; c++)
        {
            orders += problem.Couriers[c].Delivered;
            hours += problem.OnDutyHours(c);
        }

        var prices = new double[problem.Couriers.Length];
        if (orders == 0 || hours == 0) return prices;
        var mean = orders / hours;
        for (var c = 0; c < prices.Length; c++)
        {
            var rate = (problem.Couriers[c].Delivered + mean * PriorHours) / (problem.OnDutyHours(c) + PriorHours);
            prices[c] = problem.Fairness * terms.FairnessMinutes * Math.Clamp((rate - mean) / mean, -1, 1);
        }

        return prices;
    }
}
