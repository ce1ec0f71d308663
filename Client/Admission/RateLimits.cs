using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Governance;

namespace OrderActors.Client.Admission;

/// <summary>
/// The token buckets of keys and merchants, with the configured limits and those that operators set. Tells callers in the terms of
/// draft-ietf-httpapi-ratelimit-headers (revision 10).
/// </summary>
internal sealed class RateLimits
{
    private const string PolicyHeader = "RateLimit-Policy";
    private const string LimitHeader = "RateLimit";

    private readonly AdmissionOptions _options;
    private readonly TimeProvider _clock;
    private readonly BucketTable _keys;
    private readonly BucketTable _merchants;
    private readonly BucketTerms?[] _byKind = new BucketTerms?[6];
    private readonly BucketTerms? _merchant;
    private volatile FrozenDictionary<(LimitOwner Owner, string Id), BucketTerms?> _own =
        FrozenDictionary<(LimitOwner Owner, string Id), BucketTerms?>.Empty;

    public RateLimits(AdmissionOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _keys = new(options.MaxBuckets);
        _merchants = new(options.MaxBuckets);
        _merchant = Terms(options.MerchantRate, options.MerchantBurst);
        foreach (var kind in new[] { Callers.Customer, Callers.Merchant, Callers.Courier, Callers.Partner, Callers.Operator })
        {
            var rate = options.Of(kind);
            _byKind[Index(kind)] = Terms(rate.Rate, rate.Burst);
        }
    }

    /// <summary>How many buckets there are.</summary>
    public int Count => _keys.Count + _merchants.Count;

    /// <summary>From now on these operators' limits hold.</summary>
    public void Use(GovernanceView view) =>
        _own = view.Limits.ToFrozenDictionary(limit => (limit.Owner, limit.Id), limit => Terms(limit.Rate, limit.Burst));

    /// <summary>Takes a token of the caller's key; a problem when there is none.</summary>
    public Problem? TakeOfKey(HttpContext context, Caller caller)
    {
        if (caller.KeyId.Length == 0) return null;
        var own = _own;
        if (own.Count == 0 || !own.TryGetValue((LimitOwner.Key, caller.KeyId), out var terms)) terms = _byKind[Index(caller.Kind)];
        return terms is null ? null : Take(context, _keys[caller.KeyId], terms, "key", "Requests with this key are limited");
    }

    /// <summary>Takes a token of a merchant whose order is placed.</summary>
    /// <exception cref="RequestFault">There is none.</exception>
    public void TakeOfMerchant(HttpContext context, string merchant)
    {
        var own = _own;
        if (own.Count == 0 || !own.TryGetValue((LimitOwner.Merchant, merchant), out var terms)) terms = _merchant;
        if (terms is null || merchant.Length > Values.EntityId.MaxLength) return;
        if (Take(context, _merchants[merchant], terms, "merchant", "New orders of this merchant are limited") is { } problem)
        {
            AdmissionInstruments.Refused(Priority.Secondary, Refusals.Quota);
            throw new RequestFault(problem);
        }
    }

    private Problem? Take(HttpContext context, TokenBucket bucket, BucketTerms terms, string policy, string what)
    {
        var answer = bucket.Take(terms, _clock.GetTimestamp());
        var window = Seconds(terms.Window);
        var headers = context.Response.Headers;
        headers.Append(PolicyHeader, string.Create(CultureInfo.InvariantCulture, $"\"{policy}\";q={terms.Burst};w={window}"));
        headers.Append(LimitHeader, string.Create(CultureInfo.InvariantCulture, $"\"{policy}\";r={answer.Left};t={Seconds(answer.Full)}"));
        if (answer.Taken) return null;
        var wait = Math.Max(1, Seconds(answer.Wait));
        var detail = string.Create(
            CultureInfo.InvariantCulture, $"{what}: {terms.Burst} at once, and so many again in {window} s. Nothing was done; send it again in {wait} s.");
        return new(ProblemKind.QuotaExceeded, detail)
        {
            RetryAfterSeconds = wait,
            Errors = [new("quota_exceeded", detail, Value: policy)],
        };
    }

    private BucketTerms? Terms(double rate, int burst) => BucketTerms.Of(rate, burst, _options.Gateways, _clock.TimestampFrequency);

    private int Seconds(long ticks) => (int)Math.Min(int.MaxValue, Math.Ceiling((double)ticks / _clock.TimestampFrequency));

    // Public is 0, which has no key; then powers of two.
    private static int Index(Callers kind) => System.Numerics.BitOperations.Log2((uint)kind) + 1;
}
