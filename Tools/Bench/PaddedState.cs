namespace OrderActors.Tools.Bench;

/// <summary>A state whose stored form has about 400 bytes.</summary>
public sealed class PaddedState
{
    /// <summary>Changes with every write.</summary>
    public long Count { get; set; }

    /// <summary>The rest of the 400 bytes.</summary>
    public string Padding { get; set; } = new('x', 370);
}
