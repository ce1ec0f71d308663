using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Client.Hosting;

namespace OrderActors.Client.Admission;

/// <summary>Puts the door into the gateway.</summary>
internal static class AdmissionSetup
{
    // A body arrives in one piece or the next; whoever trickles it would hold a place for minutes.
    private static readonly MinDataRate BodyRate = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(3));

    /// <summary>Adds it, with its options.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    public static void AddAdmission(this IServiceCollection services, IConfiguration configuration)
    {
        var options = OptionSections.Read(configuration, AdmissionOptions.Section, new AdmissionOptions());
        options.Validate();
        services.AddSingleton(options);
        services.AddSingleton<AdmissionControl>();
        services.AddHostedService(provider => provider.GetRequiredService<AdmissionControl>());
        services.AddSingleton<Degradation>();
        services.AddSingleton<IDegradation>(provider => provider.GetRequiredService<Degradation>());
        services.AddHostedService(provider => provider.GetRequiredService<Degradation>());
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.MinRequestBodyDataRate = BodyRate;
        });
    }

    /// <summary>From here on requests pass it. Behind the routing and whatever finds out who the caller is.</summary>
    public static void UseAdmission(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var (control, degradation) = (services.GetRequiredService<AdmissionControl>(), services.GetRequiredService<IDegradation>());
        var (options, clock) = (services.GetRequiredService<AdmissionOptions>(), services.GetRequiredService<TimeProvider>());
        app.Use(next => new AdmissionPipeline(next, control, degradation, options, clock).Handle);
    }
}
