using System.Text.RegularExpressions;
using OrderActors.Orders;
using OrderActors.Tools;
using OrderActors.Tools.Diagrams;

namespace OrderActors.Tests.Tools.Diagrams;

public partial class OrdersDocumentTests
{
    private static readonly OrderExploration Orders = OrderExploration.Run();

    [Fact]
    public void The_page_is_as_the_lifecycle_is()
    {
        var page = File.ReadAllText(PathOfPage());
        Assert.True(
            page == OrdersDocument.Fill(page, OrdersDocument.Parts(Orders)), $"docs/orders.md is not as the lifecycle is. Mend it: {DiagramsCommand.Mend}");
    }

    [Fact]
    public void Every_command_and_every_status_is_explored()
    {
        var commands = new[] { typeof(OrderCommand).Assembly, typeof(GrainServices).Assembly }
            .SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(OrderCommand)) && !type.IsAbstract);
        Assert.Empty(commands.Except(Orders.Moves.Select(move => move.Command.GetType())));
        Assert.Empty(Enum.GetValues<OrderStatus>().Except(Orders.States.Select(s => s.Status)));
        Assert.Empty(Enum.GetValues<DeliveryStatus>().Except(Orders.States.Select(s => s.Delivery)));
        Assert.Empty(Enum.GetValues<PaymentStatus>().Except(Orders.States.Select(s => s.Payment)));
        // Those that are left are the payment's, the refunds' and the quotes' own.
        Assert.Equal(
            [DeadlineKind.ProviderAnswer, DeadlineKind.RefundDecision, DeadlineKind.QuoteRemoval],
            Enum.GetValues<DeadlineKind>().Except(Orders.States.SelectMany(s => s.Deadlines).Select(d => d.Kind)));
    }

    [Fact]
    public void The_same_lifecycle_gives_the_same_page() => Assert.Equal(OrdersDocument.Parts(Orders), OrdersDocument.Parts(OrderExploration.Run()));

    [Fact]
    public void Diagrams_are_written_as_Mermaid_reads_them()
    {
        foreach (var (name, diagram) in OrdersDocument.Parts(Orders).Where(part => part.Key.StartsWith("diagram", StringComparison.Ordinal)))
        {
            var lines = diagram.Split('\n');
            Assert.Equal(["```mermaid", "stateDiagram-v2", "```"], [lines[0], lines[1], lines[^1]]);
            // Names without blanks; labels without what ends one (a colon, a semicolon) or begins a comment.
            Assert.All(lines[2..^1], line => Assert.True(Arrow().IsMatch(line), $"{name}: {line}"));
            var ends = lines[2..^1].Select(line => string.Join(' ', line.Split(" : ")[0]));
            Assert.Equal(ends, ends.Distinct());
        }
    }

    [Fact]
    public async Task The_command_checks_and_mends_a_page()
    {
        using var folder = new TemporaryFolder();
        var page = folder.Combine("orders.md");
        var parts = OrdersDocument.Parts(Orders);
        await File.WriteAllTextAsync(page, "# Orders\n\nBy hand.\n" + string.Concat(parts.Keys.Select(name => $"<!-- {name} -->\nold\n<!-- end -->\n")));
        var (output, errors) = (new StringWriter(), new StringWriter());

        Assert.Equal(ExitCodes.Failed, await DiagramsCommand.RunAsync(page, check: true, Orders, output, errors));
        Assert.Contains(DiagramsCommand.Mend, errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, await DiagramsCommand.RunAsync(page, check: false, Orders, output, errors));
        Assert.Equal(ExitCodes.Ok, await DiagramsCommand.RunAsync(page, check: true, Orders, output, errors));

        var mended = await File.ReadAllTextAsync(page);
        Assert.StartsWith("# Orders\n\nBy hand.\n", mended, StringComparison.Ordinal);
        Assert.DoesNotContain("old", mended, StringComparison.Ordinal);
        Assert.All(parts.Values, part => Assert.Contains(part, mended, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<!-- diagram: a -->\n<!-- end -->", "The page has no place for 'table: b'")]
    [InlineData("<!-- diagram: a -->\n<!-- table: b -->\n<!-- end -->", "'diagram: a' has no '<!-- end -->' before the next one.")]
    [InlineData("<!-- diagram: a -->\n<!-- end -->\n<!-- table: b -->", "'table: b' has no '<!-- end -->'.")]
    [InlineData("<!-- diagram: a -->\n<!-- end -->\n<!-- diagram: a -->\n<!-- end -->", "'diagram: a' is there twice.")]
    [InlineData("<!-- diagram: c -->\n<!-- end -->", "'diagram: c' is none of what is generated: diagram: a; table: b.")]
    public void A_page_with_wrong_places_is_refused(string page, string message) => Assert.StartsWith(
        message,
        Assert.Throws<BadInputException>(() => OrdersDocument.Fill(page, new Dictionary<string, string> { ["diagram: a"] = "A", ["table: b"] = "B" })).Message,
        StringComparison.Ordinal);

    private static string PathOfPage()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrderActors.sln"))) return Path.Combine(folder.FullName, "docs", "orders.md");
        }

        throw new InvalidOperationException("Run the tests from their build folder.");
    }

    [GeneratedRegex(@"^    (\[\*\]|\w+) --> (\[\*\]|\w+)( : (\w+( |,<br/>)?)+)?$")]
    private static partial Regex Arrow();
}
