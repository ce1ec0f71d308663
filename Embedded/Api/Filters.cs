using System.Reflection;
using Orleans.Runtime;

namespace Orleans;

/// <summary>One grain call, as a filter sees it.</summary>
public interface IGrainCallContext
{
    /// <summary>The grain (incoming) or the reference (outgoing).</summary>
    object Grain { get; }

    /// <summary>The id of the grain that is called.</summary>
    GrainId TargetId { get; }

    /// <summary>The id of the grain that calls, or null for a call from outside.</summary>
    GrainId? SourceId { get; }

    /// <summary>The interface's method.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The interface's full name.</summary>
    string InterfaceName { get; }

    /// <summary>The method's name.</summary>
    string MethodName { get; }

    /// <summary>The result, once <see cref="Invoke"/> is done. A filter may replace it.</summary>
    object? Result { get; set; }

    /// <summary>Goes on to the next filter, and at last to the method.</summary>
    Task Invoke();
}

/// <summary>A call as the grain receives it.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The class's method.</summary>
    MethodInfo ImplementationMethod { get; }

    /// <summary>The activation that is called.</summary>
    IGrainContext TargetContext { get; }
}

/// <summary>A call as its caller makes it.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that calls, or null for a call from outside.</summary>
    IGrainContext? SourceContext { get; }
}

/// <summary>Runs around every call that a grain receives, in the grain's turn.</summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Does its part and calls <see cref="IGrainCallContext.Invoke"/>, or throws to refuse.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>Runs around every call that is made through a reference.</summary>
public interface IOutgoingGrainCallFilter
{
    /// <summary>Does its part and calls <see cref="IGrainCallContext.Invoke"/>, or throws to refuse.</summary>
    Task Invoke(IOutgoingGrainCallContext context);
}
