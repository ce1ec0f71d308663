namespace OrderActors.Tools.Bench.Engine;

/// <summary>All measures of the engine. A measure and its peer take turns, round by round, because machines drift.</summary>
internal static class EngineBench
{
    /// <summary>The bars are those the platform promises; a figure below one is shown and fails the run.</summary>
    private const double CallBar = 0.7;

    private const double DurableBar = 0.4;

    private const double LifecycleBar = 2_000;

    private const double HotMerchantBar = 0.8;

    private const double RestartSecondsBar = 10;

    private const double RestartMegabytesBar = 1_000;

    public static async Task<(List<Measure> Table, EngineFigures Figures)> RunAsync(BenchPlan plan, TextWriter progress)
    {
        var table = new List<Measure>();
        var figures = new EngineFigures();
        var folder = Path.Combine(plan.Folder, $"engine-{Environment.ProcessId}");
        try
        {
            await using (var engine = await EngineUnderTest.StartAsync(Path.Combine(folder, "journal")))
            {
                if (plan.Only.Contains("calls")) figures = await CallsAsync(engine, plan, progress, table, figures);
                if (plan.Only.Contains("writes")) figures = await WritesAsync(engine, plan, folder, progress, table, figures);
                if (plan.Only.Contains("lifecycles")) figures = await LifecyclesAsync(engine, plan, progress, table, figures);
            }

            if (plan.Only.Contains("hot")) figures = await HotMerchantAsync(plan, Path.Combine(folder, "hot"), progress, table, figures);

            if (plan.RestartOrders > 0 && plan.Only.Contains("restart")) figures = await RestartAsync(plan, folder, progress, table, figures);
            return (table, figures);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<EngineFigures> CallsAsync(
        EngineUnderTest engine, BenchPlan plan, TextWriter progress, List<Measure> table, EngineFigures figures)
    {
        foreach (var grains in new[] { 100, 10_000 })
        {
            await progress.WriteLineAsync($"grain calls over {grains:N0} grains …");
            var (ours, peers) = (new List<double>(), new List<double>());
            for (var i = -1; i < plan.Rounds; i++)
            {
                var our = await CallBench.RoundAsync(engine.Client, grains, plan.Round);
                var peer = await ChannelPeer.MeasureAsync(grains, 1, plan.Round);
                if (i < 0) continue;
                ours.Add(our);
                peers.Add(peer);
            }

            var (rate, ratio) = (Rounds.Median(ours), Rounds.Median([.. ours.Zip(peers, (our, peer) => our / peer)]));
            table.Add(new Measure($"channel calls, {grains:N0} mailboxes", Rounds.Median(peers), "calls/s"));
            table.Add(new Measure($"grain calls, {grains:N0} grains", rate, "calls/s", ratio, CallBar));
            if (grains == 100) figures = figures with { CallsPerSecond = rate, CallsToChannelRatio = ratio };
        }

        return figures;
    }

    private static async Task<EngineFigures> WritesAsync(
        EngineUnderTest engine, BenchPlan plan, string folder, TextWriter progress, List<Measure> table, EngineFigures figures)
    {
        await progress.WriteLineAsync("durable writes …");
        await WriteBench.RoundAsync(engine.Client, plan.Round);
        var (ours, raws, sameGroups) = (new List<WriteFigures>(), new List<double>(), new List<double>());
        var group = 0.0;
        for (var i = 0; i < plan.Rounds; i++)
        {
            var before = engine.Journal.Statistics;
            ours.Add(await WriteBench.RoundAsync(engine.Client, plan.Round));
            var after = engine.Journal.Statistics;
            var (records, bytes) = (after.Records - before.Records, after.Bytes - before.Bytes);
            group = (double)records / (after.Batches - before.Batches);
            var recordBytes = (int)(bytes / records);
            raws.Add(RawAppendPeer.Measure(folder, WriteBench.Callers, 1, plan.Round, recordBytes));
            sameGroups.Add(RawAppendPeer.Measure(folder, Math.Max(1, (int)group), 1, plan.Round, recordBytes));
        }

        var rates = ours.Select(o => o.PerSecond).ToList();
        var (rate, ratio) = (Rounds.Median(rates), Rounds.Median([.. rates.Zip(raws, (our, raw) => our / raw)]));
        table.Add(new Measure($"raw appends, {WriteBench.Callers:N0} a sync", Rounds.Median(raws), "records/s"));
        table.Add(new Measure($"raw appends, {group:N0} a sync as the journal", Rounds.Median(sameGroups), "records/s"));
        table.Add(new Measure($"durable writes, {WriteBench.Callers:N0} callers", rate, "writes/s", ratio, DurableBar));
        table.Add(new Measure("  p50", Rounds.Median([.. ours.Select(o => o.P50.TotalMilliseconds)]), "ms"));
        table.Add(new Measure("  p99", Rounds.Median([.. ours.Select(o => o.P99.TotalMilliseconds)]), "ms"));
        return figures with { DurableWritesPerSecond = rate, DurableToRawRatio = ratio };
    }

    private static async Task<EngineFigures> LifecyclesAsync(
        EngineUnderTest engine, BenchPlan plan, TextWriter progress, List<Measure> table, EngineFigures figures)
    {
        await progress.WriteLineAsync("lifecycles …");
        await using var bench = await LifecycleBench.CreateAsync(engine.Client, engine.Log);
        await bench.RoundAsync(plan.Round);
        var (rates, writes, bytes) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < plan.Rounds; i++)
        {
            var before = engine.Journal.Statistics.Writes;
            var round = await bench.RoundAsync(plan.Round);
            rates.Add(round.PerSecond);
            writes.Add((double)(engine.Journal.Statistics.Writes - before) / round.Orders);
            bytes.Add((double)round.AllocatedBytes / round.Orders);
        }

        var placementWrites = await PlacementWritesAsync(engine, bench);
        table.Add(new Measure("order lifecycles", Rounds.Median(rates), "orders/s", Bar: LifecycleBar));
        table.Add(new Measure("  durable writes each", Rounds.Median(writes), "writes"));
        table.Add(new Measure("  durable writes to place one, with stock, coupon and card", placementWrites, "writes"));
        table.Add(new Measure("  allocated each", Rounds.Median(bytes), "bytes"));
        return figures with
        {
            LifecyclesPerSecond = Rounds.Median(rates),
            WritesPerLifecycle = Rounds.Median(writes),
            WritesPerPlacement = placementWrites,
            BytesPerLifecycle = Rounds.Median(bytes),
        };
    }

    private static async Task<EngineFigures> HotMerchantAsync(
        BenchPlan plan, string folder, TextWriter progress, List<Measure> table, EngineFigures figures)
    {
        await progress.WriteLineAsync("a hot merchant …");
        await using var engine = await EngineUnderTest.StartAsync(folder);
        await using var bench = await LifecycleBench.CreateAsync(engine.Client, engine.Log);
        await bench.CreateHotMerchantAsync();
        var (even, hot) = (new List<double>(), new List<double>());
        for (var i = -1; i < plan.Rounds; i++)
        {
            var spread = await bench.RoundAsync(plan.Round);
            var heated = await bench.RoundAsync(plan.Round, hot: true);
            if (i < 0) continue;
            even.Add(spread.PerSecond);
            hot.Add(heated.PerSecond);
        }

        var ratio = Rounds.Median([.. hot.Zip(even, (h, e) => h / e)]);
        table.Add(new Measure("order lifecycles, all merchants alike", Rounds.Median(even), "orders/s"));
        table.Add(new Measure("order lifecycles, 30 % at one merchant", Rounds.Median(hot), "orders/s", ratio, HotMerchantBar));
        return figures with { HotMerchantRatio = ratio };
    }

    private static async Task<double> PlacementWritesAsync(EngineUnderTest engine, LifecycleBench bench)
    {
        // One after the other: together they would share writes and look cheaper than one is.
        const int Placements = 200;
        await bench.PlaceOfEverythingAsync();
        await LifecycleBench.QuietAsync(engine);
        var before = engine.Journal.Statistics.Writes;
        for (var i = 0; i < Placements; i++) await bench.PlaceOfEverythingAsync();
        return (double)(engine.Journal.Statistics.Writes - before) / Placements;
    }

    private static async Task<EngineFigures> RestartAsync(
        BenchPlan plan, string folder, TextWriter progress, List<Measure> table, EngineFigures figures)
    {
        await progress.WriteLineAsync($"restart with {plan.RestartOrders:N0} completed orders …");
        var restart = await RestartBench.RunAsync(Path.Combine(folder, "restart"), plan.RestartOrders);
        table.Add(new Measure($"restart, {restart.JournalBytes / 1e6:N0} MB of journal", restart.Seconds, "s", Bar: RestartSecondsBar, LowerIsBetter: true));
        table.Add(new Measure("  after a kill", restart.SecondsAfterKill, "s", Bar: RestartSecondsBar, LowerIsBetter: true));
        table.Add(new Measure("  peak memory", restart.PeakMegabytes, "MB", Bar: RestartMegabytesBar, LowerIsBetter: true));
        return figures with { RestartSeconds = Math.Max(restart.Seconds, restart.SecondsAfterKill), RestartMegabytes = restart.PeakMegabytes };
    }
}
