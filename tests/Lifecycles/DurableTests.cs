using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Tests.Lifecycles;

public class DurableTests
{
    private readonly Grain _grain = new();
    private readonly Storage _storage = new();
    private readonly Durable<string> _durable;

    public DurableTests() => _durable = new(_grain, _storage);

    private Task<string> Append(string text) => _durable.Decide(s => new Decision<string, string>(s + text, s + text));

    [Fact]
    public async Task Decisions_during_a_write_share_the_next_one_and_are_answered_after_it()
    {
        var first = Append("a");
        var (second, third, refused) = (Append("b"), Append("c"), _durable.Decide(s => new Decision<string, string>(s, "saw " + s)));
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal("", _durable.Current);
        _storage.Release();
        Assert.Equal("a", await first);
        Assert.False(refused.IsCompleted);
        Assert.Equal("a", _durable.Current);
        _storage.Release();
        Assert.Equal(["ab", "abc", "saw abc"], await Task.WhenAll(second, third, refused));
        Assert.Equal(2, _storage.Writes);
    }

    [Fact]
    public async Task Another_writer_makes_the_decision_be_made_again_once()
    {
        _storage.Fault = new InconsistentStateException("other");
        _storage.Stored = "x";
        var reply = Append("a");
        _storage.Release();
        _storage.Release();
        Assert.Equal("xa", await reply);
        Assert.False(_grain.Deactivating);
    }

    [Fact]
    public async Task A_failed_write_is_thrown_never_shown_and_read_again_before_the_next_decision()
    {
        _storage.Fault = new IOException("disk");
        var reply = Append("a");
        _storage.Release();
        await Assert.ThrowsAsync<IOException>(() => reply);
        Assert.Equal("", _durable.Current);
        Assert.True(_grain.Deactivating);
        _storage.Stored = "a";
        var next = Append("b");
        _storage.Release();
        Assert.Equal("ab", await next);
    }

    [Fact]
    public async Task A_decision_that_throws_fails_alone_and_one_that_changes_nothing_writes_nothing()
    {
        await Assert.ThrowsAsync<ArithmeticException>(() => _durable.Decide<int>(_ => throw new ArithmeticException()));
        Assert.Equal(1, await _durable.Decide(s => new Decision<string, int>(s, 1)));
        Assert.Equal(0, _storage.Writes);
    }

    private sealed class Storage : IPersistentState<string>
    {
        private readonly Queue<TaskCompletionSource> _writes = new();

        public string Stored { get; set; } = "";

        public Exception? Fault { get; set; }

        public int Writes { get; private set; }

        public string State { get; set; } = "";

        public string? Etag => null;

        public bool RecordExists => true;

        public Task ClearStateAsync() => throw new NotSupportedException();

        public Task ReadStateAsync()
        {
            State = Stored;
            return Task.CompletedTask;
        }

        public Task WriteStateAsync()
        {
            Writes++;
            var write = new TaskCompletionSource();
            _writes.Enqueue(write);
            return write.Task;
        }

        /// <summary>Lets the write that is under way end; what follows it runs before this returns.</summary>
        public void Release()
        {
            var (write, fault) = (_writes.Dequeue(), Fault);
            Fault = null;
            if (fault is not null) write.SetException(fault);
            else write.SetResult();
        }
    }

    private sealed class Grain : IGrainBase, IGrainContext
    {
        public bool Deactivating { get; private set; }

        public IGrainContext GrainContext => this;

        public GrainId GrainId => default;

        public object? GrainInstance => this;

        public IServiceProvider ActivationServices => throw new NotSupportedException();

        public Task Deactivated => Task.CompletedTask;

        public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default) => Deactivating = true;
    }
}
