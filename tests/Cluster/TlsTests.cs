using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrderActors.TestKit.Servers;
using OrderActors.Tests.Gateway;

namespace OrderActors.Tests.Cluster;

/// <summary>With certificates, only who has one of the cluster's authority takes part.</summary>
public sealed class TlsTests(Servers servers) : IClassFixture<Servers>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orderactors-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [ServersFact]
    public async Task Two_silos_and_a_gateway_take_an_order_and_a_stranger_stays_out()
    {
        var (own, foreign) = (Certify("own"), Certify("foreign"));
        await using var cluster = await servers.Cluster();
        var first = await cluster.Silo(own);
        await cluster.Silo(own);
        using var api = new Api((await cluster.Gateway(own)).Url);
        var town = await Town.Open(api);
        var number = await town.Place();

        var stranger = cluster.LaunchSilo([.. foreign, "--Cluster:JoinTimeout", "00:00:04"]);
        Assert.Equal(1, await stranger.Exit());

        // Among what the engine's log has to say: either it gave up, or the members did so first.
        var line = Assert.Single(stranger.Error, said => said.StartsWith("OrderActors ", StringComparison.Ordinal));
        Assert.StartsWith($"OrderActors cannot start: The silo cannot join cluster '{cluster.Id}'", line, StringComparison.Ordinal);
        Assert.Contains("is Tls the same everywhere", line, StringComparison.Ordinal);
        Assert.Empty(stranger.Out);

        // Nor does a stranger get in as a gateway: it waits, and the cluster does not notice.
        var url = LiveCluster.FreeUrl();
        var outsider = cluster.LaunchGateway(["--Urls", url, .. foreign]);
        await Eventually.Get(
            () => Task.FromResult(outsider.Error.ToArray()), lines => lines.Any(line => line.Contains("cannot be reached", StringComparison.Ordinal)),
            "the strange gateway says that it cannot reach the cluster");
        using var outside = new Api(url);
        (await outside.Get("/health/ready")).ExpectProblem(503, "starting");

        Assert.Equal("preparing", (await town.Do(number, "accept", new { })).Expect(200)["status"]);
        using var health = new Api(first.Url);
        await Eventually.Get(() => health.Get("/health/ready"), answer => answer.Status == 200, "the cluster is ready");
    }

    /// <summary>An authority of its own and a certificate that it signed; returns the options that name them.</summary>
    private string[] Certify(string name)
    {
        var now = DateTimeOffset.UtcNow;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest($"CN={name} authority", authorityKey, HashAlgorithmName.SHA256);
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        asked.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var authority = asked.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddDnsName("orderactors");
        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.Create(authority, now.AddHours(-1), now.AddHours(12), RandomNumberGenerator.GetBytes(8));
        return
        [
            "--Tls:Certificate", Write($"{name}.pem", certificate.ExportCertificatePem()),
            "--Tls:Key", Write($"{name}.key", key.ExportPkcs8PrivateKeyPem()),
            "--Tls:Authority", Write($"{name}-authority.pem", authority.ExportCertificatePem()),
        ];
    }

    private string Write(string name, string pem)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, pem);
        return path;
    }
}
