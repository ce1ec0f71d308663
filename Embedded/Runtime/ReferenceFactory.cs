using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>
/// Makes grain references. For every grain interface it writes, once, a class that implements the interface by sending
/// requests, and for every method a request class that holds the arguments in typed fields: a call boxes nothing.
/// </summary>
internal sealed class ReferenceFactory
{
    private static readonly ModuleBuilder Module = AssemblyBuilder
        .DefineDynamicAssembly(new AssemblyName("OrderActors.Embedded.References"), AssemblyBuilderAccess.Run)
        .DefineDynamicModule("references");

    private static readonly ConcurrentDictionary<Type, GrainInterface> Interfaces = new();
    private static readonly Lock Writing = new();
    private static int _written;

    internal static GrainInterface For(Type type) => Interfaces.TryGetValue(type, out var known) ? known : Write(type);

    private static GrainInterface Write(Type type)
    {
        if (!type.IsInterface || !typeof(IAddressable).IsAssignableFrom(type))
        {
            throw new ArgumentException($"{type.FullName} is not a grain interface.");
        }

        lock (Writing)
        {
            if (Interfaces.TryGetValue(type, out var known)) return known;
            var methods = Methods(type);
            var reference = Module.DefineType(
                $"Reference{++_written}.{type.FullName}", TypeAttributes.Public | TypeAttributes.Sealed, typeof(GrainReferenceBase), [type]);
            for (var i = 0; i < methods.Length; i++) WriteMethod(reference, methods[i], i, $"Call{_written}_{i}.{type.Name}.{methods[i].Name}");
            var written = new GrainInterface(reference.CreateType(), [.. methods.Select(m => new GrainMethod(m))]);
            Interfaces[type] = written;
            return written;
        }
    }

    private static MethodInfo[] Methods(Type type) =>
        [.. type.GetInterfaces().Append(type).SelectMany(t => t.GetMethods()).Where(m => !m.IsStatic)];

    private static void WriteMethod(TypeBuilder reference, MethodInfo method, int index, string callName)
    {
        if (method.IsGenericMethodDefinition) throw Unsupported(method, "generic methods are not supported");
        var parameters = method.GetParameters().Select(p => p.ParameterType).ToArray();
        if (parameters.Any(p => p.IsByRef)) throw Unsupported(method, "parameters by reference are not supported");

        var result = method.ReturnType;
        var definition = result.IsGenericType ? result.GetGenericTypeDefinition() : result;
        var hasValue = result.IsGenericType;
        var isValueTask = definition == typeof(ValueTask<>) || definition == typeof(ValueTask);
        if (!isValueTask && definition != typeof(Task<>) && definition != typeof(Task))
        {
            throw Unsupported(method, $"its result is {result.Name}; allowed are Task, Task<T>, ValueTask and ValueTask<T>");
        }

        var valueType = hasValue ? result.GetGenericArguments()[0] : null;
        var callBase = hasValue ? typeof(GrainCall<>).MakeGenericType(valueType!) : typeof(GrainCallVoid);
        var (call, fields, constructor) = WriteCall(method, parameters, callBase, hasValue, isValueTask, valueType, callName);

        var implementation = reference.DefineMethod(
            method.Name, MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.NewSlot, result, parameters);
        var il = implementation.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Newobj, constructor);
        for (var i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            il.Emit(OpCodes.Stfld, fields[i]);
        }

        var send = typeof(GrainReferenceBase).GetMethod(
            hasValue ? isValueTask ? nameof(GrainReferenceBase.SendValue) : nameof(GrainReferenceBase.Send)
                : isValueTask ? nameof(GrainReferenceBase.SendVoidValue) : nameof(GrainReferenceBase.SendVoid))!;
        if (hasValue) send = send.MakeGenericMethod(valueType!);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Call, send);
        il.Emit(OpCodes.Ret);
        reference.DefineMethodOverride(implementation, method);
        call.CreateType();
    }

    private static (TypeBuilder Call, FieldBuilder[] Fields, ConstructorBuilder Constructor) WriteCall(
        MethodInfo method, Type[] parameters, Type callBase, bool hasValue, bool isValueTask, Type? valueType, string name)
    {
        var call = Module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, callBase);
        var fields = parameters.Select((type, i) => call.DefineField($"argument{i}", type, FieldAttributes.Public)).ToArray();
        var constructor = call.DefineDefaultConstructor(MethodAttributes.Public);

        var task = hasValue ? typeof(ValueTask<>).MakeGenericType(valueType!) : typeof(ValueTask);
        var invoke = call.DefineMethod(
            nameof(GrainCallVoid.Invoke), MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig, task, [typeof(object)]);
        var il = invoke.GetILGenerator();
        // No cast: a call goes only to a class that implements the interface its reference was made for.
        il.Emit(OpCodes.Ldarg_1);
        foreach (var field in fields)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
        }

        il.Emit(OpCodes.Callvirt, method);
        if (!isValueTask) il.Emit(OpCodes.Newobj, task.GetConstructor([method.ReturnType])!);
        il.Emit(OpCodes.Ret);
        return (call, fields, constructor);
    }

    private static NotSupportedException Unsupported(MethodInfo method, string why) =>
        new($"{method.DeclaringType!.FullName}.{method.Name} cannot be a grain method: {why}.");
}

/// <summary>A grain interface, ready to make references.</summary>
internal sealed class GrainInterface
{
    private readonly Func<GrainReferenceBase> _create;

    internal GrainInterface(Type reference, GrainMethod[] methods)
    {
        Methods = methods;
        _create = System.Linq.Expressions.Expression.Lambda<Func<GrainReferenceBase>>(System.Linq.Expressions.Expression.New(reference)).Compile();
    }

    internal GrainMethod[] Methods { get; }

    internal GrainReferenceBase Create(GrainRuntime runtime, GrainClass grainClass, GrainId id)
    {
        var reference = _create();
        reference.Runtime = runtime;
        reference.Class = grainClass;
        reference.Methods = Methods;
        reference.GrainId = id;
        return reference;
    }
}
