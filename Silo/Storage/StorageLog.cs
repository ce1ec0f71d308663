namespace OrderActors.Silo.Storage;

/// <summary>What the storage says.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(200, LogLevel.Warning, "A statement for {Count} requests failed")]
    public static partial void StatementFailed(this ILogger log, Exception failure, int count);

    [LoggerMessage(201, LogLevel.Error, "The database does not answer; requests are refused until it does: {Reason}")]
    public static partial void DatabaseAway(this ILogger log, string reason);

    [LoggerMessage(202, LogLevel.Warning, "The database answers again")]
    public static partial void DatabaseBack(this ILogger log);

    [LoggerMessage(203, LogLevel.Warning, "Cursors could not be stored; they will be, or their consumers see some events again")]
    public static partial void CursorsFailed(this ILogger log, Exception failure);

    [LoggerMessage(204, LogLevel.Warning, "The event log could not be trimmed; the next round tries again")]
    public static partial void TrimFailed(this ILogger log, Exception failure);

    [LoggerMessage(205, LogLevel.Error, "A handler of appended events failed")]
    public static partial void HandlerFailed(this ILogger log, Exception failure);
}
