namespace OrderActors.Client.Hosting;

/// <summary>
/// <c>--health</c>: the program asks the one that runs beside it whether it is ready. For containers, whose images have no
/// curl. The options are read as always, so it asks where that one listens.
/// </summary>
internal static class HealthVerb
{
    private const string Verb = "--health";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Whether the command line asks for it.</summary>
    public static bool IsAsked(IReadOnlyList<string> args) => args.Count > 0 && args[0] == Verb;

    /// <summary>Asks <c>/health/ready</c>; exit code 0 when it is ready, else 1, and one line.</summary>
    /// <param name="args">The command line, the verb first.</param>
    /// <param name="defaultUrls">Where the program listens when no option says so.</param>
    public static async Task<int> Run(string[] args, string defaultUrls)
    {
        var (code, line) = await Ask(args[1..], defaultUrls);
        (code == 0 ? Console.Out : Console.Error).WriteLine(line.ReplaceLineEndings(" "));
        return code;
    }

    private static async Task<(int Code, string Line)> Ask(string[] args, string defaultUrls)
    {
        try
        {
            var urls = WebHosting.ReadConfiguration(args)["Urls"] ?? defaultUrls;
            HostChecks.RequireUrls(urls);
            var url = new Uri(HostChecks.Loopback(urls), "/health/ready");
            if (url.Port == 0) return (1, $"Urls has '{urls}': nobody can be asked on a port that the system chose.");
            using var handler = new SocketsHttpHandler { UseProxy = false };
            using var http = new HttpClient(handler) { Timeout = Patience };
            using var answer = await http.GetAsync(url);
            return answer.IsSuccessStatusCode ? (0, $"{url} is ready") : (1, $"{url} answers {(int)answer.StatusCode}");
        }
        catch (OperationCanceledException)
        {
            return (1, $"No answer within {Patience.TotalSeconds} s.");
        }
        catch (Exception e)
        {
            return (1, e.Message);
        }
    }
}
