using System.CommandLine;

namespace OrderActors.Tools;

/// <summary>How verbs that speak to a running platform get at its API.</summary>
internal static class ApiAccess
{
    /// <summary>The environment variable with the API key: on a command line others could see it.</summary>
    public const string KeyVariable = "ORDERACTORS_KEY";

    /// <summary>The option with the API key.</summary>
    public static Option<string> KeyOption() => new("--key")
    {
        Description = $"An operator's API key; {KeyVariable} in the environment when left out, where nobody else sees it.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(KeyVariable) ?? "",
    };

    /// <summary>The option with the address.</summary>
    public static Option<string> UrlOption() => new("--url")
    {
        Description = "Where the API listens.",
        DefaultValueFactory = _ => "http://127.0.0.1:8080",
    };
}
