using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>Requests that do not have the shape the API defines: refused before any grain is asked, every fault named.</summary>
public sealed class MalformedRequestTests : IAsyncLifetime
{
    private const string Order =
        """
        {"customer":"c1","merchant":"m1","lines":[{"item":"noodles","quantity":2}],
        "total":{"amount":1800,"currency":"EUR"},"dropoff":{"latitude":52.5,"longitude":13.4}}
        """;

    private const string Head =
        "POST /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + Api.OperatorKey + "\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\n";

    private readonly ScriptedGrains _grains = new() { Answer = (method, _) => throw new InvalidOperationException($"A grain was asked: {method}.") };
    private SiloApp? _app;
    private Api? _api;

    private Api Api => _api!;

    public async Task InitializeAsync() => (_app, _api) = await _grains.Start("--MaxBodyBytes", "2048");

    public async Task DisposeAsync()
    {
        _api!.Dispose();
        await _app!.DrainAsync();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("{\"customer\":", "line 1, byte 13")]
    [InlineData("{\n  \"customer\": c1\n}", "line 2, byte 15")]
    [InlineData("hello", "line 1, byte 1")]
    [InlineData("{\"customer\":\"c1\",}", "line 1, byte 18")]
    [InlineData("{} {}", "line 1, byte 4")]
    public async Task A_body_that_is_not_json_says_where(string text, string place)
    {
        var answer = (await Api.PostText("/v1/orders", text)).ExpectProblem(400, "malformed");
        Assert.Contains(place, answer["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n ")]
    public async Task An_empty_body_is_called_empty(string text)
    {
        var answer = (await Api.PostText("/v1/orders", text)).ExpectProblem(400, "malformed");
        Assert.Contains("empty", answer["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"customer\":\"c1\"", "\"customer\":\"c1\",\"tip\":5", "unknown_member", "/tip", "tip")]
    [InlineData("\"item\":\"noodles\"", "\"item\":\"noodles\",\"size/big\":5", "unknown_member", "/lines/0/size~1big", "size/big")]
    [InlineData("\"customer\":\"c1\",", "", "required", "/customer", null)]
    [InlineData("\"quantity\":2", "\"extra\":2", "unknown_member", "/lines/0/extra", "extra")]
    [InlineData(",\"longitude\":13.4", "", "required", "/dropoff/longitude", null)]
    [InlineData("\"quantity\":2", "\"quantity\":\"two\"", "wrong_type", "/lines/0/quantity", "two")]
    [InlineData("\"quantity\":2", "\"quantity\":1.5", "out_of_range", "/lines/0/quantity", "1.5")]
    [InlineData("\"quantity\":2", "\"quantity\":99999999999", "out_of_range", "/lines/0/quantity", "99999999999")]
    [InlineData("\"customer\":\"c1\"", "\"customer\":7", "wrong_type", "/customer", "7")]
    [InlineData("\"customer\":\"c1\"", "\"customer\":null", "null_not_allowed", "/customer", null)]
    [InlineData("{\"item\":\"noodles\",\"quantity\":2}", "null", "null_not_allowed", "/lines/0", null)]
    [InlineData("\"item\":\"noodles\"", "\"item\":null", "null_not_allowed", "/lines/0/item", null)]
    [InlineData("[{\"item\":\"noodles\",\"quantity\":2}]", "{}", "wrong_type", "/lines", null)]
    [InlineData("{\"amount\":1800,\"currency\":\"EUR\"}", "1800", "wrong_type", "/total", "1800")]
    [InlineData("\"customer\":\"c1\"", "\"customer\":\"c1\",\"customer\":\"c2\"", "duplicate_member", "/customer", null)]
    [InlineData(",\"dropoff\":{\"latitude\":52.5,\"longitude\":13.4}", "", "required", "/dropoff", null)]
    [InlineData("\"customer\":\"c1\"", "\"customer\":\"c1\",\"kind\":\"drone\"", "unknown_value", "/kind", "drone")]
    [InlineData("\"customer\":\"c1\"", "\"customer\":\"c1\",\"payment\":{\"method\":\"shells\"}", "unknown_value", "/payment/method", "shells")]
    [InlineData("\"customer\":\"c1\"", "\"customer\":\"c1\",\"payment\":{}", "required", "/payment/method", null)]
    [InlineData("\"customer\":\"c1\"", "\"customer\":\"c1\",\"scheduled_for\":\"2026-11-21T12:00:00\"", "out_of_range", "/scheduled_for", null)]
    [InlineData("\"latitude\":52.5", "\"latitude\":\"north\"", "wrong_type", "/dropoff/latitude", "north")]
    [InlineData("\"quantity\":2", "\"quantity\":2,\"options\":[\"large\",null]", "null_not_allowed", "/lines/0/options/1", null)]
    [InlineData("\"amount\":1800", "\"amount\":99999999999999999999", "out_of_range", "/total/amount", "99999999999999999999")]
    public async Task A_body_of_another_shape_names_the_place(string from, string to, string code, string pointer, string? value)
    {
        var text = Order.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Order, text);
        (await Api.PostText("/v1/orders", text)).ExpectProblem(400, "malformed").ExpectFault(code, pointer, value);
    }

    [Fact]
    public async Task Every_fault_is_named_at_once()
    {
        var answer = (await Api.PostText("/v1/orders", """{"customer":1,"lines":[],"total":{"amount":"x","currency":"EUR"},"dropof":{}}"""))
            .ExpectProblem(400, "malformed");
        Assert.Equal(
            ["/customer", "/total/amount", "/dropof", "/merchant"],
            answer.Json.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()));
    }

