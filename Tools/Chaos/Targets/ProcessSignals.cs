using System.Runtime.InteropServices;

namespace OrderActors.Tools.Chaos.Targets;

/// <summary>Signals to processes of this machine.</summary>
internal static partial class ProcessSignals
{
    private const int Kill = 9;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    /// <summary>Ends a process as a power cut would.</summary>
    public static void KillNow(int process) => Send(process, Kill);

    /// <summary>Asks it to stop.</summary>
    public static void AskToStop(int process) => Send(process, Terminate);

    /// <summary>Holds it where it is.</summary>
    public static void Hold(int process) => Send(process, Stop);

    /// <summary>Lets it go on.</summary>
    public static void LetGo(int process) => Send(process, Continue);

    // The numbers are Linux'; elsewhere SIGSTOP is another one, and a wrong signal is worse than none.
    private static void Send(int process, int signal)
    {
        if (!OperatingSystem.IsLinux()) throw new BadInputException("Faults of processes need Linux.");
        if (NativeKill(process, signal) != 0)
            throw new BadInputException($"Process {process} cannot be sent signal {signal}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int NativeKill(int process, int signal);
}
