using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Values;

namespace OrderActors.Client.Operations;

/// <summary>Who operates.</summary>
internal static class Operators
{
    /// <summary>The operator whose key this is.</summary>
    /// <exception cref="RequestFault">It is a test key: what it would change is everybody's.</exception>
    public static Actor Of(HttpContext context) => context.Caller() is { Live: true } caller
        ? new(Role.Operator, caller.Subject)
        : throw new RequestFault(ProblemKind.Forbidden, "Switches and limits hold for the whole platform; they need a live key.");
}
