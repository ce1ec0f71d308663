using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Outbound;

/// <summary>Where a dependency outside is: the sections <c>PaymentProvider</c> and <c>NotificationProvider</c>.</summary>
public sealed class ProviderOptions
{
    /// <summary>sandbox, which asks nobody, or http. Default sandbox.</summary>
    public string Kind { get; set; } = "sandbox";

    /// <summary>Where the HTTP provider is, such as <c>https://payments.example/v1</c>. No default.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>What we show the HTTP provider, as a bearer token. No default.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Whether messages go to the HTTP provider.</summary>
    internal bool IsHttp => Kind == "http";

    /// <summary>Reads and checks a section.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    internal static ProviderOptions Read(IConfiguration configuration, string section)
    {
        var options = OptionSections.Read(configuration, section, new ProviderOptions());
        if (options.Kind is not ("sandbox" or "http")) throw new StartupException($"{section}:Kind is '{options.Kind}'; it must be sandbox or http.");
        if (!options.IsHttp) return options;
        if (!Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new StartupException($"{section}:BaseUrl is '{options.BaseUrl}'; it must be an absolute http or https URL.");
        // Not the secret itself: the line may end up in a log.
        if (options.Secret.Length is < 16 or > 256 || options.Secret.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new StartupException($"{section}:Secret has {options.Secret.Length} characters; it must be 16 to 256 visible ASCII characters.");
        return options;
    }

    /// <summary>A client for the HTTP provider. Time limits are the pipeline's.</summary>
    internal HttpClient CreateClient()
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        })
        {
            BaseAddress = new Uri(BaseUrl.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 64 * 1024,
        };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Secret);
        return client;
    }
}
