using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.House.Stored;

/// <summary>How records of older versions are brought to the present form, on types that only exist here.</summary>
public class UpcasterTests
{
    [Theory]
    [InlineData("""{"first":"Ada","last":"Lovelace","age":36}""", "without a version: the first")]
    [InlineData("""{"_v":1,"first":"Ada","last":"Lovelace","age":36}""", "the first")]
    [InlineData("""{"_v":2,"name":"Ada Lovelace","age":36}""", "the second")]
    [InlineData("""{"_v":3,"name":"Ada Lovelace","born":1815}""", "the present")]
    [InlineData("""{"_v":4,"name":"Ada Lovelace","born":1815,"title":"Countess"}""", "the next")]
    public void Every_version_is_read_and_the_present_one_is_written(string stored, string which)
    {
        var person = JsonSerializer.Deserialize<Person>(stored, StoredJson.Options)!;
        Assert.True(person == new Person("Ada Lovelace", 1815), which);
        Assert.Equal("""{"_v":3,"name":"Ada Lovelace","born":1815}""", JsonSerializer.Serialize(person, StoredJson.Options));
    }

    [Theory]
    [InlineData(5, "has version 5; this release writes version 3 and reads up to 4.")]
    [InlineData(0, "says version 0; versions start at 1.")]
    public void A_version_that_cannot_be_read_is_refused(int version, string reason)
    {
        var refusal = Assert.Throws<StoredVersionException>(() => JsonSerializer.Deserialize<Person>($$"""{"_v":{{version}}}""", StoredJson.Options));
        Assert.StartsWith("A stored 'test-person' (Person) " + reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_of_event_has_its_own_versions()
    {
        Assert.Equal(new Renamed("b"), JsonSerializer.Deserialize<Happening>("""{"$":"r","_v":1,"title":"b"}""", StoredJson.Options));
        Assert.Equal(new Renamed("b"), JsonSerializer.Deserialize<Happening>("""{"$":"r","_v":2,"name":"b"}""", StoredJson.Options));
        Assert.Equal(new Moved("c"), JsonSerializer.Deserialize<Happening>("""{"$":"m","_v":1,"to":"c"}""", StoredJson.Options));
        Assert.Equal("""{"$":"r","_v":2,"name":"b"}""", JsonSerializer.Serialize<Happening>(new Renamed("b"), StoredJson.Options));
    }

    [StoredAs("test-person", version: 3, Upcaster = typeof(PersonUpcaster))]
    private sealed record Person(string Name, int Born);

    private sealed class PersonUpcaster : IUpcaster
    {
        public void Upcast(JsonObject record, int from)
        {
            Assert.False(record.ContainsKey("_v"));
            if (from == 1)
            {
                record["name"] = $"{record["first"]} {record["last"]}";
            }
            else
            {
                Assert.Equal(2, from);
                record["born"] = 1851 - (int)record["age"]!;
            }
        }
    }

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "$")]
    [JsonDerivedType(typeof(Renamed), "r")]
    [JsonDerivedType(typeof(Moved), "m")]
    private abstract record Happening;

    [StoredAs("test-renamed", version: 2, Upcaster = typeof(RenamedUpcaster))]
    private sealed record Renamed(string Name) : Happening;

    [StoredAs("test-moved", version: 1)]
    private sealed record Moved(string To) : Happening;

    private sealed class RenamedUpcaster : IUpcaster
    {
        public void Upcast(JsonObject record, int from) => record["name"] = record["title"]!.DeepClone();
    }
}
