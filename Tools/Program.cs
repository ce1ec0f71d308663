using System.CommandLine;
using OrderActors.Tools;
using OrderActors.Tools.Bench;
using OrderActors.Tools.Chaos;
using OrderActors.Tools.Diagrams;
using OrderActors.Tools.Fuzz;
using OrderActors.Tools.Keys;
using OrderActors.Tools.Load;

var root = new RootCommand("orderactors: tools around the delivery-order platform.")
{
    BenchCommand.Create(),
    ChaosCommand.Create(),
    DiagramsCommand.Create(),
    FuzzCommand.Create(),
    KeysCommand.Create(),
    LoadCommand.Create(),
};
foreach (var verb in EngineVerbs.Create()) root.Add(verb);
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("Run with --help for what is possible.");
    return ExitCodes.BadInput;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (BadInputException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.BadInput;
}
catch (Exception e) when (e is not OutOfMemoryException)
{
    // A crash would end with a code of the runtime's; a caller knows only ours.
    Console.Error.WriteLine(e);
    return ExitCodes.Failed;
}
