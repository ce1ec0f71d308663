using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>The shell around <see cref="WebhookLifecycle"/> and <see cref="WebhookQueue"/>. A reminder brings it back after a crash.</summary>
[GrainType("webhook-endpoint"), WorkClass(WorkClass.NonCritical)]
internal sealed partial class WebhookEndpointGrain : Grain, IWebhookEndpointGrain, IRemindable
{
    private const int LongestId = 64;

    private readonly Durable<WebhookState> _state;
    private readonly WebhookContext _context;
    private readonly ILogger _log;
    private readonly WorkReminder<WebhookEndpointGrain> _reminder;
    private Task? _paging;

    public WebhookEndpointGrain(
        [PersistentState("state")] IPersistentState<WebhookState> state, WebhookContext context, ILogger<WebhookEndpointGrain> log)
    {
        _state = new(this, state);
        _context = context;
        _log = log;
        _reminder = new(this, "send");
    }

    private string Id => this.GetPrimaryKeyString();

    private DateTimeOffset Now => _context.Clock.GetUtcNow();

    private IWebhookDirectoryGrain Directory => GrainFactory.GetGrain<IWebhookDirectoryGrain>(IWebhookDirectoryGrain.Key);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!_state.Current.Exists) return;

        // A change may have broken off before the directory was told.
        await Directory.Put(_state.Current.ToListing(Id));
        if (HasWork) SendAt(Now);
    }

    public Task<WebhookView?> Get(FeedScope owner) => Task.FromResult(IsOwn(owner) ? _state.Current.ToView(Id) : null);

    public Task<ImmutableArray<WebhookDelivery>> Deliveries(FeedScope owner) => Task.FromResult<ImmutableArray<WebhookDelivery>>(IsOwn(owner)
        ?
        [
            .. _state.Current.Open.Reverse().Select(w => new WebhookDelivery(
                w.Event.Id, w.Event.Type, WebhookDeliveryStatus.Pending, w.Attempts.OrEmpty(), w.Tries, w.NotBefore)),
            .. _state.Current.Done,
        ]
        : []);

    public async Task<WebhookReply> Execute(WebhookCommand command)
    {
        RequestBudget.Begin(Now);
        if (Id.Length > LongestId) return new(null, WebhookLifecycle.NotFound(Id));
        if (command is RedeliverWebhook redeliver) return await Redeliver(redeliver);
        var foreseen = WebhookLifecycle.Refuse(_state.Current, Id, command) ?? await RefuseTarget(command);
        if (foreseen is null && command is CreateWebhook create)
        {
            // Listed before it exists, because the list is full or not; an event that comes between finds nobody and is nobody's.
            foreseen = await Directory.Put(new WebhookListing(Id, 1, create.Settings.Filter, true));
        }

        var secret = _context.Secrets.Next();
        var (first, last) = (_state.Current.FirstPage, _state.Current.NextPage);
        var reply = foreseen is { Code: not RefusalCode.AlreadyExists }
            ? await _state.Decide(state => WebhookLifecycle.Recall(state, Id, command, foreseen))
            : await _state.Decide(state => WebhookLifecycle.Execute(state, Id, command, Now, secret));
        if (reply.Refusal is not null) return reply;

        // Told with every answer: after a crash here the same command again makes it good.
        if (_state.Current.Exists) await Directory.Put(_state.Current.ToListing(Id));
        else await Forget(first, last);
        if (HasWork) await Work();
        return reply;
    }

    public async Task Append(ImmutableArray<FeedEvent> events, bool again)
    {
        if (!_state.Current.Exists || _state.Current.Status != WebhookStatus.Enabled) return;
        await Page();
        var wasEnabled = _state.Current.Status;
        using (await _reminder.Begin())
        {
            if (await _state.Decide(state => WebhookQueue.Append(state, Id, events, again, _context.Options.MaxWaiting, Now))) Send();
        }

        if (_state.Current.Exists && _state.Current.Status != wasEnabled) await Directory.Put(_state.Current.ToListing(Id));
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (await _reminder.Tick(() => HasWork)) SendAt(Now);
    }

    private bool HasWork => _state.Current is { Exists: true, Status: WebhookStatus.Enabled } state && (state.Waiting > 0 || state.Replay is not null);

    private bool IsOwn(FeedScope owner) => _state.Current.Exists && _state.Current.Owner == owner;

    private async Task Work()
    {
        using (await _reminder.Begin()) Send();
    }

    private void Send()
    {
        SendAt(Now);
        _arrived?.TrySetResult();
    }

    private async Task<Refusal?> RefuseTarget(WebhookCommand command)
    {
        var url = command switch
        {
            CreateWebhook create => create.Settings.Url,
            ChangeWebhook change when change.Settings.Url != _state.Current.Settings!.Url => change.Settings.Url,
            _ => null,
        };
        if (url is null) return null;
        var target = new Uri(url);
        if (target.Scheme != Uri.UriSchemeHttps && !_context.Options.AllowHttp) return Refusal.Invalid("/url", url, "an https URL");
        return await _context.Sender.RefuseAsync(target, CancellationToken.None) is { } why
            ? new(RefusalCode.ValidationFailed, $"The URL cannot be a target: {why}.", "/url", url)
            : null;
    }

    private async Task<WebhookReply> Redeliver(RedeliverWebhook command)
    {
        var known = _state.Current.Open.FirstOrDefault(w => w.Event.Id == command.Event)?.Event;
        if (known is null && CloudEvents.TryParseId(command.Event, out var partition, out var sequence))
        {
            var found = await _context.Log.ReadAsync(partition, sequence - 1, 1);
            if (found.Count == 1 && found[0].Sequence == sequence) known = CloudEvents.Of(found[0]);
        }

        // Only its own: an id is easily guessed.
        if (known is not null && _state.Current.Owner?.Includes(known) != true) known = null;
        var reply = await _state.Decide(state => WebhookLifecycle.Redeliver(state, Id, command, known, Now));
        if (reply.Refusal is null) await Work();
        return reply;
    }

    /// <summary>Moves what is too much for this record to a page of its own; one after the other.</summary>
    private Task Page()
    {
        if (_paging is { IsCompleted: false }) return _paging;
        return WebhookQueue.ToPage(_state.Current).IsEmpty ? Task.CompletedTask : _paging = Turn();

        async Task Turn()
        {
            while (WebhookQueue.ToPage(_state.Current) is { IsEmpty: false } events)
            {
                var page = _state.Current.NextPage;
                await PageGrain(page).Put(events);
                if (!await _state.Decide(state => WebhookQueue.Paged(state, page, events))) return;
            }
        }
    }

    private async Task Forget(long firstPage, long lastPage)
    {
        await Directory.Remove(Id);
        for (var page = firstPage; page < lastPage; page++) await PageGrain(page).Clear();
        await _reminder.Forget();
    }

    private IWebhookPageGrain PageGrain(long page) =>
        GrainFactory.GetGrain<IWebhookPageGrain>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Id}/{page}"));

    [LoggerMessage(150, LogLevel.Warning,
        "Webhook endpoint {Endpoint}: what became of deliveries could not be stored; they may be sent again under the same id")]
    private partial void LogNotStored(Exception failure, string endpoint);

    [LoggerMessage(151, LogLevel.Warning, "Webhook endpoint {Endpoint} was disabled: {Reason}")]
    private partial void LogDisabled(string endpoint, WebhookDisableReason reason);
}
