namespace OrderActors.Tools;

/// <summary>What the command tells the shell.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and every check held.</summary>
    public const int Ok = 0;

    /// <summary>It ran and failed, or a check did not hold.</summary>
    public const int Failed = 1;

    /// <summary>The arguments or the input files are wrong; nothing was written.</summary>
    public const int BadInput = 2;

    /// <summary>A simulated world threw what nobody expected. This and the two below are what other simulators say, too.</summary>
    public const int SimulationCrashed = 127;

    /// <summary>A simulated world did not come to its end after the faults had stopped.</summary>
    public const int SimulationStuck = 128;

    /// <summary>A simulated world broke a promise: something was lost, doubled or wrong.</summary>
    public const int SimulationIncorrect = 129;
}

/// <summary>The input is wrong. The message says which file, line and column, and what would be right.</summary>
internal sealed class BadInputException(string message) : Exception(message);
