using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using OrderActors.Client.Idempotency;

namespace OrderActors.Client.Hosting;

/// <summary>What the programs with the API have in common: where options come from, how Kestrel is set up, how requests are drained.</summary>
internal static class WebHosting
{
    /// <summary>A builder with the configuration in its order: defaults, appsettings.json, the environment, the command line.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="defaults">What holds when nothing else says so.</param>
    public static WebApplicationBuilder CreateBuilder(string[] args, IReadOnlyDictionary<string, string?>? defaults = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        Configure(builder.Configuration, args, defaults);

        // Made by the container, so that it is disposed with it: then the log has been written when the program says its last line.
        builder.Services.AddSingleton(_ => ProgramLogging.Create(builder.Configuration));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(TimeProvider.System);
        return builder;
    }

    /// <summary>The configuration alone, for a verb that only needs to know.</summary>
    public static IConfiguration ReadConfiguration(string[] args)
    {
        var configuration = new ConfigurationManager();
        configuration.SetBasePath(AppContext.BaseDirectory);
        Configure(configuration, args, null);
        return configuration;
    }

    /// <summary>Where the API listens, and how large a body may be.</summary>
    public static void Listen(this WebApplicationBuilder builder, string urls, int maxBodyBytes)
    {
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The gateway keeps the limit itself, so that its refusal reaches the sender; this one only stops what goes on and on.
            kestrel.Limits.MaxRequestBodySize = maxBodyBytes + (2L * GatewayOptions.DiscardedBytes);
        });
    }

    /// <summary>
    /// Refuses new requests, waits for those under way, then closes the port. Returns what became of them, such as
    /// "every request finished".
    /// </summary>
    public static async Task<string> DrainAsync(this WebApplication app, GatewayGate gate, int atMostSeconds)
    {
        var finished = await gate.DrainAsync(TimeSpan.FromSeconds(atMostSeconds), TimeProvider.System);
        var left = gate.InFlight;
        await app.StopListeningAsync();
        await app.Services.GetRequiredService<AnswerStore>().DisposeAsync();
        return finished
            ? "every request finished"
            : string.Create(CultureInfo.InvariantCulture, $"{left} requests cut off after {atMostSeconds} s");
    }

    /// <summary>Closes the port. The requests are done or given up by now; the grace is for connections that only stay open.</summary>
    public static async Task StopListeningAsync(this WebApplication app)
    {
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await app.StopAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static void Configure(IConfigurationBuilder configuration, string[] args, IReadOnlyDictionary<string, string?>? defaults)
    {
        if (defaults is not null) configuration.AddInMemoryCollection(defaults);
        configuration
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables()
            .AddEnvironmentVariables("ORDERACTORS_");
        if (args.Length > 0) configuration.AddCommandLine(args);
    }
}
