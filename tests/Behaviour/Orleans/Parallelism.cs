// A test here mostly waits for silos that come, go and breathe in real time, so more of them at once than there are processors.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
