using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Governance.Keys;

/// <summary>The shell around <see cref="ApiKeyLifecycle"/>.</summary>
[GrainType("api-key")]
internal sealed class ApiKeyGrain : Grain, IApiKeyGrain
{
    private readonly Durable<ApiKeyState> _key;
    private readonly TimeProvider _clock;

    public ApiKeyGrain([PersistentState("state")] IPersistentState<ApiKeyState> state, TimeProvider clock)
    {
        _key = new(this, state);
        _clock = clock;
    }

    private string Id => this.GetPrimaryKeyString();

    public async Task<ApiKeyReply> Execute(ApiKeyCommand command)
    {
        // Listed first: a key that nobody can find could never be revoked, and one that is listed and never came about is only skipped.
        if (command is CreateApiKey create && !_key.Current.Exists
            && ApiKeyLifecycle.Decide(_key.Current, command, Id, _clock.GetUtcNow()).Reply.Refusal is null)
        {
            await GrainFactory.GetGrain<IApiKeyDirectoryGrain>(create.Live ? "live" : "test").Add(Id);
        }

        var now = _clock.GetUtcNow();
        var outcome = await _key.Decide(state => ApiKeyLifecycle.Decide(state, command, Id, now));
        return new(View(), outcome.Refusal, outcome.Replayed);
    }

    public Task<ApiKeyGrant?> Resolve(string hash) => Task.FromResult(ApiKeyLifecycle.Resolve(_key.Current, hash, _clock.GetUtcNow()));

    public Task<ApiKeyView?> Get() => Task.FromResult(View());

    private ApiKeyView? View() => _key.Current.Exists ? _key.Current.ToView() : null;
}
