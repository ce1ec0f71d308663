using System.Diagnostics;
using OrderActors.Tools.Load;

namespace OrderActors.Tools.Bench.Deadlines;

/// <summary>A <see cref="DeadlineHost"/> as a process, which ends with the bench, whatever happens.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    public HostProcess(string folder, bool fire)
    {
        var start = new ProcessStartInfo(
            "dotnet", [typeof(HostProcess).Assembly.Location, "bench", "deadlines", "--dir", folder, "--host", fire ? "fire" : "move"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SocketTuning.Remove(start.Environment);
        _process = Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The words of the next line, which is to begin with a word.</summary>
    public async Task<string[]> HearAsync(string word)
    {
        var line = await _process.StandardOutput.ReadLineAsync();
        var words = line?.Split(' ') ?? [];
        if (words.Length > 0 && words[0] == word) return words;
        Kill();
        throw new InvalidOperationException($"The host said '{line}' and not '{word}': {await _errors}");
    }

    /// <summary>Ends it without a word.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for it to end by itself.</summary>
    public Task EndAsync() => _process.WaitForExitAsync();

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
