using System.Net;
using System.Net.Sockets;
using System.Text;
using OrderActors.Tools.Fuzz;

namespace OrderActors.Tests.Tools.Fuzz;

/// <summary>What a server must not answer is noticed.</summary>
public class ProbeTests
{
    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 16\r\n\r\n{\"code\":\"wrong\"}", null)]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n", null)]
    [InlineData("HTTP/1.1 500 Sorry\r\nContent-Length: 4\r\n\r\noops", "500: oops")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\noops", "400 with a body that is no problem: oops")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}", "400 without a code: {}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "the connection was closed in the middle of an answer")]
    [InlineData("no HTTP\r\n\r\n", "the answer is no HTTP")]
    [InlineData("", "the connection was closed without an answer")]
    public async Task An_answer_is_judged(string answer, string? fault)
    {
        using var server = Serve(answer);
        using var probe = new Probe((IPEndPoint)server.LocalEndpoint, TimeSpan.FromMinutes(1));
        var verdict = await probe.SendAsync(new RawRequest(), CancellationToken.None);
        if (fault is null) Assert.Null(verdict.Fault);
        else Assert.StartsWith(fault, verdict.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_turned_away_for_load_is_sent_again()
    {
        const string Busy = "{\"status\":503,\"code\":\"temporary_reduced_capacity\"}";
        using var server = Serve($"HTTP/1.1 503 Busy\r\nContent-Length: {Busy.Length}\r\n\r\n{Busy}", "HTTP/1.1 204 Done\r\n\r\n");
        using var probe = new Probe((IPEndPoint)server.LocalEndpoint, TimeSpan.FromMinutes(1));
        var verdict = await probe.SendAsync(new RawRequest(), CancellationToken.None);
        Assert.Equal((204, null), (verdict.Status, verdict.Fault));
    }

    [Fact]
    public async Task No_answer_in_time_is_a_hang()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var probe = new Probe((IPEndPoint)server.LocalEndpoint, TimeSpan.FromMilliseconds(100));
        Assert.Equal("no whole answer within 0.1 s", (await probe.SendAsync(new RawRequest(), CancellationToken.None)).Fault);
    }

    /// <summary>Answers with these in turns, whatever is asked, and closes after each.</summary>
    private static TcpListener Serve(params string[] answers)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            foreach (var answer in answers)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                await stream.ReadAtLeastAsync(new byte[1024], 1);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
            }
        });
        return listener;
    }
}
