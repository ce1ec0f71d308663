using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>A received call on its way through the filters.</summary>
internal sealed class IncomingCallContext(Activation activation, GrainCall call, IIncomingGrainCallFilter[] filters) : IIncomingGrainCallContext
{
    private int _next;

    public object Grain => activation.Instance;

    public GrainId TargetId => activation.GrainId;

    public GrainId? SourceId => call.Source?.GrainId;

    public MethodInfo InterfaceMethod => call.Method.Info!;

    public string InterfaceName => call.Method.InterfaceName;

    public string MethodName => call.Method.Name;

    public object? Result { get; set; }

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = activation.Class.Type.GetInterfaceMap(InterfaceMethod.DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
        }
    }

    public async Task Invoke()
    {
        if (_next < filters.Length)
        {
            await filters[_next++].Invoke(this);
            return;
        }

        Result = await call.InvokeBoxed(activation.Instance);
    }
}

/// <summary>A call on its way out through the filters.</summary>
internal sealed class OutgoingCallContext(GrainReferenceBase reference, GrainCall call, Func<Task<object?>> send) : IOutgoingGrainCallContext
{
    private int _next;

    public object Grain => reference;

    public GrainId TargetId => reference.GrainId;

    public GrainId? SourceId => call.Source?.GrainId;

    public MethodInfo InterfaceMethod => call.Method.Info!;

    public string InterfaceName => call.Method.InterfaceName;

    public string MethodName => call.Method.Name;

    public object? Result { get; set; }

    public IGrainContext? SourceContext => call.Source;

    public async Task Invoke()
    {
        var filters = reference.Runtime.OutgoingFilters;
        if (_next < filters.Length)
        {
            await filters[_next++].Invoke(this);
            return;
        }

        // A filter may have set values that travel with the request.
        call.Context = CallContext.Values;
        Result = await send();
    }
}
