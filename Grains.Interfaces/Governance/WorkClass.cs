namespace OrderActors.Governance;

/// <summary>How much a grain's work matters while an order is on its way. A cluster keeps the classes on silos of their own.</summary>
public enum WorkClass
{
    /// <summary>An order waits for it: orders, merchants, couriers, customers, dispatch, deadlines. What carries no class is critical.</summary>
    Critical,

    /// <summary>Somebody waits for it, but no order does: lists, projections.</summary>
    Secondary,

    /// <summary>Nobody waits for it: reports, webhooks.</summary>
    NonCritical,
}

/// <summary>The class of a grain's work.</summary>
/// <param name="workClass">The class.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WorkClassAttribute(WorkClass workClass) : Attribute
{
    /// <summary>The class.</summary>
    public WorkClass WorkClass { get; } = workClass;
}
