using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace OrderActors.Tests.House.Deployment;

/// <summary>The images hold the programs that there are, built as they must be, and nobody runs as root.</summary>
public sealed partial class DockerfileTests
{
    private static readonly (string Target, string Project, string Assembly)[] Programs =
        [("silo", "Silo/Silo.csproj", "OrderActors.Silo"), ("gateway", "Client/Client.csproj", "OrderActors.Client")];

    private static ImageFile Image => ImageFile.Both;

    [Fact]
    public void Each_program_is_published_on_Orleans_and_started()
    {
        foreach (var (target, project, assembly) in Programs)
        {
            Assert.Contains($"<AssemblyName>{assembly}</AssemblyName>", Repository.Read(project), StringComparison.Ordinal);
            var publish = Assert.Single(Image.Whole("build"), l => l.Text.StartsWith($"dotnet publish {project} ", StringComparison.Ordinal));
            Assert.Contains("-c Release -p:Engine=Orleans ", publish.Text, StringComparison.Ordinal);
            Assert.EndsWith($"-o /out/{target}", publish.Text, StringComparison.Ordinal);
            Assert.Contains(Image.Whole(target), l => l is { Word: "COPY", Text: var from } && from == $"--from=build /out/{target} .");
            Assert.Equal(["dotnet", $"{assembly}.dll"], JsonSerializer.Deserialize<string[]>(Image.Last(target, "ENTRYPOINT")!)!);
        }
    }

    [Fact]
    public void Health_is_asked_by_the_program_itself()
    {
        foreach (var (target, _, assembly) in Programs)
        {
            var check = Image.Last(target, "HEALTHCHECK")!;
            Assert.Matches(@"^(--(interval|timeout|start-period)=\d+s |--retries=\d+ )*CMD \[", check);
            var command = JsonSerializer.Deserialize<string[]>(check[check.IndexOf('[', StringComparison.Ordinal)..])!;
            Assert.Equal(["dotnet", $"{assembly}.dll", "--health"], command);
        }

        Assert.Contains("Verb = \"--health\"", Repository.Read("Client/Hosting/HealthVerb.cs"), StringComparison.Ordinal);
        Assert.Contains("HealthVerb.IsAsked(args)", Repository.Read("Silo/Program.cs"), StringComparison.Ordinal);
        Assert.Contains("HealthVerb.IsAsked(args)", Repository.Read("Client/Hosting/Cluster/GatewayProgram.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_runs_as_root() => Assert.All(Programs, p =>
    {
        // The base image's own user, or a number that is not root's.
        var user = Image.Last(p.Target, "USER");
        Assert.True(user == "$APP_UID" || (int.TryParse(user, out var id) && id > 0), $"{p.Target} runs as {user ?? "root"}");
    });

    [Fact]
    public void What_is_listened_on_is_exposed()
    {
        foreach (var (target, _, _) in Programs)
        {
            var port = Image.Last(target, "ENV")!.Split(':')[^1];
            Assert.Contains(port, Image.Last(target, "EXPOSE")!.Split(' '));
        }

        var cluster = Repository.Read("Silo/Hosting/Cluster/ClusterSettings.cs");
        foreach (var option in (string[])["SiloPort", "GatewayPort"])
        {
            var port = Regex.Match(cluster, $@"{option} \{{ get; set; \}} = (\d+);").Groups[1].Value;
            Assert.Contains(port, Image.Last("silo", "EXPOSE")!.Split(' '));
        }
    }

    [Fact]
    public void What_is_copied_exists_and_is_let_through()
    {
        var ignored = Repository.Lines(".dockerignore");
        Assert.Contains("*", ignored);
        var let = ignored.Where(l => l.StartsWith('!')).Select(l => l[1..]).ToList();
        Assert.All(let, path => Assert.True(Repository.Exists(path), path));
        var copied = Image.Whole("build").Where(l => l.Word == "COPY").SelectMany(l => l.Text.Split(' ')[..^1]).Where(p => p != ".");
        foreach (var path in copied)
        {
            Assert.True(Repository.Exists(path), path);
            Assert.Contains(path.Split('/')[0], let);
        }

        // What the projects refer to, one after the other, is let through as well.
        foreach (var project in (string[])["Silo/Silo.csproj", "Client/Client.csproj", "Grains/Grains.csproj", "Grains.Interfaces/Grains.Interfaces.csproj"])
        {
            Assert.Contains(project, copied);
            foreach (Match reference in Reference().Matches(Repository.Read(project))) Assert.Contains(reference.Groups[1].Value, let);
        }
    }

    [Fact]
    public void The_sdk_of_the_image_is_the_one_of_the_projects()
    {
        var version = Regex.Match(Repository.Read("Directory.Build.props"), @"<TargetFramework>net([\d.]+)<").Groups[1].Value;
        Assert.Equal($"mcr.microsoft.com/dotnet/sdk:{version}", Image.Stages.Single(s => s.Name == "build").From);
        Assert.Equal($"mcr.microsoft.com/dotnet/aspnet:{version}", Image.Stages.Single(s => s.Name == "runtime").From);
    }

    [GeneratedRegex(@"Include=""[^""]*?\.\./([\w.]+)")]
    private static partial Regex Reference();
}
