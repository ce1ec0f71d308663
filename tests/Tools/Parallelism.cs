// Most of a test's time is spent waiting for a host, a disk or another process.
[assembly: Xunit.CollectionBehavior(MaxParallelThreads = 4)]
