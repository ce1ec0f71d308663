using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>Everything the engine logs.</summary>
internal sealed partial class EngineLog(ILogger<EngineLog> logger)
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(1, LogLevel.Error, "{Grain} could not be activated.")]
    internal partial void ActivationFailed(Exception exception, GrainId grain);

    [LoggerMessage(2, LogLevel.Error, "{Grain} failed while it was deactivated.")]
    internal partial void DeactivationFailed(Exception exception, GrainId grain);

    [LoggerMessage(3, LogLevel.Error, "An exception that nobody waits for was thrown in the turn of {Grain}.")]
    internal partial void UnhandledInTurn(Exception exception, GrainId grain);

    [LoggerMessage(4, LogLevel.Error, "{Grain} has a request that did not end for {Age}; the activation is given up and the grain may be activated anew.")]
    internal partial void Abandoned(GrainId grain, TimeSpan age);

    [LoggerMessage(5, LogLevel.Warning, "A one-way call failed.")]
    internal partial void OneWayFailed(Exception exception);

    [LoggerMessage(6, LogLevel.Error, "{Work} of {Grain} failed.")]
    internal partial void EngineCallFailed(Exception exception, string work, GrainId grain);

    [LoggerMessage(7, LogLevel.Warning, "A wake-up of {Grain} failed; it is repeated in {Delay}.")]
    internal partial void WakeUpFailed(Exception exception, GrainId grain, TimeSpan delay);

    [LoggerMessage(8, LogLevel.Warning, "The reminder {Reminder} of {Grain} failed; it comes again after its period.")]
    internal partial void ReminderFailed(Exception exception, string reminder, GrainId grain);

    [LoggerMessage(9, LogLevel.Warning, "{Count} activations still had work after {Timeout}; they are left as they are. Nothing acknowledged is lost.")]
    internal partial void DrainTimedOut(int count, TimeSpan timeout);
}
