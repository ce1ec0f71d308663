using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>Makes the secrets of endpoints.</summary>
public interface IWebhookSecrets
{
    /// <summary>A secret that nobody can foresee: <c>whsec_</c> and 32 bytes in base64.</summary>
    string Next();
}

/// <summary>Secrets from the system's source of randomness. Tests and simulations bring their own.</summary>
internal sealed class SecureWebhookSecrets : IWebhookSecrets
{
    private const int Bytes = 32;

    /// <inheritdoc/>
    public string Next() => WebhookSigning.SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));
}

/// <summary>Signs as Standard Webhooks has it. Pure.</summary>
internal static class WebhookSigning
{
    /// <summary>What every secret begins with.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>The header webhook-signature: a signature with each secret that is valid, the newest first.</summary>
    public static string Sign(ImmutableArray<WebhookSecret> secrets, string id, DateTimeOffset at, string body)
    {
        var content = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.{body}"));
        return string.Join(' ', secrets.Where(secret => secret.Until is null || secret.Until > at).Select(secret =>
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret.Value[SecretPrefix.Length..]), content))));
    }
}
