using System.Globalization;
using System.Text;
using OrderActors.Client.Keys;
using OrderActors.Embedded.Simulation;
using OrderActors.Governance.Keys;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>The API keys of a world's people, whose secrets are the seed's.</summary>
internal sealed class ClientKeys(Dice dice)
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private readonly Dictionary<Actor, string> _headers = [];

    /// <summary>What somebody's requests have as their header Authorization.</summary>
    public string Of(Actor by) => _headers[by];

    /// <summary>Makes somebody's key: the command that creates it, and the id of its grain.</summary>
    /// <param name="by">Whose it is.</param>
    /// <param name="partitions">Where its events have to go: every partition has its consumers.</param>
    public (string Id, CreateApiKey Command) Make(Actor by, IReadOnlySet<int> partitions)
    {
        string command, id;
        var number = 0;
        do
        {
            command = string.Create(CultureInfo.InvariantCulture, $"key:{by}:{++number}");
            id = ApiKeyText.IdOf(live: true, command);
        }
        while (!partitions.Contains(Shard.Of(id)));

        var secret = new StringBuilder(ApiKeyText.SecretLength);
        while (secret.Length < ApiKeyText.SecretLength) secret.Append(Digits[dice.Next(Digits.Length)]);
        var text = ApiKeyText.Of(id, secret.ToString());
        _headers.Add(by, $"Bearer {text}");
        return (id, new CreateApiKey(command, Actor.System, KindOf(by), by.Id, Live: true, by.Id, ApiKeyText.HashOf(text), text[^4..]));
    }

    private static ApiKeyKind KindOf(Actor by) => by.Role switch
    {
        Role.Customer => ApiKeyKind.Customer,
        Role.Merchant => ApiKeyKind.Merchant,
        Role.Courier => ApiKeyKind.Courier,
        _ => ApiKeyKind.Operator,
    };
}
