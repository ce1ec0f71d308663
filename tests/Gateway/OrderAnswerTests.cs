using OrderActors.Client.Http;
using OrderActors.Client.Orders;
using OrderActors.Dispatch;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>How orders are shown, to whom, and which command each route gives: seen with grains that answer as they are told.</summary>
public sealed class OrderAnswerTests : IAsyncLifetime
{
    private static readonly OrderNumber Number = OrderNumber.Create(1, 0, 0, 7, 9);
    private static readonly Actor Customer = new(Role.Customer, "c1");
    private static readonly Actor Merchant = new(Role.Merchant, "m1");
    private static readonly Actor Operator = new(Role.Operator, "ops");

    private static readonly OrderView Plain = new(
        Number, 3, OrderStatus.Preparing, DeliveryStatus.Assigned, PaymentStatus.None, SettlementStatus.Open, "c1", "m1", "z1", "k1", 1,
        [new PricedLine("noodles", "Nüdeln <scharf>", 2, 900)], new Money(1800, "EUR"), new GeoPoint(52.5, 13.4), new GeoPoint(52.6, 13.5), null,
        CancelReason.None, DateTimeOffset.UnixEpoch, null, [new Deadline(DeadlineKind.Pickup, DateTimeOffset.UnixEpoch)],
        ["ready", "cancel", "assign", "pick_up"],
        [new TimelineEntry(1, "order.received", DateTimeOffset.UnixEpoch, Customer)]);

    private readonly ScriptedGrains _grains = new();
    private readonly List<OrderCommand> _given = [];
    private SiloApp? _app;
    private Api? _api;

    private Api Api => _api!;

    public async Task InitializeAsync()
    {
        _grains.Answer = (method, args) =>
        {
            if (method == "Get") return Plain;
            _given.Add((OrderCommand)args[0]!);
            return new OrderReply(Plain, null);
        };
        (_app, _api) = await _grains.Start("--DrainTimeoutSeconds", "1");
    }

