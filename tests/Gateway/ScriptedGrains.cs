using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Idempotency;
using OrderActors.Silo.Hosting;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tests.Gateway;

/// <summary>
/// Grains that answer what a test tells them to: the way to see what the gateway makes of a fault that a healthy engine
/// does not have. Every call of every grain goes to one function.
/// </summary>
public sealed class ScriptedGrains : IClusterClient, IEngineControl, IServiceProvider
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What every call answers: given the method's name and arguments, the result (or a task that has it), or throws.</summary>
    public Func<string, object?[], object?> Answer { get; set; } = (_, _) => null;

    public string Name => "Scripted";

    public string DataFolder => "/dev/null";

    public long GrainCount => 0;

    public Task Failed => _failed.Task;

    public bool Drained { get; private set; }

    public IServiceProvider ServiceProvider => this;

    public object? GetService(Type serviceType) => null;

    public void Fail(Exception reason) => _failed.TrySetException(reason);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DrainAsync(CancellationToken cancellationToken)
    {
        Drained = true;
        return Task.CompletedTask;
    }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey => Make<TGrainInterface>();

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey => Make<TGrainInterface>();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => Make<TGrainInterface>();

    /// <summary>A host whose engine this is.</summary>
    internal async Task<(SiloApp App, Api Api)> Start(params string[] more)
    {
        var app = SiloApp.Build(["--Urls", "http://127.0.0.1:0", "--OperatorKey", Api.OperatorKey, .. more], (builder, _) => AddTo(builder));
        await app.StartAsync(CancellationToken.None);
        return (app, new Api(app.Url));
    }

    private void AddTo(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IClusterClient>(this);
        builder.Services.AddSingleton<IEngineControl>(this);
    }

    private T Make<T>()
    {
        var proxy = DispatchProxy.Create<T, GrainProxy>();
        ((GrainProxy)(object)proxy!).Grains = this;
        return proxy;
    }

    /// <summary>One grain: passes every call on.</summary>
    public class GrainProxy : DispatchProxy
    {
        internal ScriptedGrains? Grains { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.DeclaringType!.Namespace == typeof(IAnswerGrain).Namespace) return Forgetful(targetMethod.Name);
            var returns = targetMethod.ReturnType;
            if (!returns.IsGenericType) return Task.Run(() => Grains!.Answer(targetMethod.Name, args ?? []));
            return typeof(GrainProxy).GetMethod(nameof(Call), BindingFlags.NonPublic | BindingFlags.Instance)!
                .MakeGenericMethod(returns.GetGenericArguments()[0]).Invoke(this, [targetMethod.Name, args ?? []]);
        }

        // What keeps the answers keeps none, and is not what a test asks about.
        private static Task Forgetful(string method) => method switch
        {
            nameof(IAnswerGrain.Get) => Task.FromResult<StoredAnswer?>(null),
            nameof(IAnswerSweepGrain.Start) => Task.FromResult(0L),
            _ => Task.CompletedTask,
        };

        private async Task<TResult> Call<TResult>(string method, object?[] args)
        {
            var answer = Grains!.Answer(method, args);
            if (answer is Task<object?> later) answer = await later;
            return (TResult)answer!;
        }
    }
}
