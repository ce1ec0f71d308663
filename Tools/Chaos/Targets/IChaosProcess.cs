namespace OrderActors.Tools.Chaos.Targets;

/// <summary>A process that things are done to.</summary>
internal interface IChaosProcess
{
    /// <summary>What scenarios call it.</summary>
    string Name { get; }

    /// <summary>What it did without being asked, such as ending with an exit code, each with its second from the load's beginning.</summary>
    IReadOnlyCollection<string> Incidents { get; }

    /// <summary>Completes when there is a process that something can be done to, ready or not.</summary>
    Task RunningAsync(CancellationToken cancellationToken);

    /// <summary>Ends it as a power cut would.</summary>
    /// <param name="restart">How long it then stays away, where it is this command that starts it again.</param>
    void Kill(TimeSpan restart);

    /// <summary>Asks it to stop.</summary>
    /// <param name="restart">How long it then stays away, where it is this command that starts it again.</param>
    void Stop(TimeSpan restart);

    /// <summary>Holds it where it is.</summary>
    void Pause();

    /// <summary>Lets it go on.</summary>
    void Resume();

    /// <summary>Completes when it is there and ready, also after it has ended and was started again.</summary>
    Task ReadyAsync(CancellationToken cancellationToken);
}

/// <summary>A port for a server that is away for a while.</summary>
internal static class SteadyPort
{
    private const int First = 20_000;
    private const int Last = 31_999;

    /// <summary>
    /// One that is free now and below those that connections take for their own side: whoever connects to a port of that range while its
    /// server is away may be given the same port, and then has connected to itself and keeps the server out.
    /// </summary>
    public static int Take()
    {
        for (var tries = 0; ; tries++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (System.Net.Sockets.SocketException) when (tries < 100)
            {
                // Somebody has it.
            }
        }
    }
}