    public async Task DisposeAsync()
    {
        _api!.Dispose();
        await _app!.DrainAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_plain_order_is_short()
    {
        var answer = (await Api.Get("/v1/orders/" + Number)).Expect(200);
        Assert.Equal("\"3\"", answer.Header("etag"));
        Assert.Equal("application/json; charset=utf-8", answer.Header("content-type"));
        Assert.Equal(
            $$$"""
            {"number":"{{{Number}}}","version":3,"kind":"delivery","status":"preparing",
            "delivery_status":"assigned","payment_status":"none","settlement_status":"open","frozen":false,
            "customer":"c1","merchant":"m1","zone":"z1","courier":"k1","attempt":1,
            "lines":[{"item":"noodles","name":"Nüdeln <scharf>","quantity":2,"unit_price":900}],
            "total":{"amount":1800,"currency":"EUR"},"payment_method":"cash",
            "pickup":{"latitude":52.5,"longitude":13.4},"dropoff":{"latitude":52.6,"longitude":13.5},
            "created_at":"1970-01-01T00:00:00.000Z","deadlines":[{"kind":"pickup","due":"1970-01-01T00:00:00.000Z"}],
            "proposals":[],"allowed":["ready","cancel","pickup"],
            "timeline":[{"version":1,"type":"order.received","at":"1970-01-01T00:00:00.000Z","by":{"role":"customer","id":"c1"}}]}
            """.ReplaceLineEndings(""),
            answer.Text);
    }

    [Fact]
    public async Task Why_dispatch_chose_a_courier_is_for_operators_to_read()
    {
        var other = OrderNumber.Create(2, 0, 0, 7, 9);
        var order = Plain with
        {
            Timeline =
            [
                new TimelineEntry(3, "delivery.assigned", DateTimeOffset.UnixEpoch, Actor.System, "k1", new AssignmentChoice(
                    ChoiceBasis.OutOfWork, "z1/0", TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(2), DateTimeOffset.UnixEpoch, 7,
                    TimeSpan.FromMinutes(4), [other, Number])),
            ],
        };
        _grains.Answer = (_, _) => order;
        var choice = (await Api.Get($"/v1/orders/{Number}/timeline")).Expect(200).Json.GetProperty("data")[0].GetProperty("choice");
        Assert.Equal(
            $$$"""
            {"basis":"out_of_work","zone":"z1/0","drive_seconds":90,"wait_seconds":120,"pickup_at":"1970-01-01T00:00:00.000Z",
            "considered":7,"next_drive_seconds":240,"with":["{{{other}}}"]}
            """.ReplaceLineEndings(""),
            choice.GetRawText());
        foreach (var kind in new[] { Callers.Customer, Callers.Merchant, Callers.Courier, Callers.Partner })
            Assert.Null(TimelineEntryBody.From(order, new Caller("key", kind, "c1", Live: true)).Single().Choice);
    }

    [Fact]
    public async Task An_order_with_everything_shows_everything_but_the_pin()
    {
        var lines = Plain.Lines.Add(new("cake", "Cake", 1, 500, ["cream"]));
        _grains.Answer = (_, _) => Plain with
        {
            Status = OrderStatus.Delivered,
            Frozen = true,
            Lines = lines,
            Bill = new("EUR", 2300, 290, 100, 200, 150, 2290),
            PaymentMethod = PaymentMethod.Card,
            Coupon = "LUNCH",
            ScheduledFor = DateTimeOffset.UnixEpoch,
            ExternalId = "a-1",
            Proposals = [new(1, Merchant, lines, new(2290, "EUR"), ProposalStatus.Approved)],
            Proof = new("1234", "https://x.example/p", null, "ab"),
            Pin = "1234",
            Deadlines = [],
            Allowed = ["unfreeze"],
        };
        var answer = (await Api.Get("/v1/orders/" + Number)).Expect(200);
        const string Lines =
            """
            [{"item":"noodles","name":"Nüdeln <scharf>","quantity":2,"unit_price":900},
            {"item":"cake","name":"Cake","quantity":1,"unit_price":500,"options":["cream"]}]
            """;
        (string Member, string Json)[] members =
        [
            ("lines", Lines.ReplaceLineEndings("")),
            ("bill", """{"currency":"EUR","subtotal":2300,"delivery_fee":290,"merchant_discount":100,"platform_discount":200,"total":2290,"due":2290}"""),
            ("payment_method", "card"), ("coupon", "LUNCH"), ("frozen", "True"), ("external_id", "a-1"), ("scheduled_for", "1970-01-01T00:00:00.000Z"),
            ("proposals", $$$"""
                [{"number":1,"status":"approved","by":{"role":"merchant","id":"m1"},"lines":{{{Lines.ReplaceLineEndings("")}}},
                "total":{"amount":2290,"currency":"EUR"}}]
                """.ReplaceLineEndings("")),
            ("proof", """{"pin_checked":true,"photo_url":"https://x.example/p","hash":"ab"}"""), ("allowed", """["unfreeze"]"""),
        ];
        foreach (var (member, json) in members) Assert.Equal(json, answer[member]);
        Assert.DoesNotContain("1234", answer.Text, StringComparison.Ordinal);

        var modifications = (await Api.Get($"/v1/orders/{Number}/modifications")).Expect(200);
        Assert.Equal((answer["proposals"], answer.Header("etag")), (modifications["data"], modifications.Header("etag")));
    }

    [Fact]
    public async Task Only_who_places_an_order_is_told_its_pin()
    {
        _grains.Answer = (method, _) => method is "Place" or "Execute"
            ? new OrderReply(Plain with { Pin = "0042" }, null, Replayed: method == "Place")
            : Plain with { Pin = "0042", Proof = new("9999") };
        Assert.Equal("0042", (await Api.Post("/v1/orders", Order())).Expect(201)["pin"]);
        Assert.Null((await Api.Post($"/v1/orders/{Number}/ready")).Expect(200)["pin"]);
        var read = (await Api.Get("/v1/orders/" + Number)).Expect(200);
        Assert.Null(read["pin"]);
        Assert.Equal("""{"pin_checked":false}""", read["proof"]);
    }

    [Fact]
    public async Task Voucher_codes_are_shown_when_the_order_is_fulfilled_and_not_before()
    {
        var order = Plain with { Kind = OrderKind.Virtual, Status = OrderStatus.AwaitingPayment, Virtual = new(30, 2) };
        _grains.Answer = (_, _) => order;
        var unpaid = (await Api.Get("/v1/orders/" + Number)).Expect(200);
        Assert.Equal("""{"membership_days":30,"vouchers":2}""", unpaid["virtual"]);
        Assert.Null(unpaid["dropoff"]);

        order = order with { Status = OrderStatus.Delivered };
        Assert.Equal(
            $$"""{"membership_days":30,"vouchers":2,"voucher_codes":["{{Number}}-V1","{{Number}}-V2"]}""",
            (await Api.Get("/v1/orders/" + Number)).Expect(200)["virtual"]);
    }

    [Fact]
    public async Task An_order_that_is_still_being_placed_is_accepted_for_now_and_claims_no_place()
    {
        var order = Plain with { Status = OrderStatus.Received, Zone = "", Pickup = default, Lines = [], Bill = null };
        _grains.Answer = (_, _) => new OrderReply(order, null);
        var answer = (await Api.Post("/v1/orders", Order())).Expect(202);
        Assert.Equal(("received", null, null, null), (answer["status"], answer["zone"], answer["pickup"], answer["bill"]));
        Assert.Equal("/v1/orders/" + Number, answer.Header("location"));
    }

    [Fact]
    public async Task Everything_about_a_new_order_reaches_the_grain()
    {
        (await Api.Post("/v1/orders", Order())).Expect(201);
        Assert.Equal(
            new PlaceOrder(_given[0].Id, Customer, "c1", "m1", _given.OfType<PlaceOrder>().Single().Lines, new(900, "EUR"), new(52.5, 13.4)),
            _given[0]);

        _given.Clear();
        (await Api.Post("/v1/orders", new
        {
            customer = "c1",
            merchant = "m1",
            lines = new[] { new { item = "noodles", quantity = 1, options = new[] { "large", "hot" } } },
            total = new { amount = 900, currency = "EUR" },
            dropoff = new { latitude = 52.5, longitude = 13.4 },
            note = "n",
            kind = "pickup",
            scheduled_for = "2026-11-21T13:00:00+01:00",
            coupon = "Lunch-1",
            payment = new { method = "card", source = "tok" },
            external_id = "a-1",
            require_pin = true,
        })).Expect(201);
        var placed = (PlaceOrder)_given.Single();
        Assert.Equal(["large", "hot"], placed.Lines.Single().Options.AsEnumerable());
        Assert.Equal(
            new PlaceOrder(
                placed.Id, Customer, "c1", "m1", placed.Lines, new(900, "EUR"), default, "n", OrderKind.Pickup,
                new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero), "LUNCH-1", PaymentMethod.Card, "tok", "a-1", RequirePin: true),
            placed);
    }

