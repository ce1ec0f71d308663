using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Client.Hosting;
using OrderActors.Client.Operations.Metrics;

namespace OrderActors.Client.Telemetry;

/// <summary>Puts the sending of traces and metrics into a host.</summary>
internal static class TelemetrySetup
{
    /// <summary>Reads and checks the section, and adds what sends, if it says where to.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    public static OtlpOptions AddOtlp(this IServiceCollection services, IConfiguration configuration)
    {
        var options = OptionSections.Read(configuration, OtlpOptions.Section, new OtlpOptions());
        options.Validate();

        // Made by the container, so that it sends what waits when the host is disposed.
        if (options.IsOn) services.AddSingleton(_ => new OtlpExport(options));
        return options;
    }

    /// <summary>Reads and checks how a host that has become ready takes its load.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    public static void AddRamp(this IServiceCollection services, IConfiguration configuration)
    {
        var options = OptionSections.Read(configuration, RampOptions.Section, new RampOptions());
        options.Validate();
        services.AddSingleton(provider => new AdmissionRamp(options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAdmissionRamp>(provider => provider.GetRequiredService<AdmissionRamp>());
    }

    /// <summary>
    /// The host is ready: what it counts from here on is what it is asked for, what it measures is sent, and its load begins to rise.
    /// </summary>
    public static void Ready(this IServiceProvider services)
    {
        services.GetService<MetricStore>()?.Restart();
        services.GetService<OtlpExport>();
        services.GetService<AdmissionRamp>()?.Begin();
    }
}
