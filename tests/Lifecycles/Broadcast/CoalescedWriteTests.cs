using Xunit;

namespace OrderActors.Tests.Lifecycles.Broadcast;

public sealed class CoalescedWriteTests
{
    private readonly List<TaskCompletionSource> _writes = [];
    private readonly CoalescedWrite _sut;

    public CoalescedWriteTests() => _sut = new CoalescedWrite(() =>
    {
        _writes.Add(new TaskCompletionSource());
        return _writes[^1].Task;
    });

    [Fact]
    public async Task Who_comes_during_a_write_shares_the_next_one()
    {
        var first = _sut.WriteAsync();
        var second = _sut.WriteAsync();
        var third = _sut.WriteAsync();
        Assert.Single(_writes);

        _writes[0].SetResult();
        await first;
        Assert.Equal(2, _writes.Count);
        Assert.False(second.IsCompleted || third.IsCompleted);

        var fourth = _sut.WriteAsync();
        _writes[1].SetResult();
        await Task.WhenAll(second, third);
        Assert.False(fourth.IsCompleted);
        _writes[2].SetResult();
        await fourth;
        Assert.Equal(3, _writes.Count);
    }

    [Fact]
    public async Task A_failure_fails_all_who_wait_and_the_next_one_tries_anew()
    {
        var first = _sut.WriteAsync();
        var second = _sut.WriteAsync();
        _writes[0].SetException(new IOException("disk"));
        await Assert.ThrowsAsync<IOException>(() => first);
        await Assert.ThrowsAsync<IOException>(() => second);

        var third = _sut.WriteAsync();
        _writes[1].SetResult();
        await third;
    }
}
