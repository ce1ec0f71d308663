using System.Collections.Concurrent;
using System.Globalization;
using OrderActors.Tools.Load;

namespace OrderActors.Tools.Chaos.Targets;

/// <summary>
/// A platform of the run's own, in one process on one port. When it ends, whether asked or not, it is started again on its data, as a
/// supervisor of services would, until it is up.
/// </summary>
internal sealed class SupervisedSilo : IChaosProcess, IAsyncDisposable
{
    /// <summary>Between a start that failed, or an end that nobody asked for, and the next start.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>What comes after so many says nothing new.</summary>
    private const int MostIncidents = 100;

    private readonly string? _program;
    private readonly string _data;
    private readonly IReadOnlyList<string> _options;
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentQueue<string> _incidents = new();
    private volatile TaskCompletionSource<ServerProcess> _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _supervising = Task.CompletedTask;
    private TimeSpan? _asked;

    /// <param name="program">The Silo's program; null for the one that was built with this command.</param>
    /// <param name="data">Its data folder.</param>
    /// <param name="options">More of its options.</param>
    public SupervisedSilo(string? program, string data, IReadOnlyList<string> options)
    {
        (_program, _data) = (program, data);
        Url = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{SteadyPort.Take()}"));
        _options = ["--Urls", Url.GetLeftPart(UriPartial.Authority), .. options];
    }

    public string Name => "silo";

    /// <summary>Where its API is, whenever it is up.</summary>
    public Uri Url { get; }

    /// <summary>An operator's key.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Says how many seconds of the load have passed.</summary>
    public Func<double> Seconds { get; set; } = static () => 0;

    public IReadOnlyCollection<string> Incidents => _incidents;

    private ServerProcess Process => _up.Task is { IsCompletedSuccessfully: true } up ? up.Result : throw new FaultFailedException("it does not run");

    /// <summary>Starts it for the first time; what stands in the way of that is bad input.</summary>
    public async Task StartAsync()
    {
        var process = await ServerProcess.StartSiloAsync(_program, _data, _options);
        Key = process.Key!;
        _up.SetResult(process);
        _supervising = SuperviseAsync(process);
    }

    public Task RunningAsync(CancellationToken cancellationToken) => ReadyAsync(cancellationToken);

    public void Kill(TimeSpan restart)
    {
        ProcessSignals.KillNow(Leave(restart).Id);
    }

    public void Stop(TimeSpan restart)
    {
        ProcessSignals.AskToStop(Leave(restart).Id);
    }

    void IChaosProcess.Pause() => ProcessSignals.Hold(Process.Id);

    public void Resume() => ProcessSignals.LetGo(Process.Id);

    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var process = await _up.Task.WaitAsync(cancellationToken);
            if (process.IsRunning) return;

            // Its end was not seen yet.
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _supervising;
        _over.Dispose();
    }

    /// <summary>It is going to end; whoever waits for it waits for the next one.</summary>
    private ServerProcess Leave(TimeSpan restart)
    {
        var process = Process;
        _asked = restart;
        _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return process;
    }

    private async Task SuperviseAsync(ServerProcess first)
    {
        ServerProcess? process = first;
        try
        {
            while (true)
            {
                await process.ExitedAsync(_over.Token);
                var pause = _asked ?? Pause;
                if (_asked is null)
                {
                    _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    Note($"silo ended by itself with exit code {process.ExitCode}: {process.Errors}");
                }

                _asked = null;
                await process.DisposeAsync();
                process = null;
                await Task.Delay(pause, _over.Token);
                process = await StartAgainAsync();
                _up.SetResult(process);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        finally
        {
            if (process is not null) await process.DisposeAsync();
        }
    }

    private async Task<ServerProcess> StartAgainAsync()
    {
        while (true)
        {
            try
            {
                return await ServerProcess.StartSiloAsync(_program, _data, _options);
            }
            catch (Exception e) when (e is BadInputException or TimeoutException)
            {
                Note($"silo could not start: {e.Message}");
                await Task.Delay(Pause, _over.Token);
            }
        }
    }

    private void Note(string what)
    {
        if (_incidents.Count < MostIncidents) _incidents.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{Seconds():0.0} s: {what}"));
    }
}

/// <summary>A fault could not be done.</summary>
internal sealed class FaultFailedException(string message) : Exception(message);