    [Fact]
    public async Task Every_action_gives_its_command()
    {
        var customer = new { role = "customer", id = "c1" };
        var merchant = new { role = "merchant", id = "m1" };
        var ops = new { role = "operator", id = "ops" };
        var courier = new Actor(Role.Courier, "k1");
        (string Path, object? Body, OrderCommand Command)[] actions =
        [
            ("orders/#/pay", new { source = "tok" }, new PayOrder("", Customer, "tok")),
            ("orders/#/pay", new { source = "tok", actor = ops }, new PayOrder("", Operator, "tok")),
            ("orders/#/collect", null, new CollectOrder("", Merchant)),
            ("orders/#/cancel", new { reason = "operator_decision", actor = ops, waive_fee = true },
                new CancelOrder("", Operator, CancelReason.OperatorDecision, WaiveFee: true)),
            ("orders/#/modifications/2/approve", new { actor = merchant }, new ResolveModification("", Merchant, 2, Approve: true)),
            ("orders/#/modifications/2/decline", new { actor = customer }, new ResolveModification("", Customer, 2, Approve: false)),
            ("orders/#/freeze", new { reason = "why", actor = ops }, new FreezeOrder("", Operator, "why")),
            ("orders/#/unfreeze", new { reason = "why", actor = ops }, new UnfreezeOrder("", Operator, "why")),
            ("orders/#/override", new { to = "returned", reason = "why", actor = ops }, new OverrideOrder("", Operator, OrderStatus.Returned, "why")),
            ("deliveries/#/complete", new { courier = "k1" }, new AdvanceDelivery("", courier, CourierStep.Deliver)),
            ("deliveries/#/complete", new { courier = "k1", proof = new { } }, new AdvanceDelivery("", courier, CourierStep.Deliver)),
            ("deliveries/#/complete", new { courier = "k1", proof = new { pin = "1", photo_url = "p", signature_url = "s", hash = "h" } },
                new AdvanceDelivery("", courier, CourierStep.Deliver, new("1", "p", "s", "h"))),
            ("deliveries/#/fail", new { courier = "k1", reason = "address_wrong" }, new FailDelivery("", courier, CancelReason.AddressWrong)),
            ("deliveries/#/fail", new { actor = ops, reason = "courier_unable" }, new FailDelivery("", Operator, CancelReason.CourierUnable)),
            ("deliveries/#/return", new { courier = "k1" }, new ReturnGoods("", courier)),
            ("deliveries/#/return", new { actor = merchant }, new ReturnGoods("", Merchant)),
        ];
        foreach (var (path, body, command) in actions)
        {
            _given.Clear();
            (await Api.Post("/v1/" + path.Replace("#", Number.ToString(), StringComparison.Ordinal), body)).Expect(200);
            Assert.Equal(command, _given.Single() with { Id = "" });
        }

        _given.Clear();
        var lines = new[] { new { item = "noodles", quantity = 3, options = new[] { "hot" } } };
        (await Api.Post($"/v1/orders/{Number}/modifications", new { lines, actor = customer })).Expect(200);
        var proposed = Assert.IsType<ProposeModification>(_given.Single());
        Assert.Equal(("noodles", 3, "hot", Customer), (proposed.Lines[0].Item, proposed.Lines[0].Quantity, proposed.Lines[0].Options[0], proposed.By));
    }

