using OrderActors.Client.Hosting;
using OrderActors.Silo.Hosting;

if (HealthVerb.IsAsked(args)) return await HealthVerb.Run(args, new SiloOptions().Urls);

using var signals = new StopSignals();

// One line for the person at the terminal, after whatever the log had to say; a stack trace would only hide it.
var (code, line) = await Run();
(code == 0 ? Console.Out : Console.Error).WriteLine(line.ReplaceLineEndings(" "));
return code;

// 0: it stopped as asked. 1: it could not start, or it cannot go on.
async Task<(int Code, string Line)> Run()
{
    SiloApp? app = null;
    var ready = false;
    try
    {
        app = SiloApp.Build(args);
        Console.Out.WriteLine(await app.StartAsync(CancellationToken.None));
        ready = true;
        if (await Task.WhenAny(signals.Asked, app.Failed) == signals.Asked) return (0, await app.DrainAsync());
        await app.AbortAsync();
        var reason = app.Failed.Exception?.GetBaseException().Message ?? "The storage failed.";
        return (1, $"OrderActors stopped: {reason} Whatever was acknowledged before is on disk.");
    }
    catch (Exception e)
    {
        return (1, $"OrderActors {(ready ? "stopped" : "cannot start")}: {e.Message}");
    }
    finally
    {
        if (app is not null) await app.DisposeAsync();
    }
}
