using System.Globalization;
using System.Net.Http.Headers;
using OrderActors.Client.Api;

namespace OrderActors.Tools.Chaos;

/// <summary>Customers who want to be told how their orders get on: without any, nobody would notice a provider of messages that is away.</summary>
internal static class Contacts
{
    /// <summary>So many of the first customers, who order in the first seconds.</summary>
    private const int Customers = 300;

    private const int AtOnce = 8;

    /// <summary>Gives them telephones.</summary>
    public static async Task SetAsync(Load.Traffic.Town town, Uri gateway, string? key, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var api = new OrderActorsClient(http);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Customers),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (n, ct) =>
            {
                var contact = new ContactRequest { Phone = string.Create(CultureInfo.InvariantCulture, $"+4915100{n:D5}"), Sms = true };
                await api.SetContactAsync(town.Customer(n), contact, cancellationToken: ct);
            });
    }
}