    [Fact]
    public async Task A_preview_asks_and_does_nothing_and_needs_no_key()
    {
        string? asked = null;
        _grains.Answer = (method, _) =>
        {
            asked = method;
            return new OrderReply(Plain with { Status = OrderStatus.Canceled, Bill = new("EUR", 1800, 0, 0, 0, 0, 900) }, null);
        };
        var body = new { reason = "customer_request", actor = new { role = "customer", id = "c1" } };
        var answer = (await Api.Send(HttpMethod.Post, $"/v1/orders/{Number}/cancel?preview=true", body)).Expect(200);
        Assert.Equal(("Preview", "canceled", """{"amount":900,"currency":"EUR"}"""), (asked, answer["status"], answer["fee"]));
        Assert.Null(answer.Header("etag"));
        Assert.Null((await Api.Post($"/v1/orders/{Number}/cancel?preview=false", body)).Expect(200)["fee"]);
        Assert.Equal("Execute", asked);
    }

    [Fact]
    public async Task An_answer_to_another_proposal_than_the_open_one_names_the_part_of_the_address()
    {
        _grains.Answer = (_, _) => new OrderReply(Plain, Refusal.Invalid("/proposal", "1", "2, the one that waits for its answer"));
        var answer = await Api.Post($"/v1/orders/{Number}/modifications/1/approve", new { actor = new { role = "customer", id = "c1" } });
        answer.ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", value: "1", allowed: ["2, the one that waits for its answer"]);
        Assert.Equal("modification", answer.Error.GetProperty("parameter").GetString());
        Assert.Equal("preparing", answer.Json.GetProperty("order").GetProperty("status").GetString());
    }

    private static object Order() => new
    {
        customer = "c1",
        merchant = "m1",
        lines = new[] { new { item = "noodles", quantity = 1 } },
        total = new { amount = 900, currency = "EUR" },
        dropoff = new { latitude = 52.5, longitude = 13.4 },
    };
}
