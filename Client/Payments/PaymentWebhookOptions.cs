using System.Text;
using Microsoft.Extensions.Configuration;
using OrderActors.Client.Hosting;

namespace OrderActors.Client.Payments;

/// <summary>Whose answers the gateway takes: the section <c>PaymentWebhooks</c>.</summary>
public sealed class PaymentWebhookOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "PaymentWebhooks";

    /// <summary>The provider's name in the route. Default <c>provider</c>.</summary>
    public string Provider { get; set; } = "provider";

    /// <summary>
    /// What the provider signs with: 16 to 256 visible characters, or <c>whsec_</c> and base64. No default: without it every answer
    /// is refused.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>The key of the signature; null when there is none.</summary>
    internal byte[]? Key { get; private set; }

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    internal static PaymentWebhookOptions Read(IConfiguration configuration)
    {
        var options = OptionSections.Read(configuration, Section, new PaymentWebhookOptions());
        if (!Values.EntityId.IsValid(options.Provider))
            throw new StartupException($"{Section}:Provider is '{options.Provider}'; it must be {Values.EntityId.Rule}.");
        if (options.Secret.Length == 0) return options;

        // Not the secret itself: the line may end up in a log.
        if (options.Secret.Length is < 16 or > 256 || options.Secret.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new StartupException($"{Section}:Secret has {options.Secret.Length} characters; it must be 16 to 256 visible ASCII characters.");
        try
        {
            options.Key = options.Secret.StartsWith("whsec_", StringComparison.Ordinal)
                ? Convert.FromBase64String(options.Secret["whsec_".Length..])
                : Encoding.ASCII.GetBytes(options.Secret);
        }
        catch (FormatException e)
        {
            throw new StartupException($"{Section}:Secret begins with whsec_ and does not go on in base64.", e);
        }

        return options;
    }
}
