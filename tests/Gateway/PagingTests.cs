using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>Long lists, page by page.</summary>
[Collection(SharedSilo.Name)]
public sealed class PagingTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task A_hundred_and_fifty_orders_come_page_by_page_newest_first_and_once_each()
    {
        var town = await Town.Open(Api);
        (await Api.Put($"/v1/customers/{town.Customer}/limit", new { max_open_orders = 150 })).Expect(200);
        var placed = new List<string>();
        for (var i = 0; i < 150; i++) placed.Add(await town.Place());
        var newestFirst = placed.AsEnumerable().Reverse().ToArray();

        foreach (var list in new[] { $"/v1/orders?customer={town.Customer}&", $"/v1/merchants/{town.Merchant}/orders?" })
        {
            Assert.Equal(newestFirst, await Read(list, 40));
            Assert.Equal(newestFirst, await Read(list, 200));
        }

        for (var i = 0; i < 150; i += 10) (await town.Do(placed[i], "accept")).Expect(200);
        var accepted = placed.Where((_, i) => i % 10 == 0).Reverse();
        Assert.Equal(accepted, await Read($"/v1/orders?merchant={town.Merchant}&status=preparing&", 4));
        Assert.Equal(50, Town.Numbers((await Api.Get($"/v1/customers/{town.Customer}/orders")).Expect(200).Json).Count());
    }

    [Fact]
    public async Task Orders_placed_while_reading_do_not_move_the_pages()
    {
        var town = await Town.Open(Api);
        var placed = new List<string>();
        for (var i = 0; i < 6; i++) placed.Add(await town.Place());
        var page = (await Api.Get($"/v1/orders?customer={town.Customer}&limit=3")).Expect(200);
        await town.Place();
        var rest = (await Api.Get($"/v1/orders?customer={town.Customer}&limit=3&cursor={page["next_cursor"]}")).Expect(200);
        Assert.Equal(placed.AsEnumerable().Reverse(), Town.Numbers(page.Json).Concat(Town.Numbers(rest.Json)));
    }

    [Fact]
    public async Task Orders_are_found_by_when_they_were_created()
    {
        var town = await Town.Open(Api);
        var placed = new List<(string Number, string At)>();
        for (var i = 0; i < 5; i++)
        {
            var order = (await Api.Post("/v1/orders", town.Order())).Expect(201);
            placed.Add((order["number"]!, order.Json.GetProperty("created_at").GetString()!));
        }

        var (from, until) = (placed[1].At, placed[3].At);
        var expected = placed.Where(o => string.CompareOrdinal(o.At, from) >= 0 && string.CompareOrdinal(o.At, until) < 0).Select(o => o.Number).Reverse();
        foreach (var list in new[]
        {
            $"/v1/orders?customer={town.Customer}&", $"/v1/orders?merchant={town.Merchant}&", $"/v1/merchants/{town.Merchant}/orders?",
            $"/v1/customers/{town.Customer}/orders?",
        })
        {
            var milliseconds = $"created_after={from}&created_before={until}&";
            Assert.Equal(expected, await Read(list + milliseconds, 2));
            Assert.Empty(await Read($"{list}created_before=2024-02-01T00:00:00%2B01:00&", 50));
            Assert.Empty(await Read($"{list}created_after=2100-01-01T00:00:00Z&", 50));
            Assert.Empty(await Read($"{list}status=delivered&created_after={from}&", 50));
        }

        (await Api.Get($"/v1/orders?customer={town.Customer}&created_after=yesterday")).ExpectProblem(400, "malformed").ExpectFault("wrong_type");
        (await Api.Get($"/v1/orders?customer={town.Customer}&created_before=2026-01-01T00:00:00")).ExpectProblem(400, "malformed");
    }

    private async Task<List<string?>> Read(string list, int limit)
    {
        var numbers = new List<string?>();
        string? cursor = null;
        do
        {
            var page = (await Api.Get($"{list}limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200);
            var found = Town.Numbers(page.Json).ToArray();
            Assert.InRange(found.Length, 0, limit);
            numbers.AddRange(found);
            cursor = page["next_cursor"];
            Assert.Equal(cursor is not null, page["has_more"] == "True");
        }
        while (cursor is not null);
        return numbers;
    }
}
