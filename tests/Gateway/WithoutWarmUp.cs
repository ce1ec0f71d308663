using System.Runtime.CompilerServices;

namespace OrderActors.Tests.Gateway;

/// <summary>
/// Hosts of tests are not asked for speed: they are ready at once, and turn nobody away because the machine is slow, in this process and in those it
/// starts.
/// </summary>
internal static class WithoutWarmUp
{
    [ModuleInitializer]
    public static void Set()
    {
        Environment.SetEnvironmentVariable("ORDERACTORS_WarmUp__TimeLimit", "00:00:00");
        Environment.SetEnvironmentVariable("ORDERACTORS_Ramp__Time", "00:00:00");
        Environment.SetEnvironmentVariable("ORDERACTORS_Admission__MinConcurrency", "128");
    }
}
