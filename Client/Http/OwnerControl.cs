using Microsoft.AspNetCore.Http;

namespace OrderActors.Client.Http;

/// <summary>Checks whose the thing in the path is. Behind the admission, because it may cost a call to a grain.</summary>
internal sealed class OwnerControl(RequestDelegate next, Ownership ownership)
{
    /// <summary>Handles one request.</summary>
    public Task Handle(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Operation>() is not { } operation || operation.Owned == Owned.Nothing) return next(context);
        var caller = context.Caller();
        return caller.Kind is Callers.Operator or Callers.Public ? next(context) : CheckAndEnter(context, operation, caller);
    }

    private async Task CheckAndEnter(HttpContext context, Operation operation, Caller caller)
    {
        await ownership.Require(context, operation, caller);
        await next(context);
    }
}
