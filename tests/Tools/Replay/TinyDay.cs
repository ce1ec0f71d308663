using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

/// <summary>
/// A day worked out by hand, 100 metres a minute. c1 fetches o1 and o2 together and later o4; c2 fetches o3; o5 comes when
/// nobody is on shift any more.
/// </summary>
internal static class TinyDay
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Data", "tiny");

    public static Instance Instance => InstanceReader.Read(Folder);

    // c1, told at 10: 3 minutes to r1, there at 13, could pick up at 15, waits for o2 until 20, leaves at 22; 5 minutes to
    // o1: 27, handed over at 29, leaves at 31; 4 minutes to o2: 35, handed over at 37, idle at 39. Told at 100, sets out a
    // minute later: 7 minutes to r2, there at 108, picks up at 110, leaves at 112; 99 metres are a minute: 113, handed over
    // at 115. c2 stands at r2; 250 metres are 3 minutes.
    public static DaySolution Solution => new(
        [new(10, 20, "c1", ["o1", "o2"]), new(45, 50, "c2", ["o3"]), new(100, 110, "c1", ["o4"])],
        [new("o1", 5, 15, 20, 29, "c1"), new("o2", 6, 20, 20, 37, "c1"), new("o3", 40, 50, 50, 57, "c2"), new("o4", 100, 110, 110, 115, "c1")],
        [
            new("c1", 10, "0", "r1"), new("c1", 22, "r1", "o1"), new("c1", 31, "o1", "o2"), new("c1", 101, "o2", "r2"), new("c1", 112, "r2", "o4"),
            new("c2", 45, "0", "r2"), new("c2", 52, "r2", "o3"),
        ]);

    /// <summary>A copy of the instance's files, to be spoilt.</summary>
    public static void CopyTo(string folder)
    {
        foreach (var file in Directory.GetFiles(Folder)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }
}
