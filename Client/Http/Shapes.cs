using System.Text.Json.Serialization;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>An amount of money.</summary>
/// <param name="Amount">Minor units (cents), 0 or more.</param>
/// <param name="Currency">ISO 4217, three capital letters.</param>
[method: JsonConstructor]
internal readonly record struct MoneyBody(long Amount, string Currency)
{
    public static MoneyBody From(Money money) => new(money.Amount, money.Currency);

    public Money ToMoney() => new(Amount, Currency);
}

/// <summary>A place, WGS 84.</summary>
/// <param name="Latitude">Degrees, −90 to 90.</param>
/// <param name="Longitude">Degrees, −180 to 180.</param>
[method: JsonConstructor]
internal readonly record struct PointBody(double Latitude, double Longitude)
{
    public static PointBody From(GeoPoint point) => new(point.Latitude, point.Longitude);

    public GeoPoint ToPoint() => new(Latitude, Longitude);
}

/// <summary>Who a caller can say to act for. The platform's own role is not among them.</summary>
internal enum ActorRole
{
    Customer,
    Merchant,
    Courier,
    Operator,
}

/// <summary>Who gives a command.</summary>
/// <param name="Role">customer, merchant, courier or operator.</param>
/// <param name="Id">The id within the role.</param>
internal sealed record ActorBody(ActorRole Role, [GrainKey] string Id)
{
    public Actor ToActor() => new(
        Role switch
        {
            ActorRole.Customer => Values.Role.Customer,
            ActorRole.Merchant => Values.Role.Merchant,
            ActorRole.Courier => Values.Role.Courier,
            _ => Values.Role.Operator,
        },
        EntityIds.Require(Id, "/actor/id"));
}

/// <summary>Checks ids that become grain keys, before a grain is asked.</summary>
internal static class EntityIds
{
    /// <summary>The id, or a refusal that points into the body.</summary>
    public static string Require(string id, string pointer) => EntityId.IsValid(id)
        ? id
        : throw new RequestFault(
            ProblemKind.ValidationFailed,
            $"{pointer} is '{id}'; an id is {EntityId.Rule}.",
            new ProblemError("invalid_id", $"An id is {EntityId.Rule}.", Pointer: pointer, Value: id, Allowed: [EntityId.Rule]));

    /// <summary>The id in the path or the query, or a refusal that names the parameter.</summary>
    public static string RequireParameter(string id, string parameter) => EntityId.IsValid(id)
        ? id
        : throw new RequestFault(
            ProblemKind.Malformed,
            $"The {parameter} is '{id}'; an id is {EntityId.Rule}.",
            new ProblemError("invalid_id", $"An id is {EntityId.Rule}.", Parameter: parameter, Value: id, Allowed: [EntityId.Rule]));
}
