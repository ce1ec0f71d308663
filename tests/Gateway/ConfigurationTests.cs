using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Client;
using OrderActors.Client.Admission;
using OrderActors.Client.Hosting;
using OrderActors.Client.Keys;
using OrderActors.Client.Telemetry;
using OrderActors.Customers;
using OrderActors.Deadlines;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Governance;
using OrderActors.Intake;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Simulations;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>The options in their sections: a wrong one is named as its operator wrote it, and the page about them is true.</summary>
public sealed partial class ConfigurationTests
{
    /// <summary>The sections with their options; the host's own have none.</summary>
    private static readonly (string Heading, object Defaults)[] Sections =
    [
        ("The host", new SiloOptions()),
        ("Keys", new ApiKeyOptions()),
        ("Orders", new OrderPolicy()),
        ("Dispatch", new DispatchOptions()),
        ("Travel", new TravelOptions()),
        ("Subscribers", new SubscriberOptions()),
        ("Deadlines", new DeadlineOptions()),
        ("Payments", new PaymentOptions()),
        ("Customers", new CustomerOptions()),
        ("Merchants", new MerchantOptions()),
        ("Ramp", new RampOptions()),
        ("WarmUp", new WarmUpOptions()),
        ("Chaos", new ChaosOptions()),
        ("Otlp", new OtlpOptions()),
        ("Intake", new IntakeOptions()),
        ("Admission", new AdmissionOptions()),
        ("Governance", new GovernanceOptions()),
        ("Simulations", new SimulationOptions()),
        ("Engine", new EngineOptions()),
        ("Journal", new JournalOptions()),
        ("Postgres", new PostgresOptions()),
    ];

    // Two are the host's own, Data and DrainTimeoutSeconds; two have no default and no range; the zones' are sections of their own.
    private static readonly string[] SetByTheHost =
    [
        nameof(JournalOptions.Folder), nameof(EngineOptions.DrainTimeout), nameof(PostgresOptions.ConnectionString), nameof(SiloOptions.OperatorKey),
        nameof(OrderPolicy.Zones), nameof(AdmissionOptions.Kinds),
    ];

