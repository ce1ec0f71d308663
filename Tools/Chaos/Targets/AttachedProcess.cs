namespace OrderActors.Tools.Chaos.Targets;

/// <summary>A process that somebody else started, and that somebody else starts again.</summary>
/// <param name="name">What scenarios call it.</param>
/// <param name="id">Its id.</param>
/// <param name="gateway">The gateway that says whether the platform is ready.</param>
internal sealed class AttachedProcess(string name, int id, Uri gateway) : IChaosProcess
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public string Name => name;

    public IReadOnlyCollection<string> Incidents => [];

    /// <summary>Reads a name and an id, such as silo=1234.</summary>
    /// <exception cref="BadInputException">It is none, or there is no such process.</exception>
    public static AttachedProcess Parse(string text, Uri gateway)
    {
        if (text.Split('=') is not [{ Length: > 0 } name, var number] || !int.TryParse(number, out var id) || id <= 1)
            throw new BadInputException($"--process is '{text}'; it must be a name and a process id, such as silo=1234.");
        new Load.Measuring.ProcessWatch(id).Dispose();
        return new(name, id, gateway);
    }

    /// <summary>Whoever started it sees to that; one that is gone is told of as a fault that could not be done.</summary>
    public Task RunningAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Kill(TimeSpan restart) => ProcessSignals.KillNow(id);

    public void Stop(TimeSpan restart) => ProcessSignals.AskToStop(id);

    public void Pause() => ProcessSignals.Hold(id);

    public void Resume() => ProcessSignals.LetGo(id);

    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(1) };
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Not yet.
            }

            await Task.Delay(Look, cancellationToken);
        }
    }
}
