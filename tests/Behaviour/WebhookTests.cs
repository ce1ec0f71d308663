using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Broadcast.Webhooks;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed class WebhookTests
{
    private static readonly FeedScope Owner = new(FeedAudience.Operator, "", Live: true);
    private static readonly Actor Operator = new(Role.Operator, "olga");

    private static IWebhookEndpointGrain Endpoint(TestCluster cluster, string id) => cluster.Grains.GetGrain<IWebhookEndpointGrain>(id);

    private static async Task<WebhookReply> Created(TestCluster cluster, string id, bool ordered = false, params ImmutableArray<string> types)
    {
        var settings = new WebhookSettings($"https://{id}.example/hook", new FeedFilter(Owner, types), ordered);
        var reply = await Endpoint(cluster, id).Execute(new CreateWebhook("create", Operator, Owner, settings));
        Assert.Null(reply.Refusal);
        return reply;
    }

    private static async Task Eventually(TestCluster cluster, Func<bool> holds, string what) => await cluster.Eventually(() => Task.FromResult(holds()), what);

    [Fact]
    public async Task A_broken_endpoint_delays_no_other_and_gets_everything_once_it_is_mended()
    {
        var sender = new Sender();
        sender.Broken.Add("broken");
        sender.Hanging.Add("hanging");
        await TestCluster.Run(async cluster =>
        {
            await Created(cluster, "broken");
            await Created(cluster, "hanging");
            await Created(cluster, "healthy");
            var town = new Town(cluster);
            await town.Merchant("m1");
            await town.Courier("k1");
            await town.Delivered("anna", "m1");
            await Eventually(cluster, () => sender.Types("healthy").Contains("order.delivered"), "the healthy one hears of the delivery");
            Assert.Empty(sender.Types("broken"));
            var told = sender.Types("healthy").Count;

            await cluster.CrashAndRestart();
            sender.Broken.Clear();
            await cluster.Eventually(async () => (await Endpoint(cluster, "broken").Get(Owner))!.Waiting == 0, "the mended one has everything");

            // It was there first, and may have heard of more.
            await Eventually(cluster, () => !sender.Ids("healthy").Except(sender.Ids("broken")).Any(), "the mended one has what the healthy one has");
            Assert.InRange(sender.Ids("broken").Distinct().Count(), told, int.MaxValue);
        }, services => services.AddSingleton<IWebhookSender>(sender));
    }

    [Fact]
    public async Task An_ordered_endpoint_hears_of_each_order_in_order_although_every_third_event_fails_at_first()
    {
        var sender = new Sender { FailEvery = 3 };
        await TestCluster.Run(async cluster =>
        {
            await Created(cluster, "picky", ordered: true, "order.*");
            var town = new Town(cluster);
            await town.Merchant("m1");
            await town.Courier("k1");
            for (var i = 0; i < 3; i++) await town.Delivered("anna", "m1");
            await cluster.Eventually(
                async () => sender.Types("picky").Count(type => type == "order.delivered") == 3 && (await Endpoint(cluster, "picky").Get(Owner))!.Waiting == 0,
                "it hears of three deliveries");
            foreach (var source in sender.Taken("picky").GroupBy(e => e.Source))
                Assert.Equal(source.Select(e => e.Sequence).Order(StringComparer.Ordinal), source.Select(e => e.Sequence));
        }, services => services.AddSingleton<IWebhookSender>(sender));
    }

    [Fact]
    public async Task After_three_days_of_failures_an_endpoint_is_disabled_and_an_event_says_so()
    {
        var sender = new Sender();
        sender.Broken.Add("broken");
        await TestCluster.Run(async cluster =>
        {
            await Created(cluster, "broken", ordered: false, "merchant.*");
            await Created(cluster, "watcher", ordered: false, "webhook.*");
            await new Town(cluster).Merchant("m1");
            var began = cluster.Clock.GetUtcNow();
            for (var days = 1; days < 3; days++) await cluster.Advance(TimeSpan.FromDays(1));
            await cluster.Advance(TimeSpan.FromHours(23));
            for (var hours = 71; hours < 120 && await Endpoint(cluster, "broken").Get(Owner) is { Status: WebhookStatus.Enabled }; hours++)
                await cluster.Advance(TimeSpan.FromHours(1));
            Assert.InRange(cluster.Clock.GetUtcNow() - began, TimeSpan.FromDays(3), TimeSpan.FromDays(4));
            Assert.Equal(WebhookDisableReason.Failing, (await Endpoint(cluster, "broken").Get(Owner))!.Reason);
            await Eventually(cluster, () => sender.Types("watcher").Contains("webhook.endpoint_disabled"), "the watcher hears of it");

            // What was not sent waits: enabled and mended, it gets all of it.
            sender.Broken.Clear();
            var view = (await Endpoint(cluster, "broken").Get(Owner))!;
            Assert.True(view.Waiting > 0);
            Assert.Null((await Endpoint(cluster, "broken").Execute(
                new ChangeWebhook("enable", Operator, Owner, view.Settings, WebhookStatus.Enabled))).Refusal);
            await cluster.Eventually(async () => await Endpoint(cluster, "broken").Get(Owner) is { Waiting: 0 }, "it has everything");
        }, services => services.AddSingleton<IWebhookSender>(sender));
    }

    [Fact]
    public async Task A_rotated_secret_signs_beside_the_old_one_until_that_ends()
    {
        var sender = new Sender();
        await TestCluster.Run(async cluster =>
        {
            var old = (await Created(cluster, "shop")).Secret;
            var rotated = await Endpoint(cluster, "shop").Execute(new RotateWebhookSecret("rotate", Operator, Owner, TimeSpan.FromHours(1)));
            Assert.NotEqual(old, rotated.Secret);
            Assert.Equal(rotated.Secret, (await Endpoint(cluster, "shop").Execute(
                new RotateWebhookSecret("rotate", Operator, Owner, TimeSpan.FromHours(1)))).Secret);
            await Endpoint(cluster, "shop").Test(Owner);
            Assert.Equal(2, sender.Signatures("shop").Last().Split(' ').Length);
            await cluster.Advance(TimeSpan.FromHours(1));
            await Endpoint(cluster, "shop").Test(Owner);
            Assert.Single(sender.Signatures("shop").Last().Split(' '));
        }, services => services.AddSingleton<IWebhookSender>(sender));
    }

    [Fact]
    public async Task What_was_sent_is_sent_again_under_the_same_id_when_its_owner_asks_for_one_event_or_for_a_time()
    {
        var sender = new Sender();
        await TestCluster.Run(async cluster =>
        {
            var began = cluster.Clock.GetUtcNow();
            await Created(cluster, "shop", ordered: false, "merchant.*");
            await new Town(cluster).Merchant("m1");
            await cluster.Eventually(
                async () => sender.Types("shop").Contains(EventTypes.MerchantStatusChanged) && (await Endpoint(cluster, "shop").Get(Owner))!.Waiting == 0,
                "it hears of the merchant");
            await cluster.Advance(TimeSpan.FromMinutes(1));
            var sent = sender.Ids("shop").ToList();
            Assert.Equal(sent.Count, sent.Distinct().Count());

            Assert.Null((await Endpoint(cluster, "shop").Execute(new RedeliverWebhook("again", Operator, Owner, sent[0]))).Refusal);
            await Eventually(cluster, () => sender.Ids("shop").Count == sent.Count + 1, "one comes again");
            Assert.Equal(sent[0], sender.Ids("shop").Last());

            Assert.Null((await Endpoint(cluster, "shop").Execute(
                new ReplayWebhook("all", Operator, Owner, began, cluster.Clock.GetUtcNow()))).Refusal);
            await cluster.Eventually(async () => await Endpoint(cluster, "shop").Get(Owner) is { Replaying: false, Waiting: 0 }, "the replay is over");
            Assert.Equal(sent.Order(StringComparer.Ordinal), sender.Ids("shop").Skip(sent.Count + 1).Order(StringComparer.Ordinal));
            var unknown = await Endpoint(cluster, "shop").Execute(new RedeliverWebhook("none", Operator, Owner, "evt_000000000000099"));
            Assert.Equal(RefusalCode.NotFound, unknown.Refusal!.Code);
        }, services => services.AddSingleton<IWebhookSender>(sender));
    }

    [Fact]
    public async Task Types_that_are_switched_off_are_not_sent_and_not_told()
    {
        var sender = new Sender();
        await TestCluster.Run(async cluster =>
        {
            await Created(cluster, "shop", ordered: false, "merchant.*");
            var emission = cluster.Grains.GetGrain<IEmissionGrain>(IEmissionGrain.Key);
            Assert.Null((await emission.Set(new SetEmission("off", Operator, EventTypes.MerchantUpdated, false))).Refusal);
            await new Town(cluster).Merchant("m1");
            await Eventually(cluster, () => sender.Types("shop").Contains(EventTypes.MerchantStatusChanged), "it hears of the status");
            await cluster.Advance(TimeSpan.FromMinutes(1));
            Assert.DoesNotContain(EventTypes.MerchantUpdated, sender.Types("shop"));

            var feed = cluster.Grains.GetGrain<IEventFeedGrain>("reader");
            var page = await feed.Read(new FeedQuery(await feed.Oldest(), 500, TimeSpan.Zero));
            Assert.Contains(page.Events, e => e.Type == EventTypes.MerchantStatusChanged);
            Assert.DoesNotContain(page.Events, e => e.Type == EventTypes.MerchantUpdated);
            Assert.Equal(string.Join(' ', await feed.Heads()), string.Join(' ', page.Position));
        }, services => services.AddSingleton<IWebhookSender>(sender));
    }

    [Fact]
    public async Task Somebody_elses_endpoint_is_not_there()
    {
        await TestCluster.Run(async cluster =>
        {
            await Created(cluster, "shop");
            var other = new FeedScope(FeedAudience.Merchant, "m1", Live: true);
            Assert.Null(await Endpoint(cluster, "shop").Get(other));
            Assert.Empty(await Endpoint(cluster, "shop").Deliveries(other));
            Assert.Equal(RefusalCode.NotFound, (await Endpoint(cluster, "shop").Test(other)).Refusal!.Code);
            Assert.Equal(RefusalCode.NotFound, (await Endpoint(cluster, "shop").Execute(new RemoveWebhook("x", Operator, other))).Refusal!.Code);
            Assert.Null((await Endpoint(cluster, "shop").Execute(new RemoveWebhook("y", Operator, Owner))).Refusal);
            Assert.Null(await Endpoint(cluster, "shop").Get(Owner));
            Assert.Empty(await cluster.Grains.GetGrain<IWebhookDirectoryGrain>(IWebhookDirectoryGrain.Key).List(Owner, null, 10));
        });
    }

    /// <summary>Receivers, each by the first part of its host's name.</summary>
    private sealed class Sender : IWebhookSender
    {
        private readonly List<(string Endpoint, OutgoingWebhook Webhook)> _taken = [];
        private readonly HashSet<string> _tried = [];

        public HashSet<string> Broken { get; } = [];

        public HashSet<string> Hanging { get; } = [];

        public int? FailEvery { get; init; }

        public Task<WebhookAnswer> SendAsync(OutgoingWebhook webhook, CancellationToken cancellation)
        {
            var endpoint = webhook.Url.Host.Split('.')[0];
            if (Hanging.Contains(endpoint)) return new TaskCompletionSource<WebhookAnswer>().Task;
            var fails = FailEvery is { } every && _tried.Add(webhook.MessageId) && _tried.Count % every == 0;
            if (fails || Broken.Contains(endpoint)) return Task.FromResult(new WebhookAnswer(500));
            lock (_taken) _taken.Add((endpoint, webhook));
            return Task.FromResult(new WebhookAnswer(204));
        }

        public Task<string?> RefuseAsync(Uri url, CancellationToken cancellation) => Task.FromResult<string?>(null);

        public List<string> Ids(string endpoint) => [.. Of(endpoint).Select(w => w.MessageId)];

        public List<string> Signatures(string endpoint) => [.. Of(endpoint).Select(w => w.Signature)];

        public List<string> Types(string endpoint) => [.. Taken(endpoint).Select(e => e.Type["com.orderactors.".Length..^".v1".Length])];

        public List<(string Type, string Source, string Sequence)> Taken(string endpoint) =>
        [
            .. Of(endpoint).Select(w => JsonDocument.Parse(w.Body).RootElement).Where(e => e.TryGetProperty("sequence", out _)).Select(e => (
                e.GetProperty("type").GetString()!, e.GetProperty("source").GetString()!, e.GetProperty("sequence").GetString()!)),
        ];

        private List<OutgoingWebhook> Of(string endpoint)
        {
            lock (_taken) return [.. _taken.Where(t => t.Endpoint == endpoint).Select(t => t.Webhook)];
        }
    }
}
