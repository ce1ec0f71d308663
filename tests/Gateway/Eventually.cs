using System.Diagnostics;

namespace OrderActors.Tests.Gateway;

/// <summary>Waits for a condition, at most a while.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until the answer fits; fails with the last one.</summary>
    public static async Task<T> Get<T>(Func<Task<T>> ask, Func<T, bool> fits, string what)
    {
        var began = Stopwatch.GetTimestamp();
        using var poll = new PeriodicTimer(Pause);
        while (true)
        {
            var answer = await ask();
            if (fits(answer)) return answer;
            if (Stopwatch.GetElapsedTime(began) > Deadline)
            {
                var last = answer is Answer http ? http.Text : $"{answer}";
                throw new TimeoutException($"Within {Deadline.TotalSeconds} s it did not come about that {what}. The last answer: {last}");
            }

            await poll.WaitForNextTickAsync();
        }
    }
}
