using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrderActors.Silo.Hosting;

/// <summary>
/// Orders that nobody placed, over HTTP, on a whole host of their own in this process: another port, a journal in a temporary folder,
/// no provider, no collector. The code that serves the first real orders has been compiled by then, and nothing of it remains.
/// </summary>
internal static class Rehearsal
{
    private const int Drivers = 2;
    private const string Steps = "leave-for-pickup arrive-pickup pickup leave-for-dropoff arrive-dropoff complete";

    /// <summary>Rehearses; returns how many orders were brought to their end.</summary>
    public static async Task<int> RunAsync(TimeSpan time, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("orderactors-rehearsal-");
        try
        {
            var key = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
            await using var app = SiloApp.Build(ArgumentsFor(folder.FullName, key));
            try
            {
                await app.StartAsync(cancellation);
                return (await Task.WhenAll(Enumerable.Range(0, Drivers).Select(driver => Drive(app.Url, key, driver, time, cancellation)))).Sum();
            }
            finally
            {
                await app.DrainAsync();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The command line comes last, so whatever the operator's environment says of ports, data and providers is not heard here.
    private static string[] ArgumentsFor(string folder, string key) =>
    [
        "--Urls", "http://127.0.0.1:0", "--Data", folder, "--OperatorKey", key, "--Storage", "journal", "--DrainTimeoutSeconds", "1",
        "--Journal:SegmentBytes", "4194304", "--WarmUp:TimeLimit", "00:00:00", "--Ramp:Time", "00:00:00", "--Otlp:Endpoint=", "--Chaos:Disk=",
        "--PaymentProvider:Kind", "sandbox", "--NotificationProvider:Kind", "sandbox", "--Logging:LogLevel:Default", "None",
        "--Travel:DropoffService", "00:00:00", "--Travel:PickupService", "00:00:00",
    ];

    // An order that was begun is brought to its end, so that there is always one.
    private static async Task<int> Drive(string url, string key, int driver, TimeSpan time, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var town = new Town(http, driver.ToString(CultureInfo.InvariantCulture), cancellation);
        await town.Open();
        var orders = 0;
        do
        {
            await town.Order(orders++);
        }
        while (Stopwatch.GetElapsedTime(began) < time);
        return orders;
    }

    /// <summary>A merchant, a courier and customers.</summary>
    private sealed class Town(HttpClient http, string id, CancellationToken cancellation)
    {
        private int _keys;

        public async Task Open()
        {
            await Send("POST", "/v1/merchants", $$$"""
                {"id":"m{{{id}}}","name":"R","zone":"z{{{id}}}","currency":"EUR","preparation_seconds":0,"location":{"latitude":52.52,"longitude":13.4}}
                """);
            await Send("PUT", $"/v1/merchants/m{id}/menu", """{"items":[{"id":"soup","name":"Soup","price":900,"stock":1000000}]}""");
            await Send("PUT", $"/v1/merchants/m{id}/status", """{"status":"open"}""");
            await Send("POST", "/v1/couriers", $$"""{"id":"k{{id}}","name":"R","zone":"z{{id}}","capacity":2}""");
            await Send("PUT", $"/v1/couriers/k{id}/duty", """{"status":"online","location":{"latitude":52.52,"longitude":13.4}}""");
        }

        public async Task Order(int turn)
        {
            var customer = $"c{id}-{turn % 16}";
            var placed = await Send("POST", "/v1/orders", $$$"""
                {"customer":"{{{customer}}}","merchant":"m{{{id}}}","lines":[{"item":"soup","quantity":1}],
                 "total":{"amount":900,"currency":"EUR"},"dropoff":{"latitude":52.53,"longitude":13.42}}
                """);
            if (!placed.TryGetProperty("number", out var number)) throw new InvalidOperationException($"An order could not be rehearsed: {placed}");
            var order = "/v1/orders/" + number.GetString();
            await Read(turn, customer);
            if (turn % 4 == 3)
            {
                await Send("POST", order + "/cancel", $$$"""{"reason":"customer_request","actor":{"role":"customer","id":"{{{customer}}}"}}""");
                return;
            }

            await Send("POST", order + "/accept", null);
            await Send("POST", order + "/ready", null);
            if (await Courier(order))
            {
                var body = $$"""{"courier":"k{{id}}"}""";
                foreach (var step in Steps.Split(' ')) await Send("POST", $"/v1/deliveries/{number.GetString()}/{step}", body);
            }
        }

        // What many look at, and a few mistakes: those are answered by code too.
        private async Task Read(int turn, string customer)
        {
            string[] paths =
            [
                $"/v1/orders?customer={customer}", $"/v1/merchants/m{id}", $"/v1/merchants/m{id}/orders", $"/v1/zones/z{id}", $"/v1/couriers/k{id}",
                "/v1/orders/1", "/v1/nothing", "/v1/operations/outbound", "/metrics",
            ];
            await Send("GET", paths[turn % paths.Length], null);
            if (turn % 8 == 0) await Send("POST", "/v1/orders", "{");
        }

        private async Task<bool> Courier(string order)
        {
            for (var tries = 0; tries < 20; tries++)
            {
                var seen = await Send("GET", order, null);
                if (seen.TryGetProperty("courier", out var courier) && courier.ValueKind == JsonValueKind.String) return true;
                await Task.Delay(5, cancellation);
            }

            return false;
        }

        private async Task<JsonElement> Send(string method, string path, string? body)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method == "POST") request.Headers.TryAddWithoutValidation("Idempotency-Key", $"rehearsal-{id}-{_keys++}");
            if (body is not null)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            using var response = await http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsByteArrayAsync(cancellation);
            return text.Length > 0 && text[0] == '{' ? JsonSerializer.Deserialize<JsonElement>(text) : default;
        }
    }
}
