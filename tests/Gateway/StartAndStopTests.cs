using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using OrderActors.Client.Hosting;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>The program as its operator sees it: one line when ready, one when not, exit codes, signals.</summary>
public sealed partial class StartAndStopTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public async Task One_line_says_ready_and_a_signal_stops_it_with_nothing_lost(int signal)
    {
        string number;
        await using (var silo = await SiloProcess.Start(_data.Path))
        {
            Assert.Matches(ReadyLine(), Assert.Single(silo.Out));
            Assert.Contains($"data {_data.Path} · 0 grains found", silo.Out.Single(), StringComparison.Ordinal);
            using var api = new Api(silo.Url);
            number = await (await Town.Open(api)).Place();
            silo.Signal(signal);
            Assert.Equal(0, await silo.Exit());
            Assert.Equal(2, silo.Out.Count);
            Assert.Contains("OrderActors stopped · every request finished", silo.Out.Last(), StringComparison.Ordinal);
            Assert.Empty(silo.Error);
        }

        await using var again = await SiloProcess.Start(_data.Path);
        Assert.DoesNotContain(" 0 grains found", again.Out.Single(), StringComparison.Ordinal);
        using var later = new Api(again.Url);
        Assert.Equal("awaiting_merchant", (await later.Get("/v1/orders/" + number)).Expect(200)["status"]);
    }

    [Fact]
    public async Task A_second_process_on_the_folder_is_told_so()
    {
        await using var first = await SiloProcess.Start(_data.Path);
        await Refused(_data.Path, [_data.Path], "--Urls", "http://127.0.0.1:0");
        using var api = new Api(first.Url);
        (await api.Get("/health/ready")).Expect(200);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        await Refused(_data.Path, [url, "in use"], "--Urls", url);

        // And the folder is free again for the next try.
        await using var silo = await SiloProcess.Start(_data.Path);
    }

    [Fact]
    public async Task A_corrupt_folder_is_named_and_left_as_it_is()
    {
        await using (var silo = await SiloProcess.Start(_data.Path))
        {
            using var api = new Api(silo.Url);
            var town = await Town.Open(api);
            for (var i = 0; i < 20; i++) await town.Place();
            await silo.Kill();
        }

        var journal = Directory.EnumerateFiles(_data.Path, "*", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        var bytes = await File.ReadAllBytesAsync(journal);
        var end = Array.FindLastIndex(bytes, b => b != 0);
        bytes[end / 2] ^= 0x40;
        await File.WriteAllBytesAsync(journal, bytes);
        await Refused(_data.Path, [Path.GetFileName(journal)], "--Urls", "http://127.0.0.1:0");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(journal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_named()
    {
        var file = Path.Combine(_data.Path, "file");
        await File.WriteAllTextAsync(file, "");
        var data = Path.Combine(file, "data");
        await Refused(data, [data], "--Urls", "http://127.0.0.1:0");
    }

    [Theory]
    [InlineData("--Urls", "https://127.0.0.1:0", "TLS")]
    [InlineData("--Urls", "127.0.0.1:8080", "http://address:port")]
    [InlineData("--Urls", "http://127.0.0.1:99999", "http://address:port")]
    [InlineData("--Urls", "http://nowhere:1", "http://address:port")]
    [InlineData("--DrainTimeoutSeconds", "soon", "whole number")]
    [InlineData("--DrainTimeoutSeconds", "601", "0 to 600")]
    [InlineData("--MaxBodyBytes", "1", "1024 to 16777216")]
    [InlineData("--Prot", "8080", "no option --Prot. Options are Urls, Data")]
    [InlineData("--Urls", null, "no value")]
    [InlineData("serve", null, "not an option")]
    public void A_bad_option_is_named_with_what_it_may_be(string name, string? value, string rule)
    {
        string[] args = value is null ? [name] : [name, value];
        var refused = Assert.Throws<StartupException>(() => Silo.Hosting.SiloApp.Build(["--Data", _data.Path, .. args]));
        if (name == "--Prot") value = "Prot";
        Assert.Contains(value ?? name, refused.Message, StringComparison.Ordinal);
        Assert.Contains(rule, refused.Message, StringComparison.Ordinal);
        Assert.Single(refused.Message.Split('\n'));
    }

    [Theory]
    [InlineData("DrainTimeoutSeconds", "soon")]
    [InlineData("Engine:MailboxLimit", "0")]
    [InlineData("Subscribers:PageSize", "0")]
    public Task A_bad_option_ends_the_program_with_one_line(string option, string value) =>
        Refused(_data.Path, [option, value], "--" + option, value);

    [Fact]
    public async Task A_disk_that_refuses_stops_it_without_a_lie()
    {
        await using var silo = await SiloProcess.Start(_data.Path);
        using var api = new Api(silo.Url);
        var town = await Town.Open(api);
        var acknowledged = new List<string> { await town.Place() };
        silo.LimitFileSize(0);
        try
        {
            while (true)
            {
                var answer = await api.Post("/v1/orders", town.Order());
                if (answer.Status != 201)
                {
                    answer.ExpectProblem(503, "storage_unavailable");
                    break;
                }

                acknowledged.Add(answer["number"]!);
            }
        }
        catch (HttpRequestException)
        {
            // It stopped before it could answer: no answer is no lie either.
        }

        Assert.Equal(1, await silo.Exit());
        Assert.Contains("OrderActors stopped: ", silo.Error.Last(), StringComparison.Ordinal);
        await using var again = await SiloProcess.Start(_data.Path);
        using var later = new Api(again.Url);
        foreach (var number in acknowledged) (await later.Get("/v1/orders/" + number)).Expect(200);
    }

    private static async Task Refused(string data, string[] named, params string[] args)
    {
        await using var silo = SiloProcess.Launch(data, args);
        Assert.Equal(1, await silo.Exit());
        Assert.Empty(silo.Out);
        var line = Assert.Single(silo.Error);
        Assert.StartsWith("OrderActors cannot start: ", line, StringComparison.Ordinal);
        Assert.All(named, name => Assert.Contains(name, line, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^OrderActors ready on http://127\.0\.0\.1:\d+ · engine Embedded · data /\S+ · \d+ grains found · \d+\.\d s$")]
    private static partial Regex ReadyLine();
}
