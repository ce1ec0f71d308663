using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>Reads a request's body: bounded, JSON, of the shape the route defines, or a refusal that names every fault.</summary>
internal static class RequestBody
{
    /// <summary>The body.</summary>
    public static async ValueTask<T> Read<T>(HttpContext context, int maxBytes, JsonTypeInfo<T> type)
    {
        RequireJson(context);
        var bytes = await ReadBytes(context, maxBytes);
        try
        {
            return await Understood(context, Parse(context, bytes, type), type);
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(bytes.End);
        }
    }

    /// <summary>The body of a request that is signed: looked at only when the signature is right.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The largest body.</param>
    /// <param name="type">Its shape.</param>
    /// <param name="refuse">Why the bytes are not the signer's; null when they are.</param>
    public static async ValueTask<T> ReadSigned<T>(
        HttpContext context, int maxBytes, JsonTypeInfo<T> type, Func<ReadOnlySequence<byte>, string?> refuse)
    {
        RequireJson(context);
        var bytes = await ReadBytes(context, maxBytes);
        try
        {
            return refuse(bytes) is { } why ? throw new RequestFault(ProblemKind.Forbidden, why) : Parse(context, bytes, type);
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(bytes.End);
        }
    }

    /// <summary>The body, or this value when the request has none.</summary>
    public static async ValueTask<T> ReadOr<T>(HttpContext context, int maxBytes, JsonTypeInfo<T> type, T none)
    {
        if (context.Request.ContentLength == 0 || (context.Request.ContentLength is null && !context.Request.Headers.ContainsKey("Transfer-Encoding")))
        {
            return await Understood(context, none, type);
        }

        RequireJson(context);
        var bytes = await ReadBytes(context, maxBytes);
        try
        {
            return await Understood(context, bytes.IsEmpty ? none : Parse(context, bytes, type), type);
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(bytes.End);
        }
    }

    /// <summary>The body as one item or as an array of them.</summary>
    public static async ValueTask<T[]> ReadOneOrMany<T>(HttpContext context, int maxBytes, JsonTypeInfo<T> one, JsonTypeInfo<T[]> many)
    {
        RequireJson(context);
        var bytes = await ReadBytes(context, maxBytes);
        try
        {
            return FirstByte(bytes) == '[' ? Parse(context, bytes, many) : [Parse(context, bytes, one)];
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(bytes.End);
        }
    }

    // Two bodies that mean the same are written the same here, whatever their spaces and the order of their members.
    private static async ValueTask<T> Understood<T>(HttpContext context, T body, JsonTypeInfo<T> type)
    {
        if (KeyedRequest.Of(context) is { ComparesContent: true } request) await request.Understood(context, Canonical(body, type));
        return body;
    }

    private static byte[] Canonical<T>(T body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(body, type);
        }
        catch (ArgumentException)
        {
            // A number beyond what JSON can say, such as 1e999. The operation refuses it in its own words.
            return [0];
        }
    }

    private static void RequireJson(HttpContext context)
    {
        var type = context.Request.ContentType;
        if (type is not null && IsJson(type)) return;
        if (type is null && context.Request.ContentLength is 0)
        {
            throw new RequestFault(ProblemKind.Malformed, "The body is empty; this request needs a JSON body.");
        }

        throw new RequestFault(
            ProblemKind.UnsupportedMediaType,
            type is null ? "Content-Type is missing; it must be application/json." : $"Content-Type is '{type}'; it must be application/json in UTF-8.",
            new ProblemError(
                "unsupported_media_type", "The body must be application/json in UTF-8.", Header: "Content-Type", Value: type, Allowed: ["application/json"]));
    }

    private static bool IsJson(string type)
    {
        var end = type.IndexOf(';', StringComparison.Ordinal);
        var media = end < 0 ? type.AsSpan() : type.AsSpan(0, end);
        if (!media.Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase)) return false;
        if (end < 0) return true;
        var charset = type.IndexOf("charset=", end, StringComparison.OrdinalIgnoreCase);
        return charset < 0 || type.AsSpan(charset + "charset=".Length).Trim("\" ").StartsWith("utf-8", StringComparison.OrdinalIgnoreCase);
    }

    private static async ValueTask<ReadOnlySequence<byte>> ReadBytes(HttpContext context, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes) throw await TooLarge(context, maxBytes);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await Next(reader, context.RequestAborted);
            if (result.Buffer.Length <= maxBytes && result.IsCompleted) return result.Buffer;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.Buffer.Length > maxBytes) throw await TooLarge(context, maxBytes);
        }
    }

    // What is wrong with a body's framing is the sender's, although some of it comes as the same exception as a failing disk.
    private static async ValueTask<ReadResult> Next(PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new RequestFault(
                ProblemKind.Malformed, "The body could not be read to its end: its chunks are not as they should be, or the connection broke.");
        }
    }

    /// <summary>
    /// A body somewhat over the limit is read to its end and thrown away: then its sender, who may read no answer before it has
    /// sent everything, sees the refusal, and the connection stays. For a larger one the connection closes, and the answer says so.
    /// </summary>
    private static async ValueTask<RequestFault> TooLarge(HttpContext context, int maxBytes)
    {
        var rest = !(context.Request.ContentLength > maxBytes + GatewayOptions.DiscardedBytes)
            && await Discard(context.Request.BodyReader, maxBytes + GatewayOptions.DiscardedBytes);
        if (!rest) context.Response.Headers.Connection = "close";
        return new(ProblemKind.BodyTooLarge, $"The body is larger than {maxBytes} bytes, the most this server takes.");
    }

    private static async ValueTask<bool> Discard(PipeReader reader, long atMost)
    {
        while (atMost > 0)
        {
            var result = await Next(reader, CancellationToken.None);
            atMost -= result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return true;
        }

        return false;
    }

    private static byte FirstByte(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            foreach (var b in segment.Span)
            {
                if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) return b;
            }
        }

        return 0;
    }

    /// <summary>Whether an id in the body may have the test side's mark, written out or as an escape.</summary>
    private static bool MayHaveMark(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            if (segment.Span.ContainsAny((byte)TestMode.Mark, (byte)'\\')) return true;
        }

        return false;
    }

    private static T Parse<T>(HttpContext context, ReadOnlySequence<byte> bytes, JsonTypeInfo<T> shape)
    {
        if (BodyLimits.Refuse(bytes) is { } tooLong) throw tooLong;
        var caller = context.Caller();
        var type = SideJson.Reading(caller, shape, caller.Live && MayHaveMark(bytes));
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = BodyFaults.MaxDepth });
            var value = JsonSerializer.Deserialize(ref reader, type);
            while (reader.Read())
            {
            }

            if (value is not null) return value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The framework's message names .NET types; the second, slower look finds every fault and names none.
        }

        throw BodyFaults.Explain(bytes, type);
    }
}
