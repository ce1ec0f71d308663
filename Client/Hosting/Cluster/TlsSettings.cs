using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Orleans.Connections.Security;

namespace OrderActors.Client.Hosting.Cluster;

/// <summary>
/// TLS among silos and between silos and gateways: the section Tls. Off unless all three paths are given; then both ends show
/// a certificate that the authority signed.
/// </summary>
public sealed class TlsSettings
{
    /// <summary>The section's name.</summary>
    internal const string Section = "Tls";

    /// <summary>The path of this process's certificate, PEM, with its chain if it has one. No default.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>The path of the certificate's private key, PEM, not encrypted. No default.</summary>
    public string Key { get; set; } = "";

    /// <summary>The path of the authority's certificates, PEM: whom the other end must have been signed by. No default.</summary>
    public string Authority { get; set; } = "";

    /// <summary>Reads and checks the section; null when TLS is off.</summary>
    /// <exception cref="StartupException">A path is missing or what it names cannot be used.</exception>
    internal static Action<TlsOptions>? Read(IConfiguration configuration)
    {
        var settings = OptionSections.Read(configuration, Section, new TlsSettings());
        (string Name, string Path)[] paths =
            [(nameof(Certificate), settings.Certificate), (nameof(Key), settings.Key), (nameof(Authority), settings.Authority)];
        if (Array.TrueForAll(paths, p => p.Path.Length == 0)) return null;
        if (Array.Find(paths, p => p.Path.Length == 0) is { Name: { } missing })
            throw new StartupException($"{Section}:{missing} is missing; TLS needs {Section}:Certificate, {Section}:Key and {Section}:Authority.");
        if (Array.Find(paths, p => !File.Exists(p.Path)) is { Name: { } absent } gone)
            throw new StartupException($"{Section}:{absent} is '{gone.Path}'; there is no such file.");
        try
        {
            var own = X509Certificate2.CreateFromPemFile(settings.Certificate, settings.Key);
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPemFile(settings.Authority);
            if (trusted.Count == 0) throw new StartupException($"{Section}:Authority is '{settings.Authority}'; it holds no certificate.");
            if (own.NotAfter < DateTime.Now)
                throw new StartupException($"{Section}:Certificate is '{settings.Certificate}'; it expired on {own.NotAfter:yyyy-MM-dd}.");
            return options => Configure(options, own, trusted);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{Section}: the certificate, its key or the authority cannot be read as PEM: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void Configure(TlsOptions options, X509Certificate2 own, X509Certificate2Collection trusted)
    {
        options.LocalCertificate = own;
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.RemoteCertificateValidation = (certificate, _, errors) => IsSigned(certificate, errors, trusted);
        // Sent to the other end, which has one certificate only; names are not compared, see below.
        options.OnAuthenticateAsClient = (_, client) => client.TargetHost = own.GetNameInfo(X509NameType.DnsName, forIssuer: false);
    }

    // Silos are found by address and come and go, so it is the authority that counts and not the name.
    private static bool IsSigned(X509Certificate2 certificate, SslPolicyErrors errors, X509Certificate2Collection trusted)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
