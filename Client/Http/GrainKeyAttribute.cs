namespace OrderActors.Client.Http;

/// <summary>
/// A text, or an array of them, that is an id which callers choose: a merchant's, courier's, customer's or zone's, a coupon's code, a day
/// of the books. It becomes the key of a grain, and so has a live and a test side. On the parameter of a shape's primary constructor.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class GrainKeyAttribute : Attribute;
