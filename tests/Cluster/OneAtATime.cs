// Each test runs a cluster of processes: side by side they would take each other's time and call it a fault.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