    [Theory]
    [InlineData("Orders:Acceptance", "soon", "Orders:Acceptance is 'soon'; it must be a duration such as 00:00:30.")]
    [InlineData("Orders:Completion", "30", "Orders:Completion is '30'; it must be a duration such as 00:00:30.")]
    [InlineData("Orders:Acceptance", "00:99:00", "Orders:Acceptance is '00:99:00'; it must be a duration such as 00:00:30.")]
    [InlineData("Orders:Acceptance", "00:00:01", "Orders:Acceptance is 00:00:01; it must be between 00:00:10 and 1.00:00:00.")]
    [InlineData("Orders:Zones:town:Acceptance", "soon", "Orders:Zones:town:Acceptance is 'soon'; it must be a duration such as 00:00:30.")]
    [InlineData(
        "Orders:Zones:town:Acceptance", "00:00:01", "Orders:Zones:town:Acceptance is 00:00:01; it must be between 00:00:10 and 1.00:00:00.")]
    [InlineData("Orders:Zones:town:Patience", "00:01:00", "There is no option Orders:Zones:town:Patience. Options are Orders:Zones:town:Payment, ")]
    [InlineData("Orders:Acceptence", "00:05:00", "There is no option Orders:Acceptence. Options are Orders:Placement, Orders:PlacementLimit, ")]
    [InlineData("Engine:MailboxLimit", "0", "Engine:MailboxLimit is 0; it must be 1 to 1000000.")]
    [InlineData("Engine:MailboxLimit", "many", "Engine:MailboxLimit is 'many'; it must be a whole number.")]
    [InlineData("Engine:MailboxLimit", "99999999999", "Engine:MailboxLimit is '99999999999'; it must be a whole number.")]
    [InlineData("Engine:DrainTimeout", "00:00:05", "There is no option Engine:DrainTimeout. Options are Engine:ResponseTimeout, ")]
    [InlineData("Journal:Folder", "elsewhere", "There is no option Journal:Folder. Options are Journal:SegmentBytes, ")]
    [InlineData("Journal:SegmentBytes", "1", "Journal:SegmentBytes is 1 bytes; allowed are 65536 to 2147483648.")]
    [InlineData("Subscribers:PageSize", "0", "Subscribers:PageSize is 0; allowed are 1 to 10000.")]
    [InlineData("Subscribers:FirstBackoff", "00:00:40", "Subscribers:FirstBackoff is 00:00:40; it must not be above MaxBackoff, which is 00:00:30.")]
    [InlineData("Travel:MetresPerMinute", "fast", "Travel:MetresPerMinute is 'fast'; it must be a number.")]
    [InlineData("Travel:MetresPerMinute", "NaN", "Travel:MetresPerMinute is NaN; allowed are 10 to 10000.")]
    [InlineData("Deadlines:Tick", "", "Deadlines:Tick is ''; it must be a duration such as 00:00:30.")]
    [InlineData("Dispatch:Zones:town:Fairness", "2", "Dispatch:Zones:town:Fairness is 2; allowed are 0 to 1.")]
    [InlineData("Dispatch:Zones:town:Beside", "suburb, two words", "Dispatch:Zones:town:Beside names 'two words'; allowed are other zones: 1 to 64 ")]
    [InlineData("Dispatch:MaxIdle:Most", "5", "Dispatch:MaxIdle is ''; it must be a whole number.")]
    public void A_wrong_option_is_named_with_its_value_and_what_is_allowed(string option, string value, string line)
    {
        var refusal = RefusalOf(option, value);
        Assert.StartsWith(line, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal);
        Assert.DoesNotContain("Options.", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_section_is_read_whatever_the_case_of_its_names()
    {
        using var data = new TempFolder();
        string[] right =
        [
            "--Orders:Acceptance", "00:03:00", "--Dispatch:MaxIdle", "5", "--travel:metresperminute", "300.5", "--Subscribers:PageSize=7",
            "--Deadlines:Tick", "00:00:00.5", "--Engine:MailboxLimit", "77", "--Journal:MaxQueuedWrites", "88",
        ];
        await using var app = SiloApp.Build(["--Urls", "http://127.0.0.1:0", "--Data", data.Path, .. right]);
        try
        {
            Assert.Equal(TimeSpan.FromMinutes(3), app.Services.GetRequiredService<OrderPolicy>().Acceptance);
            Assert.Equal(5, Read<DispatchOptions>(app).MaxIdle);
            Assert.Equal(300.5, Read<TravelOptions>(app).MetresPerMinute);
            Assert.Equal(7, Read<SubscriberOptions>(app).PageSize);
            Assert.Equal(TimeSpan.FromMilliseconds(500), Read<DeadlineOptions>(app).Tick);
        }
        finally
        {
            await app.Engine.DrainAsync(CancellationToken.None);
        }
    }

    [Fact]
    public void Faults_of_the_journals_disk_are_refused_where_there_is_no_journal()
    {
        var e = Assert.Throws<StartupException>(() => SiloApp.Build(["--Storage", "postgres", "--Chaos:Disk", "faults"]));
        Assert.Equal("Chaos:Disk hinders the journal's disk, and Storage is 'postgres'; leave it out, or use --Storage journal.", e.Message);
    }

    [Fact]
    public void A_wrong_option_leaves_the_data_folder_alone()
    {
        using var data = new TempFolder();
        var folder = Path.Combine(data.Path, "none");
        Assert.Throws<StartupException>(() => SiloApp.Build(["--Data", folder, "--Deadlines:Tick", "00:02:00"]));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void Every_option_has_a_row_with_its_default_in_the_docs()
    {
        foreach (var (heading, defaults) in Sections)
        {
            var rows = Rows(heading);
            var options = defaults.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
                .Where(p => p.CanWrite && !SetByTheHost.Contains(p.Name)).ToArray();
            Assert.Equal(options.Select(p => p.Name), rows.Select(r => r.Name));
            foreach (var (option, row) in options.Zip(rows))
            {
                Assert.Equal((option.Name, option.GetValue(defaults)), (row.Name, ValueOf(row.Default, option.PropertyType)));
            }
        }
    }

    [Fact]
    public void What_lies_outside_a_range_of_the_docs_is_refused()
    {
        foreach (var (heading, defaults) in Sections.Skip(1))
        {
            foreach (var row in Rows(heading))
            {
                var type = defaults.GetType().GetProperty(row.Name)!.PropertyType;
                var ends = row.Range.Split(" to ");
                if (ends.Length == 1) continue;

                // One end is another option's value; the engine's own tests look at that.
                string[] outside = [.. ends[0].StartsWith('`') ? [] : new[] { Beside(ends[0], type, -1) }, Beside(ends[1], type, 1)];
                foreach (var value in outside)
                {
                    Assert.StartsWith($"{heading}:{row.Name} is ", RefusalOf($"{heading}:{row.Name}", value), StringComparison.Ordinal);
                }
            }
        }
    }

    private static string RefusalOf(string option, string value)
    {
        // A file is where no folder can be: should the options pass, nothing is opened either.
        var refused = Assert.Throws<StartupException>(() => SiloApp.Build(["--Data", typeof(SiloApp).Assembly.Location, $"--{option}={value}"]));
        return refused.Message;
    }

    private static T Read<T>(SiloApp app)
        where T : class => app.Services.GetRequiredService<IOptions<T>>().Value;

    /// <summary>The rows of a section's table.</summary>
    private static Row[] Rows(string heading)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "OrderActors.sln"))) root = Path.GetDirectoryName(root)!;
        return
        [
            .. File.ReadLines(Path.Combine(root, "docs", "configuration.md"))
                .SkipWhile(line => line != $"## {heading}" && !line.StartsWith($"## {heading}:", StringComparison.Ordinal))
                .Skip(1).TakeWhile(line => !line.StartsWith('#'))
                .Select(line => TableRow().Match(line)).Where(row => row.Success)
                .Select(row => new Row(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value)),
        ];
    }

    private static object ValueOf(string cell, Type type)
    {
        if (type == typeof(string)) return cell.Trim('`');
        if (type == typeof(bool)) return bool.Parse(cell);
        if (type.IsEnum) return Enum.Parse(type, cell.Trim('`'));
        if (type == typeof(TimeSpan)) return TimeSpan.ParseExact(cell, ["g", "c"], CultureInfo.InvariantCulture);
        var parts = cell.Split(' ');
        var unit = parts.Length == 1 ? 1 : Math.Pow(1024, 1 + Array.IndexOf(["KiB", "MiB", "GiB"], parts[1]));
        return Convert.ChangeType(double.Parse(parts[0], CultureInfo.InvariantCulture) * unit, type, CultureInfo.InvariantCulture);
    }

    private static string Beside(string cell, Type type, int step) => type == typeof(TimeSpan)
        ? ((TimeSpan)ValueOf(cell, type) + TimeSpan.FromMilliseconds(step)).ToString()
        : ((double)ValueOf(cell, typeof(double)) + step).ToString("0.##", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ")]
    private static partial Regex TableRow();

    private sealed record Row(string Name, string Default, string Range);
}
