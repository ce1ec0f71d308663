using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace OrderActors.Tools.Bench.WarmUp;

/// <summary>One request: when it should have been sent, how long it took from then, and whether it was answered with success.</summary>
internal readonly record struct Sample(TimeSpan At, TimeSpan Took, bool Succeeded);

/// <summary>
/// Merchants with a menu, and a steady rate of requests to them: two placings, a look at a merchant, a look at an order. Each is
/// due at its time whatever became of those before, and its time counts from then.
/// </summary>
internal sealed class SteadyLoad(string url, int merchants) : IDisposable
{
    private static int keys;
    private readonly ConcurrentQueue<string> _orders = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Makes the merchants.</summary>
    public async Task OpenMerchants()
    {
        for (var n = 0; n < merchants; n++)
        {
            await Must(Send(HttpMethod.Post, "/v1/merchants", $$$"""
                {"id":"m{{{n}}}","name":"Bench","zone":"z{{{n % 8}}}","currency":"EUR","auto_accept":true,"location":{"latitude":52.52,"longitude":13.4}}
                """));
            await Must(Send(HttpMethod.Put, $"/v1/merchants/m{n}/menu", """{"items":[{"id":"soup","name":"Soup","price":900}]}"""));
            await Must(Send(HttpMethod.Put, $"/v1/merchants/m{n}/status", """{"status":"open"}"""));
        }
    }

    /// <summary>Sends for so long; returns what became of each request.</summary>
    public async Task<Sample[]> Run(double perSecond, TimeSpan time)
    {
        var samples = new Sample[(int)(perSecond * time.TotalSeconds)];
        var began = Stopwatch.GetTimestamp();
        var under = new List<Task>(samples.Length);
        for (var n = 0; n < samples.Length; n++)
        {
            var due = TimeSpan.FromSeconds(n / perSecond);
            var early = due - Stopwatch.GetElapsedTime(began);
            if (early > TimeSpan.FromMilliseconds(1)) await Task.Delay(early);
            var turn = n;
            under.Add(Task.Run(async () =>
            {
                var succeeded = await One(turn);
                samples[turn] = new Sample(due, Stopwatch.GetElapsedTime(began) - due, succeeded);
            }));
        }

        await Task.WhenAll(under);
        return samples;
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> One(int turn)
    {
        var merchant = turn * 7919L % merchants;
        try
        {
            if (turn % 4 == 2) return (await Send(HttpMethod.Get, $"/v1/merchants/m{merchant}", null)).Succeeded;
            if (turn % 4 == 3 && _orders.TryDequeue(out var order)) return (await Send(HttpMethod.Get, "/v1/orders/" + order, null)).Succeeded;
            var (succeeded, answer) = await Send(HttpMethod.Post, "/v1/orders", $$$"""
                {"customer":"c{{{turn}}}","merchant":"m{{{merchant}}}","lines":[{"item":"soup","quantity":1}],
                 "total":{"amount":900,"currency":"EUR"},"kind":"pickup"}
                """);
            if (succeeded) _orders.Enqueue(JsonDocument.Parse(answer).RootElement.GetProperty("number").GetString()!);
            return succeeded;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task<(bool Succeeded, byte[] Answer)> Send(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", SiloUnderLoad.Key);
        if (method == HttpMethod.Post)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", $"warmup-{Environment.ProcessId}-{Interlocked.Increment(ref keys)}");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await _http.SendAsync(request);
        return (response.IsSuccessStatusCode, await response.Content.ReadAsByteArrayAsync());
    }

    private static async Task Must(Task<(bool Succeeded, byte[] Answer)> sent)
    {
        var (succeeded, answer) = await sent;
        if (!succeeded) throw new InvalidOperationException($"The bench could not be prepared: {Encoding.UTF8.GetString(answer)}");
    }
}
