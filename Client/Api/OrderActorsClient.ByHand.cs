using System.Runtime.CompilerServices;

namespace OrderActors.Client.Api;

/// <content>The other answers of operations that can answer in two ways.</content>
public sealed partial class OrderActorsClient
{
    /// <summary>
    /// What happens, as it happens, without end: where a connection ends the next one goes on, so that nothing is missing and nothing comes twice.
    /// </summary>
    /// <param name="type">Types of events with commas between, such as <c>order.created</c>, or prefixes such as <c>order.*</c>; all when null.</param>
    /// <param name="merchant">Only events of this merchant and its orders.</param>
    /// <param name="courier">Only events of this courier and its orders.</param>
    /// <param name="customer">Only events of this customer and its orders.</param>
    /// <param name="order">Only events of this order.</param>
    /// <param name="after">Where to begin: a <see cref="StreamedEvent.Cursor"/>, or a list's next cursor; null for now.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="ApiProblemException">
    /// The API refused, or could not be reached. <see cref="ProblemCode.CursorExpired"/> says that events after the cursor are gone.
    /// </exception>
    public async IAsyncEnumerable<StreamedEvent> StreamEventsAsync(
        string? type = null,
        string? merchant = null,
        string? courier = null,
        string? customer = null,
        string? order = null,
        string? after = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var call = new ApiCall(HttpMethod.Get, "/v1/events")
                .Query("type", type).Query("merchant", merchant).Query("courier", courier).Query("customer", customer).Query("order", order)
                .Header("Accept", "text/event-stream").Header("Last-Event-ID", after);
            using var response = await TryAsync(call, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using var reader = new EventReader(stream, _options.LongestSilence, _options.Clock);
            while (await reader.NextAsync(cancellationToken).ConfigureAwait(false) is { } next) yield return next;
            after = reader.LastId ?? after;
            await Task.Delay(reader.Retry ?? _options.FirstPause, _options.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes an order in, to be placed later: <see cref="GetIntakeReceiptAsync"/> tells what became of it.</summary>
    /// <param name="body">What is sent.</param>
    /// <param name="idempotencyKey">Names the request; made up when it is null, and the same for every try.</param>
    /// <param name="cancellationToken">Ends the waiting; what was sent may be done nevertheless.</param>
    /// <exception cref="ApiProblemException">The API refused, or could not be reached.</exception>
    public Task<IntakeReceipt> TakeInOrderAsync(
        PlaceOrderRequest body, string? idempotencyKey = null, CancellationToken cancellationToken = default) => SendAsync(
            new ApiCall(HttpMethod.Post, "/v1/orders").With(body, ApiJson.Wire.PlaceOrderRequest).Key(idempotencyKey).Header("Prefer", "respond-async"),
            ApiJson.Wire.IntakeReceipt, cancellationToken);
}
