using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrderActors.Customers;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Notifications;

/// <summary>
/// The shell around <see cref="NotificationLifecycle"/>: remembers what is to be told, and sends it in a timer of its own. A reminder
/// brings it back after a crash; until then nobody waits for anything.
/// </summary>
[GrainType("notification")]
[WorkClass(WorkClass.NonCritical)]
internal sealed partial class NotificationGrain : Grain, INotificationGrain, IRemindable
{
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(15);

    private readonly Durable<NotificationState> _state;
    private readonly INotificationSender _sender;
    private readonly SandboxSender _sandbox;
    private readonly Switchboard _switches;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly WorkReminder<NotificationGrain> _reminder;
    private IGrainTimer? _timer;
    private bool _sending;

    public NotificationGrain(
        [PersistentState("notifications")] IPersistentState<NotificationState> state,
        INotificationSender sender,
        SandboxSender sandbox,
        Switchboard switches,
        TimeProvider clock,
        ILogger<NotificationGrain> log)
    {
        _state = new(this, state);
        _sender = sender;
        _sandbox = sandbox;
        _switches = switches;
        _clock = clock;
        _log = log;
        _reminder = new(this, "send");
    }

    private DateTimeOffset Now => _clock.GetUtcNow();

    private string Owner => this.GetPrimaryKeyString().Split('/', 2)[^1];

    // Nobody of the real world is told of the test side.
    private INotificationSender Sender => TestMode.IsTest(Owner) ? _sandbox : _sender;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!_state.Current.Waiting.IsEmpty) SendAt(Now);
        return Task.CompletedTask;
    }

    public Task<ContactView?> Get() => Task.FromResult(_state.Current.View);

    public async Task<ContactReply> SetContact(SetContact command)
    {
        var owner = Owner;
        var reply = await _state.Decide(state => NotificationLifecycle.SetContact(state, command, owner));

        // Orders learn of it through their customer. Told with every answer: after a crash here the same command again makes it good.
        if (reply.Refusal is null && _state.Current.Contact is { } contact)
            await GrainFactory.GetGrain<ICustomerGrain>(owner).SetNotify(contact.IsReachable);
        return reply;
    }

    public async Task Tell(ImmutableArray<Notice> notices)
    {
        if (_state.Current.Contact is not { IsReachable: true }) return;
        if ((await _switches.Read(GrainFactory)).Find(Feature.Notifications, Now) is not null) return;

        // Before the write: what is remembered must be looked at again, whatever happens to this process.
        using (await _reminder.Begin())
        {
            if (await _state.Decide(state => NotificationLifecycle.Tell(state, notices, Now))) SendAt(Now);
        }
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (await _reminder.Tick(() => !_state.Current.Waiting.IsEmpty)) SendAt(Now);
    }

    private void SendAt(DateTimeOffset at)
    {
        if (_sending) return;
        var due = at > Now ? at - Now : TimeSpan.Zero;
        if (_timer is not null) _timer.Change(due, Timeout.InfiniteTimeSpan);
        else _timer = this.RegisterGrainTimer(Send, new GrainTimerCreationOptions { DueTime = due, Period = Timeout.InfiniteTimeSpan, Interleave = true });
    }

    private async Task Send(CancellationToken stop)
    {
        if (_sending) return;
        _sending = true;
        try
        {
            while (!stop.IsCancellationRequested && NotificationLifecycle.Due(_state.Current, Now) is { } message) await SendOne(message, stop);
        }
        catch (Exception e)
        {
            LogNotRemembered(e);
        }
        finally
        {
            _sending = false;
        }

        if (!stop.IsCancellationRequested && NotificationLifecycle.Next(_state.Current, Now) is { } next) SendAt(next);
    }

    private async Task SendOne(WaitingMessage message, CancellationToken stop)
    {
        SendOutcome? outcome = null;
        var outgoing = NotificationLifecycle.Write(_state.Current, message, Now);
        if (outgoing is not null)
        {
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stop);
            try
            {
                outcome = await Sender.SendAsync(outgoing, cancellation.Token).WaitAsync(SendTimeout, _clock, stop);
            }
            catch (Exception e)
            {
                // The id and the order say enough; who it goes to and what it says belong in no log.
                LogNotSent(e.GetType().Name, outgoing.Id, message.Notice.Order, message.Tries + 1);
            }

            cancellation.Cancel();
        }

        await _state.Decide(state => NotificationLifecycle.Settle(state, message.Notice, outgoing?.Channel, outcome, Now));
    }

    [LoggerMessage(120, LogLevel.Warning, "Message {Message} of order {Order} was not sent ({Failure}), attempt {Attempt}; trying again later")]
    private partial void LogNotSent(string failure, string message, OrderNumber order, int attempt);

    [LoggerMessage(121, LogLevel.Warning, "What became of a message could not be stored; it may be sent again under the same id")]
    private partial void LogNotRemembered(Exception failure);
}
