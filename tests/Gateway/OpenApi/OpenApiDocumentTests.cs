using System.Text.Json;
using Xunit;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <summary>The document by itself: complete, consistent, and cheap to ask for again.</summary>
[Collection(SharedSilo.Name)]
public sealed class OpenApiDocumentTests(SiloUnderTest silo)
{
    /// <summary>The keywords of schemas that <see cref="JsonSchemaValidator"/> checks, or that say nothing to check.</summary>
    private static readonly HashSet<string> Keywords =
    [
        "$ref", "type", "enum", "anyOf", "oneOf", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "minimum", "maximum",
        "minLength", "maxLength", "pattern", "format", "description",
    ];

    [Fact]
    public async Task It_is_OpenAPI_3_1_and_is_not_sent_to_who_has_it()
    {
        var first = (await silo.Api.Get("/openapi/v1.json")).Expect(200);
        Assert.Equal("3.1.0", first["openapi"]);
        Assert.Equal("application/json; charset=utf-8", first.Header("content-type"));
        var again = await silo.Api.Send(HttpMethod.Get, "/openapi/v1.json", null, null, ("If-None-Match", first.Header("etag")!));
        Assert.Equal((304, ""), (again.Status, again.Text));
    }

    [Fact]
    public async Task It_has_every_route()
    {
        var document = await Document();
        Assert.Equal(silo.Routes.Order(), document.Operations.Values.Select(o => $"{o.Method} {o.Path}").Order());
        Assert.All(document.Operations.Values, operation =>
        {
            Assert.EndsWith(".", operation.Json.GetProperty("summary").GetString(), StringComparison.Ordinal);
            Assert.Matches("^(critical|secondary|non_critical)$", operation.Json.GetProperty("x-priority").GetString());
            Assert.NotEqual(0, operation.Json.GetProperty("x-callers").GetArrayLength());
        });
    }

    [Fact]
    public async Task Every_operation_has_an_example_that_is_as_its_schemas_say()
    {
        const string Mend = "Call it in tests/Gateway/OpenApi/Scenes*.cs, run ConformanceTests with OPENAPI_RECORD=missing, and build.";
        var document = await Document();
        foreach (var operation in document.Operations.Values)
        {
            if (operation.Body is { } body) Fits(document, operation, "request", body, Mend);
            foreach (var response in operation.Json.GetProperty("responses").EnumerateObject())
            {
                if (!document.Schemas.Resolve(response.Value).TryGetProperty("content", out var content)) continue;
                foreach (var type in content.EnumerateObject().Where(t => t.Value.GetProperty("schema").TryGetProperty("$ref", out _)))
                    Fits(document, operation, response.Name, type.Value, Mend);
            }

            foreach (var parameter in operation.ParametersIn("path"))
                Assert.True(parameter.TryGetProperty("example", out _), $"{operation} has no example of {parameter.GetProperty("name")}. {Mend}");
        }
    }

    [Fact]
    public async Task It_uses_only_keywords_that_are_checked()
    {
        var document = await Document();
        foreach (var schema in document.Json.GetProperty("components").GetProperty("schemas").EnumerateObject()) Known(schema.Value, schema.Name);
    }

    [Fact]
    public void A_validator_sees_what_is_wrong()
    {
        var schema = JsonDocument.Parse("""
            {"type":"object","required":["a","b"],"properties":{
             "a":{"type":["integer","null"],"format":"int32","minimum":1},"b":{"type":"string","pattern":"^x"},
             "c":{"type":"array","items":{"type":"string","enum":["one"]},"maxItems":1},"d":{"type":"string","format":"date-time"}}}
            """).RootElement;
        var validator = new JsonSchemaValidator(schema);
        IReadOnlyList<string> Faults(string json) => validator.Faults(JsonDocument.Parse(json).RootElement, schema);
        Assert.Empty(Faults("""{"a":null,"b":"xy","c":["one"],"d":"2026-01-31T12:00:00Z"}"""));
        foreach (var wrong in (string[])
        [
            "[]", "{}", """{"a":"1","b":"x"}""", """{"a":0,"b":"x"}""", """{"a":1.5,"b":"x"}""", """{"a":1,"b":"y"}""", """{"a":5000000000,"b":"x"}""",
            """{"a":1,"b":"x","c":["two"]}""", """{"a":1,"b":"x","c":["one","one"]}""", """{"a":1,"b":"x","d":"yesterday"}""",
            """{"a":1,"b":"x","e":1}""",
        ])
        {
            Assert.True(Faults(wrong).Count > 0, wrong);
        }
    }

    private async Task<ApiDescription> Document() => new((await silo.Api.Get("/openapi/v1.json")).Expect(200).Text);

    private static void Fits(ApiDescription document, DescribedOperation operation, string what, JsonElement content, string mend)
    {
        Assert.True(content.TryGetProperty("example", out var example), $"{operation} has no example of its {what}. {mend}");
        var faults = document.Schemas.Faults(example, content.GetProperty("schema"));
        Assert.True(
            faults.Count == 0,
            $"{operation}: the example of its {what} is not as the schema says: {string.Join("; ", faults)}. Delete it to record it anew. {mend}");
    }

    private static void Known(JsonElement schema, string at)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            var known = Keywords.Contains(keyword.Name) || keyword.Name.StartsWith("x-", StringComparison.Ordinal);
            Assert.True(known, $"{at} has {keyword.Name}, which nobody checks.");
            switch (keyword.Name)
            {
                case "properties":
                    foreach (var member in keyword.Value.EnumerateObject()) Known(member.Value, $"{at}/{member.Name}");
                    break;
                case "anyOf" or "oneOf":
                    foreach (var way in keyword.Value.EnumerateArray()) Known(way, at);
                    break;
                case "items":
                    Known(keyword.Value, at);
                    break;
            }
        }
    }
}
