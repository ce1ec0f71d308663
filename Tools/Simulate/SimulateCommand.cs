using System.CommandLine;
using System.CommandLine.Parsing;
using OrderActors.Embedded.Simulation;

namespace OrderActors.Tools.Simulate;

/// <summary><c>simulate</c>: the whole platform in virtual time, under every fault, from one seed.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var seed = new Option<long?>("--seed") { Description = "Run this seed only." };
        var seeds = new Option<int>("--seeds") { Description = "How many seeds to run.", DefaultValueFactory = _ => 100 };
        var from = new Option<long>("--from") { Description = "The first of them.", DefaultValueFactory = _ => 1 };
        var orders = new Option<int>("--orders") { Description = "Orders in each world, 1 to 100,000.", DefaultValueFactory = _ => 200 };
        var threads = new Option<int>("--threads") { Description = "Worlds at the same time.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var intensity = new Option<double>("--intensity")
        {
            Description = "How many times the usual rate of faults; 0 for none.",
            DefaultValueFactory = _ => 1,
        };
        var faults = new Option<string?>("--faults")
        {
            Description = "Exactly these faults instead of the seed's, such as ReplyLost:412,SiloCrash:88; 'none' for none.",
        };
        var storage = new Option<StorageKind?>("--storage") { Description = "What all worlds store on, shared or journal, instead of what each seed draws." };
        var without = new Option<string?>("--without") { Description = "Leave these of the seed's faults out." };
        var hashes = new Option<string?>("--hashes") { Description = "Write the hash of every world's steps to this file, a line per seed." };
        var shrink = new Option<int>("--shrink-seconds")
        {
            Description = "How long to look for fewer faults with which the first failing seed fails.",
            DefaultValueFactory = _ => 60,
        };
        var all = new Option<bool>("--all") { Description = "Go on however many seeds fail; else 20 are enough." };
        Within(seeds, 1, 100_000_000);
        Within(orders, 1, 100_000);
        Within(threads, 1, 1_024);
        Within(shrink, 0, 86_400);
        var command = new Command("simulate", "Runs the whole platform in virtual time under faults that a seed draws, and checks what it promises.")
        {
            seed, seeds, from, orders, threads, intensity, storage, faults, without, hashes, shrink, all,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Simulation.Run(
            new SimulateOptions
            {
                From = parsed.GetValue(seed) ?? parsed.GetValue(from),
                Seeds = parsed.GetValue(seed) is null ? parsed.GetValue(seeds) : 1,
                Orders = parsed.GetValue(orders),
                Threads = parsed.GetValue(threads),
                Intensity = parsed.GetValue(intensity) is >= 0 and <= 1_000 and var times
                    ? times : throw new BadInputException("--intensity must be 0 to 1,000."),
                Storage = parsed.GetValue(storage),
                Only = parsed.GetValue(faults) is { } listed ? Read("--faults", listed) : null,
                Without = parsed.GetValue(without) is { } left ? Read("--without", left) : [],
                All = parsed.GetValue(all),
                Hashes = parsed.GetValue(hashes),
                ShrinkFor = TimeSpan.FromSeconds(parsed.GetValue(shrink)),
            },
            Console.Out, Console.Error, cancellation)));
        return command;
    }

    private static void Within(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && result.GetValue(option) is var value && (value < least || value > most))
            result.AddError($"{option.Name} is {value}; it must be {least} to {most}.");
    });

    private static FaultId[] Read(string option, string listed)
    {
        if (listed == "none") return [];
        try
        {
            return [.. listed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(FaultId.Parse)];
        }
        catch (FormatException e)
        {
            throw new BadInputException($"{option}: {e.Message}");
        }
    }
}
