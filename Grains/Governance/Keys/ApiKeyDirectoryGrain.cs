using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Governance.Keys;

/// <summary>The shell around <see cref="ApiKeyDirectory"/>.</summary>
[GrainType("api-key-directory"), WorkClass(WorkClass.Secondary)]
internal sealed class ApiKeyDirectoryGrain : Grain, IApiKeyDirectoryGrain
{
    private readonly Durable<ApiKeyDirectory> _directory;

    public ApiKeyDirectoryGrain([PersistentState("state")] IPersistentState<ApiKeyDirectory> state) => _directory = new(this, state);

    public async Task Add(string key)
    {
        int? page = null;
        if (_directory.Current.Full is { IsEmpty: false } full)
        {
            page = _directory.Current.Pages;
            await Page(page.Value).Seal(full);
        }

        await _directory.Decide(directory => new Decision<ApiKeyDirectory, bool>(directory.Add(key, page), true));
    }

    public Task<ApiKeyPage> List(string? cursor, int limit) => _directory.Current.List(cursor, limit, page => Page(page).Read());

    private IApiKeyDirectoryPageGrain Page(int page) => GrainFactory.GetGrain<IApiKeyDirectoryPageGrain>(
        string.Create(CultureInfo.InvariantCulture, $"{this.GetPrimaryKeyString()}/{page}"));
}

/// <summary>A full page of a directory. The first sealing counts.</summary>
[GrainType("api-key-page"), WorkClass(WorkClass.Secondary)]
internal sealed class ApiKeyDirectoryPageGrain([PersistentState("state")] IPersistentState<ApiKeyPageState> state) : Grain, IApiKeyDirectoryPageGrain
{
    private Durable<ApiKeyPageState>? _page;

    private Durable<ApiKeyPageState> Page => _page ??= new(this, state);

    public Task Seal(ImmutableArray<string> keys) =>
        Page.Decide(s => new Decision<ApiKeyPageState, bool>(s.Keys.IsEmpty ? s with { Keys = keys.OrEmpty() } : s, true));

    public Task<ImmutableArray<string>> Read() => Task.FromResult(Page.Current.Keys);
}
