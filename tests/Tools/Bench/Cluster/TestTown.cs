using System.Net;
using System.Text;
using OrderActors.Silo.Hosting;
using OrderActors.Tools.Bench.Cluster;

namespace OrderActors.Tests.Tools.Bench.Cluster;

/// <summary>A platform in this process, on a free port, whose couriers are free as soon as they handed over.</summary>
public sealed class TestTown : IAsyncLifetime
{
    private const string Key = "an-operator-key-for-tests";

    private readonly string _folder = Directory.CreateTempSubdirectory("orderactors-").FullName;
    private SiloApp? _app;

    internal ClusterPlan Plan => new([new Uri(_app!.Url)])
    {
        Key = Key,
        Callers = 4,
        Merchants = 3,
        Customers = 5,
        Duration = TimeSpan.FromMilliseconds(300),
        Patience = TimeSpan.FromSeconds(60),
        TryTimeout = TimeSpan.FromSeconds(30),
    };

    public async Task InitializeAsync()
    {
        _app = SiloApp.Build(
        [
            "--Urls", "http://127.0.0.1:0", "--Data", _folder, "--OperatorKey", Key, "--Travel:DropoffService", "00:00:00", "--WarmUp:TimeLimit", "00:00:00",

            // What is tested are the tools: on a machine that stands still for a moment, nobody is turned away.
            "--Ramp:Time", "00:00:00", "--Admission:MinConcurrency", "128",
        ]);
        await _app.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DrainAsync();
            await _app.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A way to the gateway on which things go wrong: every few commands one is not sent, or its answer is lost, or it is turned away.</summary>
internal sealed class BadConnection() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
{
    private int _commands;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Get) return await base.SendAsync(request, cancellationToken);
        switch (Interlocked.Increment(ref _commands) % 9)
        {
            case 3:
                throw new HttpRequestException("not connected");
            case 5:
                (await base.SendAsync(request, cancellationToken)).Dispose();
                throw new HttpRequestException("the connection was closed before the answer");
            case 7:
                return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("later") };
            default:
                return await base.SendAsync(request, cancellationToken);
        }
    }
}

/// <summary>A gateway that says something else than it knows: what a cluster that lost or doubled something would say.</summary>
/// <param name="lie">From the path and the true answer to another one; null for the truth.</param>
internal sealed class LyingGateway(Func<string, string, string?> lie) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (request.Method != HttpMethod.Get) return response;
        var truth = await response.Content.ReadAsStringAsync(cancellationToken);
        if (lie(request.RequestUri!.AbsolutePath, truth) is not { } told) return response;
        response.Dispose();
        return told.Length == 0
            ? new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("{}") }
            : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(told, Encoding.UTF8, "application/json") };
    }
}
