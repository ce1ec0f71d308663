using System.CommandLine;

namespace OrderActors.Tools.Diagrams;

/// <summary><c>diagrams</c>: writes the state diagrams and the tables of the orders' page from the lifecycle, or checks them.</summary>
internal static class DiagramsCommand
{
    /// <summary>What mends a page that differs, for whoever finds out.</summary>
    public const string Mend = "dotnet run --project Tools -c Release -- diagrams";

    public static Command Create()
    {
        var page = new Option<string>("--out")
        {
            Description = "The page whose generated parts are written anew.",
            DefaultValueFactory = _ => Path.Combine("docs", "orders.md"),
        };
        var check = new Option<bool>("--check") { Description = "Writes nothing; exit code 1 when the page is not what would be written." };
        var command = new Command("diagrams", "Draws the orders' states from their lifecycle.") { page, check };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(page), parsed.GetValue(check), OrderExploration.Run(), Console.Out, Console.Error));
        return command;
    }

    /// <summary>Writes or checks; returns the exit code.</summary>
    internal static async Task<int> RunAsync(string page, bool check, OrderExploration orders, TextWriter stdout, TextWriter stderr)
    {
        if (!File.Exists(page)) throw new BadInputException($"There is no page {page}; run from the repository's root, or name it with --out.");
        var before = await File.ReadAllTextAsync(page);
        var after = OrdersDocument.Fill(before, OrdersDocument.Parts(orders));
        if (before == after)
        {
            await stdout.WriteLineAsync($"{page} is as the lifecycle is.");
            return ExitCodes.Ok;
        }

        if (check)
        {
            await stderr.WriteLineAsync($"{page} is not as the lifecycle is. Mend it: {Mend}");
            return ExitCodes.Failed;
        }

        await File.WriteAllTextAsync(page, after);
        await stdout.WriteLineAsync($"{page} is written.");
        return ExitCodes.Ok;
    }
}
