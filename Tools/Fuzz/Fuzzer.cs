using OrderActors.Client.Http;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Fuzz;

/// <summary>Makes bad requests. The same seed and index make the same one, where the town and its orders are the same.</summary>
/// <param name="operations">What is asked.</param>
/// <param name="town">What there is.</param>
/// <param name="host">What the Host header says.</param>
/// <param name="key">The API key; null for none.</param>
/// <param name="seed">Which requests.</param>
internal sealed class Fuzzer(IReadOnlyList<Operation> operations, FuzzTown town, string host, string? key, int seed)
{
    private const int LargePrime = 1_000_003;

    /// <summary>The request of this index.</summary>
    public RawRequest Make(int index)
    {
        var random = new Random(unchecked((seed * LargePrime) + index));

        // In turns, so that none is left out; what is done to it is drawn.
        var operation = operations[index % operations.Count];
        var request = new RawRequest { Index = index, Method = operation.Method, Target = TargetOf(operation, random) };
        request.Headers.Add(("Host", host));
        if (key is not null) request.Headers.Add(("Authorization", "Bearer " + key));
        if (operation.Key != KeyUse.None) request.Headers.Add(("Idempotency-Key", $"f{seed}-{index}"));
        var body = town.BodyOf(operation, random);
        if (body is not null)
        {
            request.Headers.Add(("Content-Type", "application/json"));
            request.Body = System.Text.Encoding.UTF8.GetBytes(body.ToJsonString());
        }

        request.Changes.Add(operation.Id);
        if (body is not null && random.Next(3) > 0) BodyChanges.Apply(request, body, random);
        else HeadChanges.Apply(request, random);
        if (random.Next(6) == 0 && request is { CutAt: null, IsFramed: true }) HeadChanges.Apply(request, random);
        return request;
    }

    private string TargetOf(Operation operation, Random random)
    {
        var parts = operation.Path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] is ['{', .., '}']) parts[i] = town.TextOf(parts[i].Trim('{', '}').Split(':')[0].TrimStart('*'), operation.Path, random);
        }

        var query = operation.Query.Where(_ => random.Next(2) == 0).Select(parameter => $"{parameter.Name}={QueryValue(parameter.Name, random)}").ToList();
        return string.Join('/', parts) + (query.Count > 0 ? "?" + string.Join('&', query) : "");
    }

    private string QueryValue(string name, Random random) => name switch
    {
        "limit" => "5",
        "preview" => "true",
        "status" => "ready",
        _ => town.TextOf(name, "", random),
    };
}