    [Fact]
    public async Task An_unknown_member_is_told_the_members_there_are()
    {
        var answer = (await Api.PostText("/v1/couriers", """{"id":"k1","name":"Kim","speed":3}""")).ExpectProblem(400, "malformed");
        answer.ExpectFault("unknown_member", "/speed", "speed", "id", "name", "zone", "capacity", "vehicle", "accepts_offers_by_hand");
    }

    [Fact]
    public async Task An_unknown_value_of_an_enumeration_is_told_the_values_there_are()
    {
        (await Api.Put("/v1/merchants/m1/status", new { status = "opened" }))
            .ExpectProblem(400, "malformed").ExpectFault("unknown_value", "/status", "opened", "closed", "open", "busy", "paused");
        (await Api.Post("/v1/orders/00000000000000000000/reject", new { reason = "none" })).ExpectProblem(400, "malformed").ExpectFault(
            "unknown_value", "/reason", "none",
            [.. Enum.GetValues<CancelReason>().Where(r => r != CancelReason.None).Select(r => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{r}"))]);
        (await Api.Post("/v1/orders/00000000000000000000/cancel", new { reason = "customer_request", actor = new { role = "system", id = "x" } }))
            .ExpectProblem(400, "malformed").ExpectFault("unknown_value", "/actor/role", "system", "customer", "merchant", "courier", "operator");
    }

    [Fact]
    public async Task An_enumeration_is_no_number()
    {
        var answer = (await Api.Put("/v1/merchants/m1/status", new { status = 1 })).ExpectProblem(400, "malformed");
        answer.ExpectFault("wrong_type", "/status", "1", "closed", "open", "busy", "paused");
    }

    [Theory]
    [InlineData("2026-11-21T12:00:00")]
    [InlineData("2026-11-21")]
    [InlineData("tomorrow")]
    public async Task A_time_needs_its_offset(string until)
    {
        var answer = (await Api.Put("/v1/couriers/k1/duty", new { status = "online", until })).ExpectProblem(400, "malformed");
        answer.ExpectFault("out_of_range", "/until", until);
        Assert.Contains("RFC 3339", answer["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_not_text()
    {
        (await Api.PostText("/v1/couriers", """{"id":"k1","name":"\ud800"}""")).ExpectProblem(400, "malformed");
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_not_text()
    {
        using var content = new ByteArrayContent([.. "{\"id\":\"k1\",\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (await Api.SendContent(HttpMethod.Post, "/v1/couriers", content, Api.NewKey())).ExpectProblem(400, "malformed");
    }

    [Fact]
    public async Task Nesting_without_end_is_refused()
    {
        (await Api.PostText("/v1/orders", new string('[', 500))).ExpectProblem(400, "malformed");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Another_content_type_is_415(string type)
    {
        (await Api.PostText("/v1/orders", Order, type)).ExpectProblem(415, "unsupported_media_type").ExpectFault("unsupported_media_type", value: type);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_with_or_without_a_length()
    {
        var large = Order.Replace("c1", new string('c', 4096), StringComparison.Ordinal);
        var answer = (await Api.PostText("/v1/orders", large)).ExpectProblem(413, "body_too_large");
        Assert.Contains("2048", answer["detail"], StringComparison.Ordinal);

        using var content = new StreamContent(new Unmeasured(System.Text.Encoding.UTF8.GetBytes(large)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (await Api.SendContent(HttpMethod.Post, "/v1/orders", content, Api.NewKey())).ExpectProblem(413, "body_too_large");
    }

    [Theory]
    [InlineData("Content-Length: 4096", 4096)]
    [InlineData("Transfer-Encoding: chunked", 4096)]
    public async Task A_connection_outlives_a_body_somewhat_over_the_limit(string framing, int bytes)
    {
        var body = new string('c', bytes);
        if (framing.EndsWith("chunked", StringComparison.Ordinal)) body = $"{bytes:x}\r\n{body}\r\n0\r\n\r\n";
        await using var connection = await RawConnection.Open(Api.Url);
        for (var i = 0; i < 3; i++)
        {
            await connection.Send($"{Head}{framing}\r\n\r\n{body}");
            var answer = await connection.ReadAnswer();
            Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_body_far_over_the_limit_is_refused_unread_and_the_answer_says_that_the_connection_closes()
    {
        await using var connection = await RawConnection.Open(Api.Url);
        await connection.Send($"{Head}Content-Length: 1000000000\r\n\r\n");
        var answer = await connection.ReadAnswer();
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
        Assert.True(await connection.IsClosed());
    }

    [Fact]
    public async Task A_body_within_the_limit_may_come_in_pieces()
    {
        using var content = new StreamContent(new Unmeasured(System.Text.Encoding.UTF8.GetBytes("""{"id":"k 1","name":"Kim"}"""), piece: 3));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var answer = await Api.SendContent(HttpMethod.Post, "/v1/couriers", content, Api.NewKey());
        answer.ExpectProblem(422, "validation_failed").ExpectFault("invalid_id", "/id", "k 1");
    }

    [Theory]
    [InlineData("123", "20 digits; this one has 3 characters")]
    [InlineData("1234567890123456789x", "character 20 is 'x'")]
    [InlineData("00000000000000000001", "check digit")]
    public async Task A_bad_order_number_says_what_is_wrong(string number, string what)
    {
        (HttpMethod Method, string Path, object? Body)[] requests =
        [
            (HttpMethod.Get, $"/v1/orders/{number}", null),
            (HttpMethod.Get, $"/v1/orders/{number}/timeline", null),
            (HttpMethod.Post, $"/v1/orders/{number}/accept", null),
            (HttpMethod.Post, $"/v1/deliveries/{number}/pickup", new { courier = "k1" }),
        ];
        foreach (var (method, path, body) in requests)
        {
            var answer = (await Api.Send(method, path, body, Api.NewKey())).ExpectProblem(400, "invalid_order_number");
            answer.ExpectFault("invalid_order_number", value: number);
            Assert.Equal("number", answer.Error.GetProperty("parameter").GetString());
            Assert.Contains(what, answer["detail"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/merchants/a%20b")]
    [InlineData("/v1/couriers/%C3%A9")]
    [InlineData("/v1/customers/a.b/orders")]
    [InlineData("/v1/zones/a%2Fb")]
    [InlineData("/v1/orders?customer=a%20b")]
    public async Task A_bad_id_in_the_address_is_refused(string path)
    {
        (await Api.Get(path)).ExpectProblem(400, "malformed").ExpectFault("invalid_id");
    }

    [Theory]
    [InlineData("/v1/orders", "required")]
    [InlineData("/v1/orders?customer=c1&merchant=m1", "required")]
    [InlineData("/v1/orders?customer=c1&customer=c2", "duplicate_parameter")]
    [InlineData("/v1/orders?customer=c1&limit=0", "out_of_range")]
    [InlineData("/v1/orders?customer=c1&limit=201", "out_of_range")]
    [InlineData("/v1/orders?customer=c1&limit=ten", "out_of_range")]
    [InlineData("/v1/orders?customer=c1&status=lost", "unknown_value")]
    [InlineData("/v1/orders?customer=c1&status=none", "unknown_value")]
    [InlineData("/v1/orders?customer=c1&page=2", "unknown_parameter")]
    [InlineData("/v1/customers/c1/orders?stat=ready", "unknown_parameter")]
    [InlineData("/v1/orders?customer=c1&cursor=", "invalid_cursor")]
    [InlineData("/v1/orders?customer=c1&external_id=x", "required")]
    [InlineData("/v1/orders?external_id=two%20words", "invalid_id")]
    [InlineData("/v1/orders?external_id=x&cursor=MQ", "invalid_cursor")]
    public async Task A_bad_parameter_is_named(string path, string code)
    {
        (await Api.Get(path)).ExpectProblem(400, "malformed").ExpectFault(code);
    }

    [Fact]
    public async Task An_unknown_route_and_a_wrong_method_are_problems_too()
    {
        (await Api.Get("/v1/nothing")).ExpectProblem(404, "unknown_route");
        (await Api.Get("/")).ExpectProblem(404, "unknown_route");
        var answer = (await Api.Send(HttpMethod.Delete, "/v1/orders")).ExpectProblem(405, "method_not_allowed");
        Assert.Equal("GET, POST", answer.Header("allow"));
    }

    [Fact]
    public async Task A_post_that_changes_something_needs_a_key()
    {
        string[] paths =
        [
            "/v1/orders", "/v1/merchants", "/v1/couriers",
            .. new[]
            {
                "accept", "reject", "ready", "collect", "pay", "cancel", "cancel?preview=false", "modifications", "modifications/1/approve",
                "modifications/1/decline", "freeze", "unfreeze", "override",
            }.Select(a => "/v1/orders/00000000000000000000/" + a),
            .. new[]
            {
                "leave-for-pickup", "arrive-pickup", "pickup", "leave-for-dropoff", "arrive-dropoff", "complete", "unassign", "fail", "return",
            }.Select(a => "/v1/deliveries/00000000000000000000/" + a),
        ];
        foreach (var path in paths)
        {
            var answer = (await Api.Send(HttpMethod.Post, path, new { })).ExpectProblem(400, "idempotency_key_missing").ExpectFault("required");
            Assert.Equal("Idempotency-Key", answer.Error.GetProperty("header").GetString());
        }
    }

    [Theory]
    [InlineData("orders/00000000000000000000/modifications/0/approve", """{"actor":{"role":"customer","id":"c1"}}""", "out_of_range", "modification")]
    [InlineData("orders/00000000000000000000/modifications/+1/approve", """{"actor":{"role":"customer","id":"c1"}}""", "out_of_range", "modification")]
    [InlineData("orders/00000000000000000000/cancel?preveiw=true", "{}", "unknown_parameter", "preveiw")]
    [InlineData("orders/00000000000000000000/cancel?preview=yes", "{}", "unknown_value", "preview")]
    [InlineData("orders/00000000000000000000/cancel?preview=true&preview=true", "{}", "duplicate_parameter", "preview")]
    public async Task A_bad_part_of_an_actions_address_is_named(string path, string text, string code, string parameter)
    {
        var answer = (await Api.PostText("/v1/" + path, text)).ExpectProblem(400, "malformed").ExpectFault(code);
        Assert.Equal(parameter, answer.Error.GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("fail", """{"reason":"customer_absent"}""")]
    [InlineData("return", "{}")]
    [InlineData("return", """{"courier":"k1","actor":{"role":"merchant","id":"m1"}}""")]
    public async Task The_way_back_is_told_by_a_courier_or_by_somebody_else(string step, string text)
    {
        (await Api.PostText("/v1/deliveries/00000000000000000000/" + step, text))
            .ExpectProblem(400, "malformed").ExpectFault("required", "/courier", allowed: ["courier", "actor"]);
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("\"open")]
    [InlineData("two words")]
    [InlineData("\"two words\"")]
    [InlineData("\"\"")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"a\"b\"")]
    public async Task A_key_that_is_no_key_is_refused(string key)
    {
        (await Api.PostRaw("/v1/orders", Order, key)).ExpectProblem(400, "idempotency_key_invalid").ExpectFault("invalid_key", value: key);
    }

    [Fact]
    public async Task A_key_of_256_characters_is_too_long_and_two_keys_are_one_too_many()
    {
        (await Api.PostRaw("/v1/orders", Order, new string('k', 256))).ExpectProblem(400, "idempotency_key_invalid");
        (await Api.Send(HttpMethod.Post, "/v1/orders", new { }, null, ("Idempotency-Key", "a"), ("Idempotency-Key", "b")))
            .ExpectProblem(400, "idempotency_key_invalid");
    }

    [Theory]
    [InlineData("/v1/couriers/k1/locations", "[]", "")]
    [InlineData("/v1/couriers/k1/locations", """{"latitude":91,"longitude":0}""", "")]
    [InlineData("/v1/couriers/k1/locations", """[{"latitude":1,"longitude":0},{"latitude":1,"longitude":-181}]""", "/1")]
    [InlineData("/v1/couriers/k1/locations", """{"latitude":1e999,"longitude":0}""", "")]
    public async Task A_place_off_the_earth_is_refused(string path, string text, string pointer)
    {
        (await Api.PostText(path, text)).ExpectProblem(422, "validation_failed").ExpectFault("out_of_range", pointer);
    }

    [Fact]
    public async Task More_than_60_points_are_refused()
    {
        var points = string.Join(",", Enumerable.Repeat("""{"latitude":1,"longitude":0}""", 61));
        (await Api.PostText("/v1/couriers/k1/locations", $"[{points}]")).ExpectProblem(422, "validation_failed").ExpectFault("out_of_range", "");
    }

    [Fact]
    public async Task Going_online_needs_a_place()
    {
        (await Api.Put("/v1/couriers/k1/duty", new { status = "online" })).ExpectProblem(422, "validation_failed").ExpectFault("required", "/location");
    }

    [Fact]
    public async Task The_request_id_comes_back_and_the_trace_goes_on()
    {
        var answer = await Api.Send(
            HttpMethod.Get, "/v1/nothing", null, null, ("X-Request-Id", "req-7"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        answer.ExpectProblem(404, "unknown_route");
        Assert.Equal("req-7", answer.Header("x-request-id"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", answer["trace_id"]);
        Assert.NotEqual("", (await Api.Get("/health/live")).Header("x-request-id"));
    }

    /// <summary>A stream that does not tell its length and gives its bytes in pieces.</summary>
    private sealed class Unmeasured(byte[] bytes, int piece = 512) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var size = Math.Min(Math.Min(count, piece), bytes.Length - _at);
            Array.Copy(bytes, _at, buffer, offset, size);
            _at += size;
            return size;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
