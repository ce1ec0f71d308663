namespace OrderActors.Tools.Simulate.Http;

/// <summary>What a client hears of a request: of the headers those that its outcome depends on.</summary>
/// <param name="Status">The status.</param>
/// <param name="ContentType">What the body is.</param>
/// <param name="ETag">The version, in quotes.</param>
/// <param name="Location">Where the new thing is.</param>
/// <param name="IsReplayed">Whether it says that it is the answer to an earlier request.</param>
/// <param name="Body">The body.</param>
internal sealed record HttpAnswer(int Status, string ContentType, string ETag, string Location, bool IsReplayed, string Body)
{
    /// <summary>Whether it was done.</summary>
    public bool IsDone => Status is >= 200 and < 300;

    /// <summary>Whether both are the same to the last byte, but for the word that one is a repetition.</summary>
    public bool IsSame(HttpAnswer other) => this with { IsReplayed = other.IsReplayed } == other;

    /// <inheritdoc/>
    public override string ToString() => $"{Status}{(IsReplayed ? " replayed" : "")} {ETag} {Body}";
}
