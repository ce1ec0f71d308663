using System.Collections.Frozen;
using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>
/// The names of commands as the API has them: the route that gives the command, after the number. In <c>modifications/{n}/approve</c>
/// the <c>{n}</c> stands for the number of the proposal that is open.
/// </summary>
internal static class ActionNames
{
    // Commands that only the platform gives are no caller's to choose from.
    private static readonly FrozenDictionary<string, string?> ByCommand = new Dictionary<string, string?>
    {
        ["leave_for_pickup"] = "leave-for-pickup",
        ["arrive_at_pickup"] = "arrive-pickup",
        ["pick_up"] = "pickup",
        ["leave_for_dropoff"] = "leave-for-dropoff",
        ["arrive_at_dropoff"] = "arrive-dropoff",
        ["deliver"] = "complete",
        ["go_online"] = "online",
        ["go_offline"] = "offline",
        ["fail_delivery"] = "fail",
        ["return_goods"] = "return",
        ["hand_over"] = "handover",
        ["propose_modification"] = "modifications",
        ["approve_modification"] = "modifications/{n}/approve",
        ["decline_modification"] = "modifications/{n}/decline",
        ["place"] = null,
        ["offer"] = null,
        ["assign"] = null,
        ["deadline"] = null,
        ["record_payment"] = null,
        ["create"] = null,
        ["take_assignment"] = null,
        ["finish_order"] = null,
        ["accept_offer"] = "accept",
        ["decline_offer"] = "decline",
        ["take_over"] = "handover",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The actions that these commands are.</summary>
    public static ImmutableArray<string> Of(ImmutableArray<string> commands)
    {
        if (commands.IsDefaultOrEmpty) return [];
        var names = ImmutableArray.CreateBuilder<string>(commands.Length);
        foreach (var command in commands)
        {
            if (!ByCommand.TryGetValue(command, out var action)) names.Add(command);
            else if (action is not null) names.Add(action);
        }

        return names.DrainToImmutable();
    }

    /// <summary>A refused transition in the API's words.</summary>
    /// <param name="refusal">What the grain said.</param>
    /// <param name="subject">Who is asked, such as <c>Order 123</c>.</param>
    /// <param name="action">The action that was asked for.</param>
    public static Refusal Translate(Refusal refusal, string subject, string action) => refusal.Code != RefusalCode.InvalidTransition
        ? refusal
        : Refusal.Transition(action, subject, refusal.Value ?? "not in a state for it", Of(refusal.Allowed));
}
