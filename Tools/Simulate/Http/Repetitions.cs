using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>
/// A request whose key comes again is answered like the first time, byte for byte. Where the first answer was lost with its process before it was
/// kept, a repetition tells how things are now; but what was done is not refused then, and what was refused is not done.
/// </summary>
internal sealed class Repetitions(Town town, IWorldPlatform platform)
{
    /// <summary>How far back a fault may be the reason that an answer was not kept, or is not found: as long as several calls in a row wait.</summary>
    private static readonly long LongestFault = TimeSpan.FromMinutes(3).Ticks;

    /// <summary>How soon after its answer a request may come to another gateway that cannot know of it yet.</summary>
    private static readonly long Keeping = TimeSpan.FromSeconds(3).Ticks;

    private readonly Dictionary<(Actor By, string Method, string Path, string Key), Keyed> _known = [];

    /// <summary>A request is being sent.</summary>
    public void Sent(ApiRequest request) => _known.TryAdd(NameOf(request), new Keyed(request.Body));

    /// <summary>Holds an answer against the first one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="sent">When it was sent.</param>
    public void Check(ApiRequest request, HttpAnswer answer, long sent)
    {
        var keyed = _known[NameOf(request)];
        if (!keyed.Body.AsSpan().SequenceEqual(request.Body)) return;
        if (keyed.First is not { } first)
        {
            if (!answer.IsReplayed && ApiAnswers.IsKept(answer)) (keyed.First, keyed.Heard) = (answer, platform.Clock.GetTimestamp());
            return;
        }

        if (answer.IsReplayed && first.IsSame(answer)) return;
        var isOther = answer.IsReplayed && answer.IsDone != first.IsDone;
        var isKept = sent > keyed.Heard + Keeping && platform.IsQuietSince(keyed.Heard - LongestFault);
        if (isOther || isKept) town.Break("repetition", $"{request.By} {request.Method} {request.Path} {request.Key}", $"{first} again", $"{answer}");
    }

    private static (Actor By, string Method, string Path, string Key) NameOf(ApiRequest request) => (request.By, request.Method, request.Path, request.Key!);

    private sealed class Keyed(byte[] body)
    {
        public byte[] Body => body;

        public HttpAnswer? First { get; set; }

        public long Heard { get; set; }
    }
}
