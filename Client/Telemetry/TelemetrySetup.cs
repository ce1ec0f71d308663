using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Client.Hosting;

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

    /// <summary>From now on it sends.</summary>
    public static void StartOtlp(this IServiceProvider services) => services.GetService<OtlpExport>();
}
