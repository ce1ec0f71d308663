using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Intake;
using OrderActors.Silo.Hosting;
using OrderActors.Tests.Gateway.Webhooks;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <summary>
/// The API is as its document says: every operation is called over HTTP, and status, headers and body are held against the document. With
/// <c>OPENAPI_RECORD=missing</c> (or <c>all</c>) in the environment the exchanges are written as the document's examples.
/// </summary>
public sealed class ConformanceTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _data = new();
    private readonly ScriptedGrains _grains = new();
    private SiloApp _silo = null!;
    private Api _api = null!;
    private SiloApp _scripted = null!;
    private Api _scriptedApi = null!;
    private Receiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _silo = SiloApp.Build(
        [
            "--Urls", "http://127.0.0.1:0", "--Data", _data.Path, "--OperatorKey", Api.OperatorKey, "--PaymentWebhooks:Secret", Scenes.ProviderSecret,
            "--Webhooks:AllowHttp", "true", "--Webhooks:AllowPrivate", "true",
        ]);
        await _silo.StartAsync(CancellationToken.None);
        _api = new Api(_silo.Url);
        _receiver = await Receiver.Start();
        (_scripted, _scriptedApi) = await _grains.Start();
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        _scriptedApi.Dispose();
        foreach (var app in (SiloApp[])[_silo, _scripted])
        {
            await app.DrainAsync();
            await app.DisposeAsync();
        }

        await _receiver.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Every_operation_answers_and_refuses_as_the_document_says()
    {
        var document = new ApiDescription((await _api.Get("/openapi/v1.json")).Expect(200).Text);
        var talk = new Conversation(document);
        foreach (var scene in Scenes.OnRealGrains) await scene(talk, _api);
        await Scenes.WebhooksAsync(talk, _api, _receiver);
        _grains.Answer = DeadLetters();
        await Scenes.DeadLettersAsync(talk, _scriptedApi);
        _grains.Answer = IntakeDeadLetters();
        await Scenes.IntakeDeadLettersAsync(talk, _scriptedApi);

        var silent = document.Operations.Keys.Except(talk.Done).ToList();
        Assert.True(silent.Count == 0, $"No scene in tests/Gateway/OpenApi calls {string.Join(", ", silent)} with success.");
        foreach (var operation in document.Operations.Keys.Except(talk.Refused).ToList()) await talk.Misunderstands(_api, operation);
        using var stranger = _api.As("");
        foreach (var operation in document.Operations.Values.Where(operation => operation.NeedsCaller)) await talk.Refuses(
            stranger, operation.Id, 401, operation.ParametersIn("path").ToDictionary(p => p.GetProperty("name").GetString()!, _ => "7"));
        Record(talk);
    }

    /// <summary>One event that was given up, which is digested when it is tried again.</summary>
    private static Func<string, object?[], object?> DeadLetters()
    {
        var (listed, replayed) = (0, 0);
        return (method, _) => method switch
        {
            "Replay" => Interlocked.Increment(ref replayed) == 1,
            _ when Interlocked.Increment(ref listed) == 8 => ImmutableArray.Create(
                new DeadLetter("fulfilment", 7, 42, "order.created", "The grain did not answer.", 12, Noon)),
            _ => ImmutableArray<DeadLetter>.Empty,
        };
    }

    /// <summary>One order that was given up: placed, failing again, left, gone.</summary>
    private static Func<string, object?[], object?> IntakeDeadLetters()
    {
        var (listed, resolved) = (0, 0);
        return (method, _) => method switch
        {
            "Resolve" => Interlocked.Increment(ref resolved) switch
            {
                1 => new IntakeResolution(true, new(17, IntakeStatus.Placed, OrderNumber.Create(99, 0, 1, 2, 0))),
                2 => new IntakeResolution(true, Error: "The grain did not answer."),
                3 => new IntakeResolution(true, new(17, IntakeStatus.Dead, Detail: "The grain did not answer.")),
                _ => new IntakeResolution(false),
            },
            _ when Interlocked.Increment(ref listed) == 1 => new IntakeDeadLetters(
                [new("rcp_0123456789abcdef", 17, "The grain did not answer.", 5, Noon)],
                [new(Noon, new Actor(Role.Operator, "ops-7"), "skip", "rcp_0123456789abcdef/16", "Placed by hand.")]),
            _ => new IntakeDeadLetters([], []),
        };
    }

    private static void Record(Conversation talk)
    {
        var what = Environment.GetEnvironmentVariable("OPENAPI_RECORD");
        if (what is not ("missing" or "all")) return;
        foreach (var operation in talk.Done)
        {
            var file = Path.Combine(RepositoryRoot.Path, "Client", "OpenApi", "Examples", operation + ".json");
            if (what == "all" || !File.Exists(file)) File.WriteAllText(file, talk.Example(operation));
        }
    }
}
