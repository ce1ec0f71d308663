namespace OrderActors.Client.Hosting.Cluster;

/// <summary>The gateway's entry. In a namespace, because the host is a program that sees this assembly.</summary>
internal static class GatewayProgram
{
    private static async Task<int> Main(string[] args)
    {
        if (HealthVerb.IsAsked(args)) return await HealthVerb.Run(args, new GatewayProgramOptions().Urls);

        // One line for the person at the terminal, after whatever the log had to say; a stack trace would only hide it.
        using var signals = new StopSignals();
        var (code, line) = await Run(args, signals);
        await (code == 0 ? Console.Out : Console.Error).WriteLineAsync(line.ReplaceLineEndings(" "));
        return code;
    }

    // 0: it stopped as asked. 1: it could not start.
    private static async Task<(int Code, string Line)> Run(string[] args, StopSignals signals)
    {
        GatewayApp? app = null;
        try
        {
            app = GatewayApp.Build(args);
            using var giveUp = new CancellationTokenSource();
            var start = app.StartAsync(giveUp.Token);
            if (await Task.WhenAny(start, signals.Asked) == start)
            {
                await Console.Out.WriteLineAsync(await start);
                await signals.Asked;
            }

            await giveUp.CancelAsync();
            return (0, await app.DrainAsync());
        }
        catch (Exception e)
        {
            return (1, $"OrderActors gateway cannot start: {e.Message}");
        }
        finally
        {
            if (app is not null) await app.DisposeAsync();
        }
    }
}
