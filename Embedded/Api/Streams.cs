using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans
{
    /// <summary>Stream access for grains.</summary>
    public static class GrainStreamingExtensions
    {
        /// <summary>The stream provider of that name.</summary>
        public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name)
        {
            ArgumentNullException.ThrowIfNull(grain);
            return grain.GrainContext.ActivationServices.GetRequiredKeyedService<IStreamProvider>(name);
        }
    }

    /// <summary>Stream access for hosts.</summary>
    public static class ClientStreamingExtensions
    {
        /// <summary>The stream provider of that name.</summary>
        public static IStreamProvider GetStreamProvider(this IClusterClient client, string name)
        {
            ArgumentNullException.ThrowIfNull(client);
            return client.ServiceProvider.GetRequiredKeyedService<IStreamProvider>(name);
        }
    }
}

namespace Orleans.Streams
{
    /// <summary>Receives the items of a stream.</summary>
    public interface IAsyncObserver<in T>
    {
        /// <summary>The next item. The next one is not sent before the task completes.</summary>
        Task OnNextAsync(T item, StreamSequenceToken? token = null);

        /// <summary>The stream ended. The streams of this engine never do.</summary>
        Task OnCompletedAsync() => Task.CompletedTask;

        /// <summary>The stream failed.</summary>
        Task OnErrorAsync(Exception ex);
    }

    /// <summary>What can be subscribed to.</summary>
    public interface IAsyncObservable<T>
    {
        /// <summary>Subscribes until <see cref="StreamSubscriptionHandle{T}.UnsubscribeAsync"/>.</summary>
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);
    }

    /// <summary>A stream, without the type of its items.</summary>
    public interface IAsyncStream
    {
        /// <summary>The stream's id.</summary>
        StreamId StreamId { get; }

        /// <summary>The provider's name.</summary>
        string ProviderName { get; }
    }

    /// <summary>A stream.</summary>
    public interface IAsyncStream<T> : IAsyncStream, IAsyncObservable<T>
    {
        /// <summary>The subscriptions that this grain holds on this stream, to resume after an activation.</summary>
        Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles();
    }

    /// <summary>Makes streams.</summary>
    public interface IStreamProvider
    {
        /// <summary>The provider's name.</summary>
        string Name { get; }

        /// <summary>The stream with this id.</summary>
        IAsyncStream<T> GetStream<T>(StreamId streamId);
    }

    /// <summary>The position of an item in its stream.</summary>
    public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken>, IComparable<StreamSequenceToken>
    {
        /// <summary>The sequence number within the stream.</summary>
        public abstract long SequenceNumber { get; protected set; }

        /// <summary>The index within a batch that shares one sequence number.</summary>
        public abstract int EventIndex { get; protected set; }

        /// <inheritdoc/>
        public abstract bool Equals(StreamSequenceToken? other);

        /// <inheritdoc/>
        public abstract int CompareTo(StreamSequenceToken? other);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);
    }

    /// <summary>One subscription.</summary>
    public abstract class StreamSubscriptionHandle<T> : IEquatable<StreamSubscriptionHandle<T>>
    {
        /// <summary>The stream's id.</summary>
        public abstract StreamId StreamId { get; }

        /// <summary>The provider's name.</summary>
        public abstract string ProviderName { get; }

        /// <summary>The subscription's id.</summary>
        public abstract Guid HandleId { get; }

        /// <summary>Ends the subscription.</summary>
        public abstract Task UnsubscribeAsync();

        /// <summary>Attaches an observer to the subscription, in place of an earlier one.</summary>
        public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null);

        /// <inheritdoc/>
        public abstract bool Equals(StreamSubscriptionHandle<T>? other);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

        /// <inheritdoc/>
        public override int GetHashCode() => HandleId.GetHashCode();
    }
}

namespace Orleans.Streams.Core
{
    /// <summary>Makes the handle of an implicit subscription.</summary>
    public interface IStreamSubscriptionHandleFactory
    {
        /// <summary>The stream's id.</summary>
        StreamId StreamId { get; }

        /// <summary>The provider's name.</summary>
        string ProviderName { get; }

        /// <summary>The handle, to attach an observer to.</summary>
        StreamSubscriptionHandle<T> Create<T>();
    }

    /// <summary>A grain that is told of its implicit subscription when it is activated by one.</summary>
    public interface IStreamSubscriptionObserver
    {
        /// <summary>Attach an observer here.</summary>
        Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory);
    }
}
