using System.Collections.Immutable;
using System.Text.Json;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Broadcast;

public sealed class CloudEventTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static LoggedEvent Order(OrderNumber number, string? detail = null, string customer = "anna") => new(
        5, 42,
        new OrderEvent(
            EventTypes.OrderCanceled, Noon, new Actor(Role.Customer, customer), 3, number, customer, "m1", "town", "k1", OrderStatus.Canceled,
            DeliveryStatus.Canceled, PaymentStatus.None, CancelReason.CustomerRequest, new GeoPoint(52.5, 13.4), new GeoPoint(52.123456, 13.654321), Noon,
            null, [], Detail: detail));

    private static JsonElement Json(FeedEvent e) => JsonDocument.Parse(e.Json).RootElement;

    [Fact]
    public void An_event_has_what_CloudEvents_asks_for_and_the_same_id_every_time()
    {
        var number = OrderNumber.Create(7, 0, 3, 5, 0);
        var e = CloudEvents.Of(Order(number));
        Assert.Equal(e.Json, CloudEvents.Of(Order(number)).Json);
        var json = Json(e);
        Assert.Equal("1.0", json.GetProperty("specversion").GetString());
        Assert.Equal("evt_005000000000042", json.GetProperty("id").GetString());
        Assert.Equal($"/v1/orders/{number}", json.GetProperty("source").GetString());
        Assert.Equal("com.orderactors.order.canceled.v1", json.GetProperty("type").GetString());
        Assert.Equal("0000000000000000042", json.GetProperty("sequence").GetString());
        Assert.True(json.GetProperty("livemode").GetBoolean());
        var data = json.GetProperty("data");
        Assert.Equal("canceled", data.GetProperty("status").GetString());
        Assert.Equal("customer_request", data.GetProperty("reason").GetString());
        Assert.Equal("anna", data.GetProperty("actor").GetProperty("id").GetString());
        Assert.True(CloudEvents.TryParseId(e.Id, out var partition, out var sequence));
        Assert.Equal((5, 42L), (partition, sequence));
    }

    [Fact]
    public void Nothing_says_where_somebody_lives_or_what_somebody_typed()
    {
        var e = CloudEvents.Of(Order(OrderNumber.Create(7, 0, 3, 5, 0), detail: "Ring twice at Anna Smith, 2nd floor"));
        Assert.DoesNotContain("13.65", e.Json, StringComparison.Ordinal);
        Assert.DoesNotContain("Smith", e.Json, StringComparison.Ordinal);
        var code = CloudEvents.Of(Order(OrderNumber.Create(7, 0, 3, 5, 0), detail: "late"));
        Assert.Equal("late", Json(code).GetProperty("data").GetProperty("detail").GetString());
    }

    [Fact]
    public void Test_events_say_so_and_show_ids_as_their_callers_know_them()
    {
        var e = CloudEvents.Of(Order(OrderNumber.Create(7, 9, 3, 5, 0), customer: "~anna"));
        Assert.False(e.Live);
        Assert.False(Json(e).GetProperty("livemode").GetBoolean());
        Assert.Equal("anna", e.Customer);
        Assert.DoesNotContain('~', e.Json);
        Assert.False(new FeedScope(FeedAudience.Operator, "", Live: true).Includes(e));
        Assert.True(new FeedScope(FeedAudience.Customer, "anna", Live: false).Includes(e));
    }

    [Fact]
    public void Whoever_asks_sees_its_own_and_what_it_asked_for()
    {
        var e = CloudEvents.Of(Order(OrderNumber.Create(7, 0, 3, 5, 0)));
        Assert.True(new FeedScope(FeedAudience.Courier, "k1", Live: true).Includes(e));
        Assert.False(new FeedScope(FeedAudience.Courier, "k2", Live: true).Includes(e));
        Assert.False(new FeedScope(FeedAudience.Merchant, "m2", Live: true).Includes(e));
        Assert.False(new FeedScope(FeedAudience.Partner, "p1", Live: true).Includes(e));
        var all = new FeedScope(FeedAudience.Operator, "", Live: true);
        Assert.True(new FeedFilter(all, ["order.*"], Merchant: "m1").Includes(e));
        Assert.False(new FeedFilter(all, ["order.created", "courier.*"]).Includes(e));
        Assert.False(new FeedFilter(all, [], Customer: "ben").Includes(e));
    }

    [Fact]
    public void A_type_that_is_switched_off_stays_off_until_it_is_switched_on_and_both_are_remembered()
    {
        var by = new Actor(Role.Operator, "olga");
        var off = EmissionLifecycle.Set(new EmissionState(), new SetEmission("1", by, EventTypes.OrderCreated, false, "too many"), Noon);
        Assert.False(Assert.Single(off.Reply.Emission!.Switched).Emitted);
        Assert.Same(off.State, EmissionLifecycle.Set(off.State, new SetEmission("1", by, EventTypes.OrderCreated, false, "too many"), Noon).State);
        var on = EmissionLifecycle.Set(off.State, new SetEmission("2", by, EventTypes.OrderCreated, true), Noon);
        Assert.True(Assert.Single(on.State.Switched).Emitted);
        Assert.Equal(2, on.State.Changes.Length);
        Assert.Equal(RefusalCode.NotFound, EmissionLifecycle.Set(on.State, new SetEmission("3", by, "order.invented", false), Noon).Reply.Refusal!.Code);
        Assert.Equal(
            RefusalCode.Forbidden,
            EmissionLifecycle.Set(on.State, new SetEmission("4", new Actor(Role.Merchant, "m1"), EventTypes.OrderCreated, false), Noon).Reply.Refusal!.Code);
    }
}
