using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Idempotency;

namespace OrderActors.Client.Idempotency;

/// <summary>A request with an Idempotency-Key, from its arrival to its answer.</summary>
/// <param name="name">Names the caller, the operation, the address and the key.</param>
/// <param name="operation">The operation.</param>
/// <param name="store">Where answers are kept.</param>
internal sealed class KeyedRequest(string name, Operation operation, AnswerStore store)
{
    /// <summary>The key of the answer's grain.</summary>
    public string Name => name;

    /// <summary>What is answered now; null when it is nothing to keep.</summary>
    public StoredAnswer? Answer { get; private set; }

    private string Fingerprint { get; set; } = "";

    /// <summary>The keyed request that is being handled; null when it has no key.</summary>
    public static KeyedRequest? Of(HttpContext context) => context.Features.Get<KeyedRequest>();

    /// <summary>Makes this the request that is being handled.</summary>
    public void Begin(HttpContext context) => context.Features.Set(this);

    /// <summary>
    /// The body was read, or there is none. An order compares contents itself; for what others remember, this request's body is held
    /// against the first one's, as they were understood and not as they were written.
    /// </summary>
    /// <exception cref="RequestFault">The key was used with other content.</exception>
    /// <exception cref="AnsweredBefore">It was the same content: the answer is there already.</exception>
    public async ValueTask Understood(HttpContext context, byte[] canonical)
    {
        Fingerprint = canonical.Length == 0 ? "" : Convert.ToBase64String(SHA256.HashData(canonical).AsSpan(0, 16));
        if (await store.Find(Name) is not { } earlier) return;
        if (earlier.Fingerprint != Fingerprint) throw Replies.KeyReused(context);
        throw new AnsweredBefore(earlier);
    }

    /// <summary>Whether the body has to be understood before anything is done.</summary>
    public bool ComparesContent => !operation.RemembersKeys;

    /// <summary>Whether the answer may be kept: it has no secret.</summary>
    public bool IsKept => !operation.HasSecret;

    /// <summary>This is the answer.</summary>
    public void Answered(HttpResponse response, ReadOnlySpan<byte> body)
    {
        // How things are now is not how they were then.
        if (response.Headers.ContainsKey(Replies.ReplayedHeader)) return;
        Answer = new(
            Fingerprint,
            response.StatusCode,
            response.ContentType ?? "",
            response.Headers.ETag.ToString() is { Length: > 0 } tag ? tag : null,
            response.Headers.Location.ToString() is { Length: > 0 } location ? location : null,
            Encoding.UTF8.GetString(body));
    }

    /// <summary>Answers again as the first time.</summary>
    public static Task Repeat(HttpContext context, StoredAnswer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        if (answer.ETag is not null) response.Headers.ETag = answer.ETag;
        if (answer.Location is not null) response.Headers.Location = answer.Location;
        if (answer.ContentType.Length > 0) response.ContentType = answer.ContentType;
        response.Headers[Replies.ReplayedHeader] = "true";
        response.ContentLength = Encoding.UTF8.GetByteCount(answer.Body);
        Encoding.UTF8.GetBytes(answer.Body, response.BodyWriter);
        return response.BodyWriter.FlushAsync(context.RequestAborted).AsTask();
    }
}

/// <summary>Ends a request whose answer is there already.</summary>
internal sealed class AnsweredBefore(StoredAnswer answer) : Exception("This request was answered before.")
{
    /// <summary>The answer.</summary>
    public StoredAnswer Answer => answer;
}
