using System.Globalization;

namespace OrderActors.Payments.Sandbox;

/// <summary>What a card of the sandbox does with its operations. <c>docs/payments.md</c> has the table.</summary>
internal enum SandboxBehaviour
{
    /// <summary><c>tok_ok</c>.</summary>
    Succeeds,

    /// <summary><c>tok_declined</c>, <c>tok_insufficient_funds</c>, and every token that is none of these.</summary>
    Declines,

    /// <summary><c>tok_slow_250</c>: answers after so many milliseconds.</summary>
    Slow,

    /// <summary><c>tok_twice</c>: answers, and tells the same twice more by itself.</summary>
    AnswersTwice,

    /// <summary><c>tok_early</c>: tells by itself before it answers.</summary>
    TellsFirst,

    /// <summary><c>tok_never</c>: nothing reaches it; <c>tok_never_2</c>: the first two calls of each operation do not.</summary>
    NeverReached,

    /// <summary><c>tok_lost_answer</c>: does it, and the first answer to each operation never comes.</summary>
    LosesAnswer,

    /// <summary><c>tok_error</c>, <c>tok_error_2</c>: the connection breaks before anything is done; for so many calls of each operation.</summary>
    Breaks,

    /// <summary><c>tok_pending_250</c>: decides after so many milliseconds and tells by itself.</summary>
    Pending,

    /// <summary><c>tok_pending_declined_250</c>: declines after so many milliseconds and tells by itself.</summary>
    PendingDeclined,

    /// <summary><c>tok_capture_declined</c>: holds the money and will not part with it.</summary>
    DeclinesCapture,

    /// <summary><c>tok_refund_fails</c>: gives nothing back.</summary>
    DeclinesRefund,
}

/// <summary>A card of the sandbox, as its token says.</summary>
/// <param name="Behaviour">What it does.</param>
/// <param name="Number">Milliseconds, or how many calls.</param>
/// <param name="DeclineCode">Why it declines.</param>
internal readonly record struct SandboxCard(SandboxBehaviour Behaviour, int Number = 0, string DeclineCode = "card_declined")
{
    private static readonly (string Prefix, SandboxBehaviour Behaviour)[] Numbered =
    [
        ("tok_slow_", SandboxBehaviour.Slow),
        ("tok_never_", SandboxBehaviour.NeverReached),
        ("tok_error_", SandboxBehaviour.Breaks),
        ("tok_pending_declined_", SandboxBehaviour.PendingDeclined),
        ("tok_pending_", SandboxBehaviour.Pending),
    ];

    /// <summary>Reads a token; one that is none declines.</summary>
    public static SandboxCard Of(string token)
    {
        foreach (var (prefix, behaviour) in Numbered)
        {
            if (token.StartsWith(prefix, StringComparison.Ordinal)
                && int.TryParse(token.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return new(behaviour, number);
            }
        }

        return token switch
        {
            "tok_ok" => new(SandboxBehaviour.Succeeds),
            "tok_declined" => new(SandboxBehaviour.Declines),
            "tok_insufficient_funds" => new(SandboxBehaviour.Declines, DeclineCode: "insufficient_funds"),
            "tok_twice" => new(SandboxBehaviour.AnswersTwice),
            "tok_early" => new(SandboxBehaviour.TellsFirst),
            "tok_never" => new(SandboxBehaviour.NeverReached, int.MaxValue),
            "tok_lost_answer" => new(SandboxBehaviour.LosesAnswer),
            "tok_error" => new(SandboxBehaviour.Breaks, int.MaxValue),
            "tok_capture_declined" => new(SandboxBehaviour.DeclinesCapture),
            "tok_refund_fails" => new(SandboxBehaviour.DeclinesRefund),
            _ => new(SandboxBehaviour.Declines, DeclineCode: "unknown_token"),
        };
    }
}
