using System.Globalization;
using System.Text;
using System.Text.Json;
using OrderActors.Tools.Load.Http;

namespace OrderActors.Tools.Load.Traffic;

/// <summary>The merchants, couriers and customers of a run: its own, told apart from every other run's by their ids.</summary>
internal sealed class Town
{
    /// <summary>Meals of each merchant at the start; the most the API takes.</summary>
    public const int Stock = 1_000_000;

    /// <summary>The item whose stock is counted.</summary>
    public const string Meal = "meal";

    /// <summary>How many of it an order has.</summary>
    public const int MealsPerOrder = 2;

    /// <summary>Orders that one customer places; below the platform's limit of open ones.</summary>
    public const int OrdersPerCustomer = 10;

    /// <summary>Customers who order in turns before the next so many come.</summary>
    private const int CustomersAtOnce = 1_000;

    private const int Callers = 16;
    private const int MerchantsPerZone = 8;
    private const int MostZones = 32;

    /// <summary>What the ids have in the middle.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>How many merchants. 1 to 10,000.</summary>
    public int Merchants { get; init; } = 300;

    /// <summary>How many couriers. 0 to 100,000.</summary>
    public int Couriers { get; init; }

    /// <summary>Whether merchants accept by themselves.</summary>
    public bool AutoAccept { get; init; }

    private int Zones => Math.Clamp(Merchants / MerchantsPerZone, 1, MostZones);

    /// <summary>Who places the order with this number within the run: everybody ten times, and never twice in a row.</summary>
    public static int CustomerOf(int order)
    {
        const int Round = CustomersAtOnce * OrdersPerCustomer;
        return (order / Round * CustomersAtOnce) + (order % CustomersAtOnce);
    }

    /// <summary>Makes merchants with menus, open, and couriers on duty.</summary>
    /// <exception cref="BadInputException">The platform refuses.</exception>
    public async Task PrepareAsync(Uri target, string? key, CancellationToken cancellationToken)
    {
        var address = HttpTarget.AddressOf(target);
        var authorization = Encoding.ASCII.GetBytes(key is null ? "" : $"Authorization: Bearer {key}\r\n");
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(
            async () =>
            {
                using var caller = new Caller(new Connection(address), new RequestWriter(target.Authority), authorization);
                for (var n = Interlocked.Increment(ref next); n < Merchants + Couriers; n = Interlocked.Increment(ref next))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (n < Merchants) await MakeMerchant(caller, n);
                    else await MakeCourier(caller, n - Merchants);
                }
            },
            cancellationToken)));
    }

    private async Task MakeMerchant(Caller caller, int n)
    {
        var (id, zone) = (Id('m', n), Id('z', n % Zones));
        await caller.Send("POST", "/v1/merchants", id, $$"""
            {"id":"{{id}}","name":"{{id}}","zone":"{{zone}}","location":{"latitude":52.52,"longitude":13.405},"currency":"EUR",
            "preparation_seconds":0,"auto_accept":{{(AutoAccept ? "true" : "false")}}}
            """);
        await caller.Send("PUT", $"/v1/merchants/{id}/menu", null, $$"""
            {"items":[{"id":"meal","name":"Meal","price":900,"stock":{{Stock}}},{"id":"drink","name":"Drink","price":300}]}
            """);
        await caller.Send("PUT", $"/v1/merchants/{id}/status", null, """{"status":"open"}""");
    }

    private async Task MakeCourier(Caller caller, int n)
    {
        var (id, zone) = (Id('k', n), Id('z', n % Zones));
        await caller.Send("POST", "/v1/couriers", id, $$"""{"id":"{{id}}","name":"{{id}}","zone":"{{zone}}","capacity":1}""");
        await caller.Send("PUT", $"/v1/couriers/{id}/duty", null, """{"status":"online","location":{"latitude":52.52,"longitude":13.405}}""");
    }

    /// <summary>The id of a customer.</summary>
    public string Customer(int n) => Id('c', n);

    private string Id(char kind, int n) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{Run}-{n}");

    /// <summary>Sends one request after the other, and takes no refusal.</summary>
    private sealed class Caller(Connection connection, RequestWriter request, byte[] authorization) : IDisposable
    {
        public async Task Send(string method, string path, string? key, string body)
        {
            request.Begin();
            request.Method = method;
            request.Path.Add(path);
            request.Body.Add(body);
            if (key is not null) request.Key.Add(key);
            var status = await connection.ExchangeAsync(request, authorization);
            if (status is >= 200 and < 300) return;
            throw new BadInputException($"The run's town cannot be made: {method} {path} answered {status} {Detail(status)}");
        }

        public void Dispose() => connection.Dispose();

        private string Detail(int status)
        {
            if (status <= 0) return "(no answer)";
            var text = Encoding.UTF8.GetString(connection.Body.Span);
            try
            {
                using var problem = JsonDocument.Parse(text);
                return problem.RootElement.TryGetProperty("detail", out var detail) ? detail.ToString() : text;
            }
            catch (JsonException)
            {
                return text;
            }
        }
    }
}
