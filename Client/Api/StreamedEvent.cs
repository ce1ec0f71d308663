namespace OrderActors.Client.Api;

/// <summary>An event of a stream.</summary>
/// <param name="Cursor">Where the stream is after it: what to begin the next one with.</param>
/// <param name="Event">The event.</param>
public sealed record StreamedEvent(string Cursor, CloudEvent Event);
