namespace OrderActors.Tests.Gateway;

/// <summary>A folder that goes when the test is over.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orderactors-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
