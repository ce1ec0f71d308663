using OrderActors.Broadcast;
using OrderActors.Governance.Keys;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Lifecycles.Governance;

public sealed class ApiKeyLifecycleTests
{
    private const string Id = "key_live_0123456789abcdef";
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor Operator = new(Role.Operator, "ada");
    private static readonly string First = new('a', 64);
    private static readonly string Second = new('b', 64);
    private static readonly CreateApiKey Create = new("c1", Operator, ApiKeyKind.Merchant, "m1", Live: true, "till", First, "aaaa");

    [Fact]
    public void A_key_proves_whose_it_is_until_it_is_revoked()
    {
        var key = Done(new(), Create);
        Assert.Equal(new ApiKeyGrant(ApiKeyKind.Merchant, "m1", Live: true), ApiKeyLifecycle.Resolve(key, First, Now));
        Assert.Null(ApiKeyLifecycle.Resolve(key, Second, Now));
        Assert.Null(ApiKeyLifecycle.Resolve(new(), "", Now));

        key = Done(key, new RevokeApiKey("c2", Operator));
        Assert.Null(ApiKeyLifecycle.Resolve(key, First, Now));
        Assert.Equal(RefusalCode.InvalidTransition, Refused(key, new RotateApiKey("c3", Operator, Second, "bbbb", TimeSpan.Zero)));
        Assert.Equal([ApiKeyEvent.Created, ApiKeyEvent.Revoked], key.Raised.Select(e => e.Type));
        Assert.All(key.Raised, e => Assert.Equal(Operator, e.By));
    }

    [Fact]
    public void After_a_rotation_both_secrets_count_until_the_overlap_is_over()
    {
        var key = Done(Done(new(), Create), new RotateApiKey("c2", Operator, Second, "bbbb", TimeSpan.FromHours(1)));
        Assert.Equal(Now.AddHours(1), ApiKeyLifecycle.Resolve(key, First, Now.AddMinutes(59))!.Until);
        Assert.Null(ApiKeyLifecycle.Resolve(key, First, Now.AddHours(1)));
        Assert.Null(ApiKeyLifecycle.Resolve(key, Second, Now.AddHours(1))!.Until);
    }

    [Fact]
    public void A_key_ends_by_itself()
    {
        var key = Done(new(), Create with { ExpiresAt = Now.AddDays(1) });
        Assert.Equal(Now.AddDays(1), ApiKeyLifecycle.Resolve(key, First, Now)!.Until);
        Assert.Null(ApiKeyLifecycle.Resolve(key, First, Now.AddDays(1)));
    }

    [Fact]
    public void The_same_command_with_another_secret_is_the_same_command_and_keeps_the_first_one()
    {
        var key = Done(new(), Create);
        var again = ApiKeyLifecycle.Decide(key, Create with { Hash = Second, Last4 = "bbbb" }, Id, Now);
        Assert.True(again.Reply.Replayed);
        Assert.Same(key, again.State);
        Assert.Equal(RefusalCode.IdempotencyKeyReused, Refused(key, Create with { Subject = "m2" }));
    }

    [Theory]
    [InlineData("", "till", RefusalCode.ValidationFailed)]
    [InlineData("~m1", "till", RefusalCode.ValidationFailed)]
    [InlineData("m1", "", RefusalCode.ValidationFailed)]
    public void What_is_no_subject_or_name_is_refused(string subject, string name, RefusalCode code) =>
        Assert.Equal(code, Refused(new(), Create with { Subject = subject, Name = name }));

    [Fact]
    public void Only_operators_give_keys()
    {
        Assert.Equal(RefusalCode.Forbidden, Refused(new(), Create with { By = new(Role.Merchant, "m1") }));
        Assert.Equal(RefusalCode.NotFound, Refused(new(), new RevokeApiKey("c2", Operator)));
        Assert.Equal(RefusalCode.ValidationFailed, Refused(new(), Create with { ExpiresAt = Now }));
        Assert.Equal(RefusalCode.ValidationFailed, Refused(new(), Create with { Hash = "secret" }));
    }

    [Fact]
    public async Task A_directory_lists_its_keys_newest_first_across_pages()
    {
        var (directory, pages) = (new ApiKeyDirectory(), new List<System.Collections.Immutable.ImmutableArray<string>>());
        const int Keys = 3 * ApiKeyDirectory.PageSize + 7;
        for (var i = 0; i < Keys; i++)
        {
            int? page = null;
            if (!directory.Full.IsEmpty)
            {
                page = directory.Pages;
                pages.Add(directory.Full);
            }

            directory = directory.Add($"k{i}", page);
            Assert.Same(directory, directory.Add($"k{i}", null));
        }

        var (listed, cursor) = (new List<string>(), (string?)null);
        do
        {
            var found = await directory.List(cursor, 200, page => Task.FromResult(pages[page]));
            listed.AddRange(found.Keys);
            cursor = found.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(0, Keys).Reverse().Select(i => $"k{i}"), listed);
        await Assert.ThrowsAsync<OrderActors.Orders.InvalidCursorException>(() => directory.List("x", 1, page => Task.FromResult(pages[page])));
    }

    private static ApiKeyState Done(ApiKeyState state, ApiKeyCommand command)
    {
        var decision = ApiKeyLifecycle.Decide(state, command, Id, Now);
        Assert.Null(decision.Reply.Refusal);
        return decision.State;
    }

    private static RefusalCode? Refused(ApiKeyState state, ApiKeyCommand command)
    {
        var decision = ApiKeyLifecycle.Decide(state, command, Id, Now);
        Assert.Same(state, decision.State);
        return decision.Reply.Refusal?.Code;
    }
}
