using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Broadcast;
using OrderActors.Client.Http;
using OrderActors.Deadlines;
using OrderActors.Notifications;
using OrderActors.Payments;
using OrderActors.Settlement;
using OrderActors.Simulations;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Operations;

/// <summary>GET /v1/operations/dead-letters.</summary>
/// <param name="Data">Events that their consumers gave up, oldest first.</param>
internal sealed record DeadLettersResponse(DeadLetterBody[] Data);

/// <summary>An event that its consumer could not digest.</summary>
/// <param name="Subscriber">The consumer's name.</param>
/// <param name="Partition">The event's partition, 0 to 119.</param>
/// <param name="Sequence">Its place in the partition.</param>
/// <param name="Type">The event's type, such as <c>order.created</c>.</param>
/// <param name="Error">The last error.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="At">When it was given up.</param>
internal sealed record DeadLetterBody(
    string Subscriber, int Partition, long Sequence, string Type, string Error, int Attempts, DateTimeOffset At);

/// <summary>The outcome of a replay.</summary>
/// <param name="Replayed">Always true: a replay that failed is a problem.</param>
internal sealed record ReplayResponse(bool Replayed);

/// <summary>Dead letters, for operators.</summary>
internal sealed class DeadLetterRoutes(IClusterClient grains)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("listDeadLetters", "/v1/operations/dead-letters", List, "Lists the events that consumers gave up.",
            GatewayJson.Wire.DeadLettersResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
        new Operation("replayDeadLetter", HttpMethods.Post, "/v1/operations/dead-letters/{subscriber}/{partition}/{sequence}/replay", Replay,
            "Hands an event that was given up to its consumer again.")
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
            Answer = GatewayJson.Wire.ReplayResponse,
        },
    ];

    private static readonly string[] Subscribers =
        ["fulfilment", "dispatch-feed", "deadlines", "payments", "notifications", "settlement", "webhooks", "simulations"];
    private static readonly ReplayResponse Done = new(true);

    /// <summary>GET /v1/operations/dead-letters.</summary>
    public async Task List(HttpContext context)
    {
        var asked = new List<(string Subscriber, Task<ImmutableArray<DeadLetter>> Letters)>(Subscribers.Length * Shard.Count);
        foreach (var subscriber in Subscribers)
        {
            for (var partition = 0; partition < Shard.Count; partition++) asked.Add((subscriber, GrainOf(subscriber, partition).DeadLetters()));
        }

        await Task.WhenAll(asked.Select(a => a.Letters));
        DeadLetterBody[] data =
        [
            .. from a in asked
               from letter in a.Letters.Result
               orderby letter.At
               select new DeadLetterBody(
                   a.Subscriber, letter.Partition, letter.Sequence, letter.Type, letter.Error, letter.Attempts, letter.At),
        ];
        await Replies.Write(context, 200, new DeadLettersResponse(data), GatewayJson.Wire.DeadLettersResponse);
    }

    /// <summary>POST /v1/operations/dead-letters/{subscriber}/{partition}/{sequence}/replay.</summary>
    public async Task Replay(HttpContext context)
    {
        var route = context.Request.RouteValues;
        var subscriber = (string)route["subscriber"]!;
        if (!Subscribers.Contains(subscriber))
        {
            var detail = $"The subscriber is '{subscriber}'; it must be one of {string.Join(", ", Subscribers)}.";
            throw PageRequest.Fault("unknown_value", detail, "subscriber", subscriber, Subscribers);
        }

        var partition = (int)Number(route, "partition", 0, Shard.Count - 1);
        var sequence = Number(route, "sequence", 1, long.MaxValue);
        var grain = GrainOf(subscriber, partition);
        if (await grain.Replay(sequence))
        {
            await Replies.Write(context, 200, Done, GatewayJson.Wire.ReplayResponse);
            return;
        }

        var letter = (await grain.DeadLetters()).FirstOrDefault(l => l.Sequence == sequence);
        await Replies.WriteProblem(context, letter is null
            ? new Problem(ProblemKind.NotFound, $"{subscriber} has no dead letter {sequence} in partition {partition}; it may have been replayed before.")
            : new Problem(ProblemKind.ReplayFailed, $"{subscriber} failed again, {letter.Attempts} times now: {letter.Error}"));
    }

    private ISubscriberGrain GrainOf(string subscriber, int partition)
    {
        var key = Shard.Key(partition);
        return subscriber switch
        {
            "fulfilment" => grains.GetGrain<IFulfilmentGrain>(key),
            "dispatch-feed" => grains.GetGrain<IDispatchFeedGrain>(key),
            "notifications" => grains.GetGrain<INotificationFeedGrain>(key),
            "payments" => grains.GetGrain<IPaymentFeedGrain>(key),
            "settlement" => grains.GetGrain<ISettlementFeedGrain>(key),
            "webhooks" => grains.GetGrain<IWebhookFeedGrain>(key),
            "simulations" => grains.GetGrain<ISimulationFeedGrain>(key),
            _ => grains.GetGrain<IDeadlineGrain>(key),
        };
    }

    private static long Number(Microsoft.AspNetCore.Routing.RouteValueDictionary route, string name, long least, long most)
    {
        var text = (string)route[name]!;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw PageRequest.Fault("out_of_range", $"The {name} is '{text}'; it must be a whole number, {least} to {most}.", name, text, null);
    }
}
