using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Customers;

/// <summary>The customer's rules for its own commands. Pure. Orders are the business of <see cref="Placements"/>.</summary>
internal static class CustomerLifecycle
{
    public const int MaxAddresses = 20;
    public const int MaxLabel = 100;
    public const int MaxNote = 500;

    /// <summary>The most days that one grant gives.</summary>
    public const int MaxDays = 3_660;

    /// <summary>How far ahead a membership can reach.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromDays(36_600);

    /// <summary>How many orders that granted membership are remembered: an event of an older one does not come twice any more.</summary>
    public const int MaxGrants = 64;

    /// <summary>What became of a command.</summary>
    public readonly record struct Outcome(Refusal? Refusal, bool Replayed = false);

    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<CustomerState, Outcome> Decide(CustomerState state, CustomerCommand command, string id, DateTimeOffset now)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known) return new(state, new(known.Refusal, known.Replayed));
        if (Refusal.Stale(command.ExpectedVersion, state.Version, $"Customer {id}") is { } stale) return new(state, new(stale));
        if ((Validate(command, id) ?? MayGive(command, id) ?? RefuseHere(state, command)) is { } refusal) return new(state, new(refusal));
        var (after, type) = Apply(state, command, now);
        after = Announce(state, after, type, command.By, id, now);
        return new(after with { Commands = after.Commands.Remember(command.Id, fingerprint) }, new(null));
    }

    /// <summary>An order gave days of membership. The same order again gives nothing more.</summary>
    public static CustomerState Grant(CustomerState state, OrderNumber order, int days, string id, DateTimeOffset now)
    {
        if (days < 1 || state.Grants.Contains(order)) return state;
        var grants = state.Grants.Length < MaxGrants ? state.Grants : state.Grants.RemoveAt(0);
        var after = state with { Grants = grants.Add(order), MemberUntil = Extended(state, Math.Min(days, MaxDays), now) };
        return Announce(state, after, EventTypes.CustomerMembershipChanged, Actor.System, id, now);
    }

    /// <summary>The customer becomes the partner's, unless somebody has heard of it.</summary>
    public static Decision<CustomerState, bool> Claim(CustomerState state, string partner) =>
        state.Partner == partner ? new(state, true)
        : state.Exists || state.Partner is not null ? new(state, false)
        : new(state with { Partner = partner }, true);

    /// <summary>Whether the customer wants to be told.</summary>
    public static CustomerState SetNotify(CustomerState state, bool on, string id, DateTimeOffset now) => state.Notify == on
        ? state
        : Announce(state, state with { Notify = on }, EventTypes.CustomerNotifyChanged, new(Role.Customer, id), id, now);

    /// <summary>Whether a membership holds.</summary>
    public static bool IsMember(CustomerState state, DateTimeOffset now) => state.MemberUntil > now;

    private static Refusal? Validate(CustomerCommand command, string id)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        if (!EntityId.IsValid(id)) return Refusal.Invalid("/customer", id, EntityId.Rule);
        return command switch
        {
            SetAddress c => ValidateAddress(c.Address),
            RemoveAddress c when !EntityId.IsValid(c.Address) => Refusal.Invalid("/address", c.Address, EntityId.Rule),
            SetLimit { MaxOpenOrders: < 1 or > OpenOrders.Max } c =>
                Refusal.Invalid("/max_open_orders", Text(c.MaxOpenOrders!.Value), $"1 to {OpenOrders.Max}, or null for the platform's limit"),
            GrantMembership { Days: < 1 or > MaxDays } c => Refusal.Invalid("/days", Text(c.Days), $"1 to {MaxDays}"),
            _ => null,
        };
    }

    private static Refusal? ValidateAddress(CustomerAddress address)
    {
        if (!EntityId.IsValid(address.Id)) return Refusal.Invalid("/address", address.Id, EntityId.Rule);
        if (string.IsNullOrWhiteSpace(address.Label) || address.Label.Length > MaxLabel)
            return Refusal.Invalid("/label", $"{address.Label?.Length ?? 0} characters", $"1 to {MaxLabel} characters");
        if (address.Note is { Length: > MaxNote }) return Refusal.Invalid("/note", $"{address.Note.Length} characters", $"at most {MaxNote} characters");
        return address.Point.IsValid ? null : Names.BadPlace("/point", address.Point);
    }

    private static Refusal? MayGive(CustomerCommand command, string id) => command switch
    {
        { By.Role: Role.Operator or Role.System } => null,
        SetAddress or RemoveAddress when command.By is { Role: Role.Customer } by && by.Id == id => null,
        SetAddress or RemoveAddress => Names.Forbidden(command.By, "address", "it is for the customer itself or an operator to give"),
        _ => Names.Forbidden(command.By, command is SetLimit ? "limit" : "membership", "it is for an operator to give"),
    };

    /// <summary>The one refusal that the state brings about.</summary>
    private static Refusal? RefuseHere(CustomerState state, CustomerCommand command) => command switch
    {
        SetAddress c when state.Addresses.Length >= MaxAddresses && state.Addresses.All(a => a.Id != c.Address.Id) =>
            new(RefusalCode.TooMany, $"A customer has at most {MaxAddresses} addresses; remove one first."),
        RemoveAddress c when state.Addresses.All(a => a.Id != c.Address) => new(RefusalCode.NotFound, $"There is no address {c.Address}.", Value: c.Address),
        _ => null,
    };

    private static (CustomerState State, string Type) Apply(CustomerState state, CustomerCommand command, DateTimeOffset now) => command switch
    {
        SetAddress c => (WithAddress(state, c), EventTypes.CustomerAddressesChanged),
        RemoveAddress c => (WithoutAddress(state, c.Address), EventTypes.CustomerAddressesChanged),
        SetLimit c => (state.MaxOpenOrders == c.MaxOpenOrders ? state : state with { MaxOpenOrders = c.MaxOpenOrders }, EventTypes.CustomerLimitChanged),
        GrantMembership c => (state with { MemberUntil = Extended(state, c.Days, now) }, EventTypes.CustomerMembershipChanged),
        RevokeMembership => (state.MemberUntil is null ? state : state with { MemberUntil = null }, EventTypes.CustomerMembershipChanged),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "A customer does not know this command."),
    };

    private static CustomerState WithAddress(CustomerState state, SetAddress c)
    {
        var old = state.Addresses.FirstOrDefault(a => a.Id == c.Address.Id);
        var chosen = c.Default || state.DefaultAddress is null ? c.Address.Id : state.DefaultAddress;
        if (old == c.Address && chosen == state.DefaultAddress) return state;
        return state with
        {
            Addresses = old is null ? state.Addresses.Add(c.Address) : state.Addresses.Replace(old, c.Address),
            DefaultAddress = chosen,
        };
    }

    private static CustomerState WithoutAddress(CustomerState state, string address)
    {
        ImmutableArray<CustomerAddress> left = state.Addresses.RemoveAll(a => a.Id == address);
        return state with
        {
            Addresses = left,
            DefaultAddress = state.DefaultAddress == address ? (left.Length == 0 ? null : left[0].Id) : state.DefaultAddress,
        };
    }

    /// <summary>Days are added to what there is, so that grants stack in any order.</summary>
    private static DateTimeOffset Extended(CustomerState state, int days, DateTimeOffset now)
    {
        var until = (state.MemberUntil > now ? state.MemberUntil.Value : now) + TimeSpan.FromDays(days);
        return until - now > MaxAhead ? now + MaxAhead : until;
    }

    private static CustomerState Announce(CustomerState before, CustomerState after, string type, Actor by, string id, DateTimeOffset now)
    {
        if (ReferenceEquals(before, after)) return after;
        var version = before.Version + 1;
        return after with
        {
            Version = version,
            Raised = before.Raised.Add(new CustomerEvent(type, now, by, version, id, after.MemberUntil, after.MaxOpenOrders, after.Notify)),
        };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
