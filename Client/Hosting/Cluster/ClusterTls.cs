using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Orleans.Connections.Security;
using Orleans.Hosting;

namespace OrderActors.Client.Hosting.Cluster;

/// <summary>TLS between the gateway and the silos: the section Tls. All three files, or none for plain TCP.</summary>
internal sealed class ClusterTls
{
    /// <summary>The file of this process's certificate, PEM. No default.</summary>
    public string? Certificate { get; set; }

    /// <summary>The file of the certificate's private key, PEM, not encrypted. No default.</summary>
    public string? Key { get; set; }

    /// <summary>The file with the certificates of the authority that signed the others', PEM. No default.</summary>
    public string? Authority { get; set; }

    /// <summary>Reads the section and puts TLS on the client's connections, if there is any to put.</summary>
    /// <exception cref="StartupException">A file is missing or cannot be read.</exception>
    public static Action<IClientBuilder> Read(IConfiguration configuration)
    {
        var files = OptionSections.Read(configuration, "Tls", new ClusterTls());
        string?[] all = [files.Certificate, files.Key, files.Authority];
        if (all.All(string.IsNullOrEmpty)) return static _ => { };
        if (all.Any(string.IsNullOrEmpty))
        {
            throw new StartupException("Tls has some of Certificate, Key and Authority; it must have all three, or none for plain TCP.");
        }

        try
        {
            var own = X509Certificate2.CreateFromPemFile(files.Certificate!, files.Key);
            var authority = new X509Certificate2Collection();
            authority.ImportFromPemFile(files.Authority!);
            if (authority.Count == 0) throw new StartupException($"Tls:Authority is '{files.Authority}'; there is no certificate in it.");
            return client => client.UseTls(own, tls => Trust(tls, authority));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartupException($"A file of the section Tls cannot be used: {e.Message}", e);
        }
    }

    // Silos are reached by address and are many: what counts is who signed, not the name.
    private static void Trust(TlsOptions tls, X509Certificate2Collection authority)
    {
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.OnAuthenticateAsClient = static (_, options) => options.TargetHost = "orderactors";
        tls.RemoteCertificateValidation = (certificate, _, _) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(certificate);
        };
    }
}
