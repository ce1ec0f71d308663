using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrderActors.Tools.Keys;

/// <summary><c>keys create|list|rotate|revoke</c>: API keys over the API, with an operator's key. The answer is JSON on standard output.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var command = new Command("keys", "Creates, lists, rotates and revokes API keys of a running platform.");
        command.Add(CreateVerb());
        command.Add(ListVerb());
        command.Add(RotateVerb());
        command.Add(RevokeVerb());
        return command;
    }

    private static Command CreateVerb()
    {
        var kind = new Argument<string>("kind") { Description = "customer, merchant, courier, partner or operator." };
        var subject = new Argument<string>("subject")
        {
            Description = "Whose it is: the customer's, merchant's or courier's id, a partner's or operator's name.",
        };
        var name = new Option<string>("--name") { Description = "What people call it; the kind and the subject when left out." };
        var test = new Option<bool>("--test") { Description = "Make a test key." };
        var days = new Option<int?>("--days") { Description = "After how many days it ends by itself; never when left out." };
        return Verb(
            "create", "Creates a key and prints it with its secret, which is shown this once.", [kind, subject], [name, test, days],
            (api, parsed, cancellationToken) => api.Send(
                HttpMethod.Post, "/v1/api-keys", cancellationToken, new JsonObject
                {
                    ["kind"] = parsed.GetRequiredValue(kind),
                    ["subject"] = parsed.GetRequiredValue(subject),
                    ["name"] = parsed.GetValue(name) ?? $"{parsed.GetRequiredValue(kind)} {parsed.GetRequiredValue(subject)}",
                    ["livemode"] = !parsed.GetValue(test),
                    ["expires_at"] = parsed.GetValue(days) is { } left ? TimeProvider.System.GetUtcNow().AddDays(left) : null,
                }));
    }

    private static Command ListVerb()
    {
        var test = new Option<bool>("--test") { Description = "List the test keys." };
        return Verb(
            "list", "Lists the keys, newest first, one per line, without their secrets.", [], [test],
            async (api, parsed, cancellationToken) =>
            {
                var livemode = parsed.GetValue(test) ? "false" : "true";
                string? cursor = null;
                do
                {
                    var path = $"/v1/api-keys?limit=200&livemode={livemode}{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}";
                    var page = await api.Ask(HttpMethod.Get, path, null, cancellationToken);
                    foreach (var key in page["data"]!.AsArray()) await api.Print(key!);
                    cursor = (string?)page["next_cursor"];
                }
                while (cursor is not null);
            });
    }

    private static Command RotateVerb()
    {
        var id = new Argument<string>("id") { Description = "The key's id, such as key_live_…" };
        var hours = new Option<double>("--overlap-hours")
        {
            Description = "How long the secret before is still taken, in hours; 0 for not at all.",
            DefaultValueFactory = _ => 24,
        };
        return Verb(
            "rotate", "Gives a key another secret and prints it, this once; the one before is taken for a while.", [id], [hours],
            (api, parsed, cancellationToken) => api.Send(
                HttpMethod.Post, $"/v1/api-keys/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/rotate", cancellationToken,
                new JsonObject { ["overlap_seconds"] = (int)Math.Clamp(parsed.GetValue(hours) * 3600, int.MinValue, int.MaxValue) }));
    }

    private static Command RevokeVerb()
    {
        var id = new Argument<string>("id") { Description = "The key's id, such as key_live_…" };
        return Verb(
            "revoke", "Ends a key for good.", [id], [],
            (api, parsed, cancellationToken) => api.Send(
                HttpMethod.Post, $"/v1/api-keys/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/revoke", cancellationToken));
    }

    private static Command Verb(
        string name, string description, Argument[] arguments, Option[] options, Func<KeysApi, ParseResult, CancellationToken, Task> run)
    {
        var url = ApiAccess.UrlOption();
        var key = ApiAccess.KeyOption();
        var verb = new Command(name, description) { url, key };
        foreach (var argument in arguments) verb.Add(argument);
        foreach (var option in options) verb.Add(option);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new KeysApi(parsed.GetRequiredValue(url), parsed.GetRequiredValue(key), Console.Out);
            try
            {
                await run(api, parsed, cancellationToken);
                return ExitCodes.Ok;
            }
            catch (HttpRequestException e)
            {
                await Console.Error.WriteLineAsync($"{parsed.GetRequiredValue(url)}: {e.Message}");
                return ExitCodes.Failed;
            }
        });
        return verb;
    }
}

/// <summary>The calls of these verbs.</summary>
internal sealed class KeysApi : IDisposable
{
    // Text as it is: this goes to a terminal and not into a page.
    private static readonly JsonSerializerOptions Printed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient _http;
    private readonly TextWriter _output;

    /// <param name="url">Where the API listens.</param>
    /// <param name="key">An operator's key.</param>
    /// <param name="output">Where answers go.</param>
    /// <exception cref="BadInputException">The address or the key is none.</exception>
    public KeysApi(string url, string key, TextWriter output)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new BadInputException($"--url is '{url}'; it must be http://address:port.");
        if (key.Length == 0) throw new BadInputException($"There is no key: put an operator's API key into {ApiAccess.KeyVariable}.");
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        if (!_http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + key)) throw new BadInputException("The key is not one.");
        _output = output;
    }

    /// <summary>Asks, and prints the answer.</summary>
    public async Task Send(HttpMethod method, string path, CancellationToken cancellationToken, JsonObject? body = null) =>
        await Print(await Ask(method, path, body, cancellationToken));

    /// <summary>Asks.</summary>
    /// <exception cref="BadInputException">It was refused; the message is the problem's.</exception>
    public async Task<JsonNode> Ask(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = JsonContent.Create(body);
        if (method == HttpMethod.Post) request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        using var response = await _http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
        if (response.IsSuccessStatusCode && answer is not null) return answer;
        var said = string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}: {(string?)answer?["detail"] ?? response.ReasonPhrase}");
        throw response.StatusCode < HttpStatusCode.InternalServerError ? new BadInputException(said) : new HttpRequestException(said);
    }

    /// <summary>Prints one line of JSON.</summary>
    public Task Print(JsonNode answer) => _output.WriteLineAsync(answer.ToJsonString(Printed));

    public void Dispose() => _http.Dispose();
}
