using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrderActors.Tools.Chaos.Targets;

/// <summary>What the payment provider did for one order, in minor units; each operation once, however often it came.</summary>
/// <param name="Held">What is held and neither taken nor let go.</param>
/// <param name="Taken">What was taken.</param>
/// <param name="Returned">What of it went back.</param>
/// <param name="Captures">How many operations took something.</param>
internal sealed record Charges(long Held, long Taken, long Returned, int Captures)
{
    /// <summary>Nothing was ever asked for it.</summary>
    public static readonly Charges None = new(0, 0, 0, 0);
}

/// <summary>
/// The providers outside, as processes of their own would be: a payment provider that keeps books of what it did, and one of
/// messages. Each can be told to misbehave. <c>docs/payments.md</c> and <c>docs/notifications.md</c> have the protocols.
/// </summary>
internal sealed class ProviderStub : IAsyncDisposable
{
    /// <summary>What the platform shows it.</summary>
    public const string Secret = "chaos-provider-secret";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly ConcurrentDictionary<string, Operation> _operations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, HashSet<string>> _byOrder = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _messages = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private ProviderStub(WebApplication app) => _app = app;

    /// <summary>How payments are answered.</summary>
    public ProviderFault? Payments { get; set; }

    /// <summary>How messages are answered.</summary>
    public ProviderFault? Notifications { get; set; }

    /// <summary>How many different messages were taken.</summary>
    public int Messages => _messages.Count;

    private string Url => _app.Urls.First();

    /// <summary>The options with which a platform uses it.</summary>
    public IReadOnlyList<string> PlatformOptions =>
    [
        "--PaymentProvider:Kind", "http", "--PaymentProvider:BaseUrl", Url + "/payments", "--PaymentProvider:Secret", Secret,
        "--NotificationProvider:Kind", "http", "--NotificationProvider:BaseUrl", Url + "/notifications", "--NotificationProvider:Secret", Secret,
    ];

    /// <summary>Starts it on a free port.</summary>
    public static async Task<ProviderStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var stub = new ProviderStub(app);
        app.MapPost("/payments/operations", (RequestDelegate)stub.DoAsync);
        app.MapGet("/payments/operations/{operation}", (RequestDelegate)stub.FindAsync);
        app.MapPost("/notifications/messages", (RequestDelegate)stub.SendAsync);
        await app.StartAsync();
        return stub;
    }

    /// <summary>What was done for an order.</summary>
    public Charges ChargesOf(string order)
    {
        if (!_byOrder.TryGetValue(order, out var keys)) return Charges.None;
        lock (keys) return ChargesOf([.. keys.Select(key => _operations[key])]);
    }

    public async ValueTask DisposeAsync()
    {
        // Those that hang would be waited for.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static Charges ChargesOf(IReadOnlyList<Operation> operations)
    {
        long Sum(string kind) => operations.Where(one => one.Asked.Kind == kind).Sum(one => one.Asked.Amount ?? 0);
        var closed = operations.Where(one => one.Asked.Kind is "capture" or "void").Select(one => one.Asked.Reference).ToHashSet(StringComparer.Ordinal);
        return new(
            operations.Where(one => one.Asked.Kind == "authorise" && !closed.Contains(one.Reference)).Sum(one => one.Asked.Amount ?? 0),
            Sum("capture"), Sum("refund"), operations.Count(one => one.Asked.Kind == "capture"));
    }

    private async Task DoAsync(HttpContext context)
    {
        var asked = await context.Request.ReadFromJsonAsync<Asked>(Json, context.RequestAborted);
        if (!await BehaveAsync(context, Payments)) return;
        var done = Do(asked!);
        await AnswerAsync(context, Payments, new Reply(done.Asked.Operation, "succeeded", done.Reference));
    }

    private Operation Do(Asked asked)
    {
        var keys = _byOrder.GetOrAdd(asked.Operation.Split(':')[0], static _ => new(StringComparer.Ordinal));
        lock (keys)
        {
            var done = _operations.GetOrAdd(asked.Operation, static (key, asked) => new Operation(asked, "r-" + key), asked);
            keys.Add(asked.Operation);
            return done;
        }
    }

    private async Task FindAsync(HttpContext context)
    {
        if (!await BehaveAsync(context, Payments)) return;
        var key = (string)context.Request.RouteValues["operation"]!;
        var found = _operations.GetValueOrDefault(key);
        if (found is null) context.Response.StatusCode = StatusCodes.Status404NotFound;
        await AnswerAsync(context, Payments, found is null ? new Reply(key, "not_found", null) : new Reply(key, "succeeded", found.Reference));
    }

    private async Task SendAsync(HttpContext context)
    {
        if (!await BehaveAsync(context, Notifications)) return;
        _messages.AddOrUpdate(context.Request.Headers["Idempotency-Key"].ToString(), 1, static (_, times) => times + 1);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await AnswerAsync(context, Notifications, null);
    }

    /// <summary>What happens before anything is done; false when nothing is.</summary>
    private static async Task<bool> BehaveAsync(HttpContext context, ProviderFault? fault)
    {
        switch (fault?.Behaviour)
        {
            case ProviderBehaviour.Refuse:
                context.Abort();
                return false;
            case ProviderBehaviour.Fail:
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return false;
            case ProviderBehaviour.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return false;
            case ProviderBehaviour.Slow:
                await Task.Delay(fault.Delay, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return true;
            default:
                return true;
        }
    }

    private static async Task AnswerAsync(HttpContext context, ProviderFault? fault, Reply? reply)
    {
        if (fault?.Behaviour == ProviderBehaviour.Lose) context.Abort();
        else if (reply is not null) await context.Response.WriteAsJsonAsync(reply, Json, context.RequestAborted);
    }

    private sealed record Asked(string Operation, string Kind, long? Amount, string? Currency, string? Source, string? Reference);

    private sealed record Reply(string Operation, string Outcome, string? Reference);

    /// <summary>An operation that was done.</summary>
    private sealed record Operation(Asked Asked, string Reference);
}
