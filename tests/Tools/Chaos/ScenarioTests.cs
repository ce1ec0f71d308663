using OrderActors.Tools;
using OrderActors.Tools.Chaos;

namespace OrderActors.Tests.Tools.Chaos;

public class ScenarioTests
{
    private const string Good = """
        about: Something happens.
        load:
          stages: 5s@10, 5s@20
        faults:
          - at: 2s
            do: kill
            whom: silo
            restart: 1s
        """;

    [Fact]
    public void Every_scenario_that_comes_along_can_be_read_and_lasts_a_minute_at_most()
    {
        Assert.Equal(["full-disk", "hot-merchant", "lunch-kill", "pause", "provider-outage", "slow-disk"], ScenarioReader.Names);
        foreach (var scenario in ScenarioReader.Names.Select(ScenarioReader.Open))
        {
            Assert.InRange(scenario.Duration, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));
            Assert.NotEmpty(scenario.Faults);
            Assert.EndsWith(".", scenario.About, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_time_line_says_what_begins_and_ends_when()
    {
        var faults = """

              - {at: 1s, do: slow_disk, whom: silo, delay: 20ms, for: 1s}
              - {at: 3s, do: provider, whom: payments, how: slow, delay: 2s, for: 4s, recovered_within: 5s}
              - {at: 4s, do: flood, merchant: 3, rate: 50, for: 500ms}
            """;
        var scenario = ScenarioReader.Parse("lunch.yaml", Good + faults);
        Assert.Equal(
            [
                "   0.0 s  load 5s@10",
                "   1.0 s  20 ms a sync for 1 s",
                "   2.0 s  20 ms a sync for 1 s: over",
                "   2.0 s  kill silo",
                "   3.0 s  silo is started again",
                "   3.0 s  payments: 2 s an answer for 4 s",
                "   4.0 s  50 orders/s at one merchant for 500 ms",
                "   4.5 s  50 orders/s at one merchant for 500 ms: over",
                "   5.0 s  load 5s@20",
                "   7.0 s  payments: 2 s an answer for 4 s: over",
                "  10.0 s  the load ends; the ledger is checked",
            ],
            TimeLine.Of(scenario));
        Assert.Equal(TimeSpan.FromSeconds(5), scenario.Faults.Single(fault => fault is ProviderFault).RecoveredWithin);
        Assert.Equal("lunch", scenario.Name);
    }

    [Theory]
    [InlineData("do: kill", "do: explode", "line 6: 'do' is 'explode'; it must be kill, stop, pause, slow_disk, full_disk, provider or flood.")]
    [InlineData("restart: 1s", "", "line 5: a fault that does 'kill' needs 'restart'.")]
    [InlineData("restart: 1s", "for: 1s", "line 8: a fault that does 'kill' has no 'for'; there are at, do, whom, recovered_within, restart.")]
    [InlineData("restart: 1s", "restart: soon", "line 8: 'restart' is 'soon'; it must be a duration, 0s to 86400s")]
    [InlineData("at: 2s", "at: 11s", "'kill silo' is at 11 s, and the load ends after 10 s.")]
    [InlineData("whom: silo", "whom: [silo]", "line 7: 'whom' must be a text or a number.")]
    [InlineData("about:", "abuot:", "line 1: the scenario has no 'abuot'; there are about, load, platform, objectives, faults.")]
    [InlineData("5s@10", "5s", "line 3: --stages has '5s'")]
    [InlineData("5s@10", "5s@max", "line 3: a stage is 'max'; beside faults the load must come at its own times")]
    [InlineData("faults:", "objectives: [p99<]\nfaults:", "line 4: --objective has 'p99<'")]
    [InlineData("faults:", "objectives: [recovery<5s]\nfaults:", "a fault's recovery is asked for with its 'recovered_within'")]
    [InlineData("faults:", "load:", "this is not YAML")]
    public void What_is_wrong_is_said_with_its_line_and_what_is_allowed(string right, string wrong, string said)
    {
        var text = Good.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Good, text);
        var e = Assert.Throws<BadInputException>(() => ScenarioReader.Parse("lunch.yaml", text));
        Assert.StartsWith("lunch.yaml line ", e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- {at: 4s, do: provider, whom: payments, how: slow, for: 1s}", "line 9: a provider that is slow needs 'delay'.")]
    [InlineData("- {at: 4s, do: provider, whom: payments, how: hang, delay: 1s, for: 1s}", "line 9: a provider that does 'hang' has no 'delay'.")]
    [InlineData("- {at: 4s, do: provider, whom: weather, how: hang, for: 1s}", "'whom' is 'weather'; it must be payments or notifications.")]
    [InlineData("- {at: 4s, do: flood, merchant: 60, rate: 5, for: 1s}", "merchant 60 is flooded, and there are the merchants 0 to 59.")]
    [InlineData("- {at: 4s, do: flood, merchant: 1.5, rate: 5, for: 1s}", "'merchant' is '1.5'; it must be a whole number.")]
    [InlineData("- {at: 2500ms, do: kill, whom: silo, restart: 1s}", "'kill silo' begins at 2.5 s, before 'kill silo' has ended.")]
    public void A_fault_that_cannot_be_is_refused(string fault, string said)
    {
        var e = Assert.Throws<BadInputException>(() => ScenarioReader.Parse("lunch.yaml", $"{Good}\n  {fault}\n"));
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_that_does_not_exist_is_refused_with_those_that_do()
    {
        var e = Assert.Throws<BadInputException>(() => ScenarioReader.Open("dinner"));
        Assert.Equal(
            "There is no file dinner and no scenario of this name; those that come along are "
            + "full-disk, hot-merchant, lunch-kill, pause, provider-outage, slow-disk.",
            e.Message);
    }
}
