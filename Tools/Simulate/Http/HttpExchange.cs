using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OrderActors.Client.Http;
using OrderActors.Embedded.Simulation;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>
/// One request and its answer, as a server has them, in memory: nothing of it ever waits for another thread. The client hears the answer as soon as all
/// of it was flushed, whatever is done after that.
/// </summary>
internal sealed class HttpExchange : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature, IHttpRequestIdentifierFeature,
    IRequestBodyPipeFeature
{
    private readonly ClientRequest<HttpAnswer> _client;
    private readonly AnswerWriter _writer;
    private bool _isOver;

    /// <param name="request">The request.</param>
    /// <param name="client">Who waits for its answer.</param>
    /// <param name="id">The request's id, by which logs would name it.</param>
    /// <param name="services">The gateway's services.</param>
    public HttpExchange(ApiRequest request, ClientRequest<HttpAnswer> client, string id, IServiceProvider services)
    {
        (_client, TraceIdentifier) = (client, id);
        _writer = new AnswerWriter(this);
        Reader = PipeReader.Create(new ReadOnlySequence<byte>(request.Body));
        var features = new FeatureCollection(16);
        features.Set<IHttpRequestFeature>(request.ToFeature());
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        features.Set<IHttpRequestLifetimeFeature>(this);
        features.Set<IHttpRequestIdentifierFeature>(this);
        features.Set<IRequestBodyPipeFeature>(this);
        Context = new DefaultHttpContext(features) { RequestServices = services };
    }

    /// <summary>The request and its answer.</summary>
    public DefaultHttpContext Context { get; }

    public PipeReader Reader { get; }

    public string TraceIdentifier { get; set; }

    public CancellationToken RequestAborted
    {
        get => _client.HungUp;
        set => throw new NotSupportedException("Who has hung up is the client's to say.");
    }

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public bool HasStarted { get; private set; }

    public PipeWriter Writer => _writer;

    Stream IHttpResponseBodyFeature.Stream => _writer.AsStream();

    Stream IHttpResponseFeature.Body
    {
        get => _writer.AsStream();
        set => throw new NotSupportedException("Answers are written to the pipe.");
    }

    /// <summary>The connection breaks.</summary>
    public void Abort()
    {
        _isOver = true;
        _client.Break();
    }

    /// <summary>All of the answer was written.</summary>
    public void Complete()
    {
        if (_isOver) return;
        (_isOver, HasStarted) = (true, true);
        _client.Answer(new HttpAnswer(
            StatusCode, Headers.ContentType.ToString(), Headers.ETag.ToString(), Headers.Location.ToString(), Headers.ContainsKey(Replies.ReplayedHeader),
            Encoding.UTF8.GetString(_writer.Written)));
    }

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        HasStarted = true;
        return Task.CompletedTask;
    }

    public Task CompleteAsync()
    {
        Complete();
        return Task.CompletedTask;
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A gateway sends no files.");

    public void DisableBuffering()
    {
    }

    public void OnStarting(Func<object, Task> callback, object state) => throw new NotSupportedException("Nothing of a gateway waits for its answer's start.");

    public void OnCompleted(Func<object, Task> callback, object state) => throw new NotSupportedException("Nothing of a gateway waits for its answer's end.");

    private void Flushed()
    {
        HasStarted = true;
        if (Headers.ContentLength is { } length && _writer.Written.Length >= length) Complete();
    }

    /// <summary>Collects an answer's bytes.</summary>
    private sealed class AnswerWriter(HttpExchange exchange) : PipeWriter
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

        public override void Advance(int bytes) => _bytes.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            exchange.Flushed();
            return new(default(FlushResult));
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
