namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// Stands for the journal's threads where there is only one: in a simulated world. It is told when there is work, and does it
/// later on the thread on which this journal is called.
/// </summary>
internal interface IJournalPump
{
    /// <summary>Something waits to be written: see <see cref="JournalWriter.TryTake"/>.</summary>
    void WriterDue();

    /// <summary>The index wants to be written out, or files to be rewritten: see <see cref="JournalMaintenance.Tend"/>.</summary>
    void MaintenanceDue();
}
