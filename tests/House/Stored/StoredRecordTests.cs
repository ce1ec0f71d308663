using System.Text.Json.Nodes;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.House.Stored;

/// <summary>
/// What was stored by a release is read by all later ones, and by the one before it. Each form that was ever released has a
/// sample here; a change of form without a new version fails.
/// </summary>
public class StoredRecordTests
{
    private static IEnumerable<StoredRecord> Versioned => StoredRecords.All.Where(record => record.Stored is not null);

    [Fact]
    public void The_records_are_found() => Assert.True(
        StoredRecords.All.Count(record => record.Type == record.Root) > 8 && StoredRecords.All.Count > 11, "The walk lost the states or the events.");

    [Fact]
    public void Every_stored_type_has_a_name_of_its_own_and_a_version() => Holds(
        (from record in StoredRecords.All
         where record.Stored is null or { Version: < 1 }
         select $"{record.Type.Name} is stored without a version: put [StoredAs(\"its-name\", version: 1)] on it").Concat(
            from record in Versioned
            group record by record.Stored!.Name into same
            where same.Count() > 1
            select $"'{same.Key}' is the name of {string.Join(" and ", same.Select(record => record.Type.Name))}"));

    [Fact]
    public void Every_version_is_at_most_one_beyond_the_last_release() => Holds(
        from record in Versioned
        let stored = record.Stored!
        let released = Released.StoredVersion(stored.Name) ?? 0
        where stored.Version < Math.Max(released, 1) || stored.Version > released + 1
        select $"'{stored.Name}' is at version {stored.Version} and was released at {released}: a release raises a version by one");

    [Fact]
    public void Every_released_version_has_its_sample() => Holds(
        from record in Versioned
        let stored = record.Stored!
        from version in Enumerable.Range(1, stored.Version)
        where Samples.Find(stored.Name, version) is null && !(Baseline.Accepting && version == stored.Version)
        select $"{Samples.PathOf(stored.Name, version)} is missing; for the present version: {Baseline.AcceptCommand}");

    [Fact]
    public void What_is_written_has_the_form_of_its_version() => Holds(Versioned.Select(FormProblem).OfType<string>());

    [Fact]
    public void A_specimen_has_every_member() => Holds(
        from record in Versioned
        let written = record.Write(Specimen.Of(record.Type))
        from lost in Samples.Members(Specimen.Filled(record.Type)).Except(Samples.Members(written))
        select $"{record}: {lost} is set and not written");

    [Fact]
    public void Every_sample_is_read_and_nothing_of_it_is_lost() => Holds(
        from sample in Samples.All()
        from problem in ReadProblems(sample.Name, sample.Version, sample.Record)
        select $"{Samples.PathOf(sample.Name, sample.Version)}: {problem}");

    [Fact]
    public void A_record_without_a_version_is_the_first() => Holds(
        from sample in Samples.All()
        where sample.Version == 1
        let record = RecordOf(sample.Name)!
        let without = Without(sample.Record, "_v")
        where !JsonNode.DeepEquals(record.Write(record.Read(without)), record.Write(record.Read(sample.Record)))
        select $"{record} is read otherwise without its version");

    [Fact]
    public void A_record_of_the_next_release_is_read_and_what_is_unknown_in_it_is_ignored() => Holds(
        from record in Versioned
        let present = record.Write(Specimen.Of(record.Type))
        let next = Next(present, record.Stored!.Version + 1)
        where !JsonNode.DeepEquals(record.Write(record.Read(next)), present)
        select $"{record}: a record of version {record.Stored!.Version + 1} is not read like one of {record.Stored.Version}");

    [Fact]
    public void A_record_of_a_release_further_ahead_is_refused_with_what_to_do()
    {
        foreach (var record in Versioned)
        {
            var own = record.Stored!.Version;
            var refusal = Assert.Throws<StoredVersionException>(() => record.Read(Next(record.Write(Specimen.Of(record.Type)), own + 2)));
            Assert.Equal(
                $"A stored '{record.Stored.Name}' ({record.Type.Name}) has version {own + 2}; this release writes version {own} and reads up to {own + 1}. " +
                "It was written by a release two or more ahead: run that release or the one before it.",
                refusal.Message);
        }
    }

    [Fact]
    public void The_version_comes_first() => Assert.All(Versioned, record =>
        Assert.Equal("_v", record.Write(Specimen.Of(record.Type)).Select(member => member.Key).First(key => key != "$")));

    /// <summary>What is wrong between today's writer and the sample of its version; accepting writes the sample unless it was released.</summary>
    private static string? FormProblem(StoredRecord record)
    {
        var (name, version) = (record.Stored!.Name, record.Stored.Version);
        var written = record.Write(Specimen.Of(record.Type));
        var sample = Samples.Find(name, version);
        if (sample is not null && JsonNode.DeepEquals(sample, written)) return null;
        var released = Released.StoredVersion(name) >= version;
        if (Baseline.Accepting && (sample is null || !released))
        {
            Samples.Write(name, version, written);
            return null;
        }

        var (had, has) = (Samples.Members(sample).ToList(), Samples.Members(written).ToList());
        return $"""
            {record.Type.Name} is not written as {Samples.PathOf(name, version)} has it ('-' is in the sample only, '+' in the code only):
              {string.Join("\n  ", had.Except(has).Select(line => "- " + line).Concat(has.Except(had).Select(line => "+ " + line)))}
            {(released
                ? $"Version {version} was released: say version {version + 1} in its [StoredAs], and give it an Upcaster unless members were only added. Then"
                : $"Version {version} was not released yet:")} {Baseline.AcceptCommand}
            """;
    }

    private static IEnumerable<string> ReadProblems(string name, int version, JsonObject sample)
    {
        if (RecordOf(name) is not { } record) return ["no stored type has this name any more; what was stored can still be there"];
        if ((int?)sample["_v"] != version) return [$"its version is {sample["_v"]}"];
        var expected = sample.DeepClone().AsObject();
        if (record.Stored!.Upcaster is { } upcaster)
        {
            var steps = (IUpcaster)Activator.CreateInstance(upcaster)!;
            for (var from = version; from < record.Stored.Version; from++) steps.Upcast(expected, from);
        }

        expected["_v"] = record.Stored.Version;
        return Samples.Members(expected).Except(Samples.Members(record.Write(record.Read(sample)))).Select(lost => $"{lost} is lost when it is read");
    }

    private static StoredRecord? RecordOf(string name) => Versioned.FirstOrDefault(record => record.Stored!.Name == name);

    private static JsonObject Next(JsonObject record, int version)
    {
        var next = record.DeepClone().AsObject();
        Samples.AddUnknownMembers(next);
        next["_v"] = version;
        return next;
    }

    private static JsonObject Without(JsonObject record, string member)
    {
        var less = record.DeepClone().AsObject();
        less.Remove(member);
        return less;
    }

    private static void Holds(IEnumerable<string> breaches)
    {
        var found = breaches.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
