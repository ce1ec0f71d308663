namespace OrderActors.Client.Hosting;

/// <summary>The host cannot start. The message is one line for the person who started it: what failed, with which value, what would be right.</summary>
public sealed class StartupException(string line, Exception? cause = null) : Exception(line, cause);
