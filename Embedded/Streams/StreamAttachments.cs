using System.Security.Cryptography;
using System.Text;
using OrderActors.Embedded.Runtime;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace OrderActors.Embedded.Streams;

/// <summary>The observers that one activation attached to its subscriptions.</summary>
internal sealed class StreamAttachments(Activation activation)
{
    private readonly Dictionary<Guid, Func<object, StreamSequenceToken, Task>> _observers = [];

    internal static Guid ImplicitId(GrainId grain, StreamId stream) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{grain}<{stream}")).AsSpan(0, 16));

    internal async Task AttachImplicit(IStreamSubscriptionObserver observer)
    {
        var provider = EventStreamProvider.Of(activation.ActivationServices);
        foreach (var ns in activation.Class.ImplicitNamespaces)
        {
            var stream = StreamId.Create(ns, activation.GrainId.Key.ToString());
            await observer.OnSubscribed(new HandleFactory(provider, stream, ImplicitId(activation.GrainId, stream)));
        }
    }

    internal void Attach<T>(Guid subscription, IAsyncObserver<T> observer) =>
        _observers[subscription] = (item, token) => observer.OnNextAsync((T)item, token);

    internal void Detach(Guid subscription) => _observers.Remove(subscription);

    internal Task Deliver(Guid subscription, object item, StreamSequenceToken token) =>
        _observers.TryGetValue(subscription, out var observer)
            ? observer(item, token)
            : throw new InvalidOperationException(
                $"{activation.GrainId} has a stream subscription without an observer: resume it in OnActivateAsync (explicit) or " +
                    $"attach it in OnSubscribed (implicit).");

    private sealed class HandleFactory(EventStreamProvider provider, StreamId stream, Guid subscription) : IStreamSubscriptionHandleFactory
    {
        public StreamId StreamId => stream;

        public string ProviderName => provider.Name;

        public StreamSubscriptionHandle<T> Create<T>() => new SubscriptionHandle<T>(provider, stream, subscription, isImplicit: true);
    }
}
