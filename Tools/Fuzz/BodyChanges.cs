using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrderActors.Tools.Fuzz;

/// <summary>What is done to a sound JSON body.</summary>
internal static class BodyChanges
{
    // Where a hostile value goes, until the text is written: JSON that is none has no place in a tree.
    private const string Mark = "\u2603here\u2603";

    /// <summary>Makes a body bad, now and then more than once.</summary>
    public static void Apply(RawRequest request, JsonNode? sound, Random random)
    {
        var text = sound is null ? "{}" : Changed(sound, request, random);
        var bytes = Encoding.UTF8.GetBytes(text);
        switch (random.Next(14))
        {
            case 0:
                Say("body cut off");
                bytes = bytes[..random.Next(bytes.Length + 1)];
                break;
            case 1:
                Say("byte changed");
                if (bytes.Length > 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                break;
            case 2:
                Say("bytes that are no UTF-8");
                bytes = Insert(bytes, random, [[0xC3, 0x28], [0xFF], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x00]]);
                break;
            case 3:
                Say("something after the end");
                bytes = [.. bytes, .. random.Next(2) == 0 ? "{}"u8 : "x"u8];
                break;
            case 4:
                Say("byte order mark");
                bytes = [0xEF, 0xBB, 0xBF, .. bytes];
                break;
            case 5:
                Say("UTF-16");
                bytes = Encoding.Unicode.GetBytes(text);
                break;
            case 6:
                Say("white space without end");
                bytes = [.. Encoding.ASCII.GetBytes(new string(' ', random.Next(70_000))), .. bytes];
                break;
        }

        request.Body = bytes;

        void Say(string change) => request.Changes.Add(change);
    }

    /// <summary>The body with one of its members changed, as text.</summary>
    private static string Changed(JsonNode sound, RawRequest request, Random random)
    {
        var root = sound.DeepClone();
        var places = new List<(JsonNode Parent, string? Name, int At)>();
        Collect(root, places);
        if (places.Count == 0) return Value(request, random);
        var (parent, name, at) = places[random.Next(places.Count)];
        switch (random.Next(8))
        {
            case 0:
                request.Changes.Add($"without {name ?? "an element"}");
                if (parent is JsonObject whole) whole.Remove(name!);
                else parent.AsArray().RemoveAt(at);
                return root.ToJsonString();
            case 1 when parent is JsonObject holder:
                request.Changes.Add("unknown member");
                holder[random.Next(2) == 0 ? "surprise" : name + "s"] = 1;
                return root.ToJsonString();
            case 2 when parent is JsonObject:
                request.Changes.Add($"{name} twice");
                return Replace(root, parent, name, at, $"null,{JsonSerializer.Serialize(name)}:{Value(request, random)}");
            case 3 when parent is JsonArray list:
                request.Changes.Add("an array without end");
                var element = list[at]?.ToJsonString() ?? "null";
                return Replace(root, parent, name, at, string.Join(',', Enumerable.Repeat(element, random.Next(2_000))));
            case 4:
                return root.ToJsonString();
            default:
                var value = Value(request, random);
                request.Changes.Add($"{name ?? "an element"} is {(value.Length > 60 ? value[..60] + "…" : value)}");
                return Replace(root, parent, name, at, value);
        }
    }

    private static string Value(RawRequest request, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                request.Changes.Add("nesting without end");
                return Hostile.Deep(random);
            case 1:
                request.Changes.Add("text without end");
                return $"\"{Hostile.Long(random)}\"";
            default:
                return Hostile.Values[random.Next(Hostile.Values.Count)];
        }
    }

    private static string Replace(JsonNode root, JsonNode parent, string? name, int at, string value)
    {
        if (parent is JsonObject holder) holder[name!] = Mark;
        else parent[at] = Mark;
        return root.ToJsonString().Replace(JsonSerializer.Serialize(Mark), value, StringComparison.Ordinal);
    }

    private static byte[] Insert(byte[] bytes, Random random, byte[][] choices)
    {
        var at = random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. choices[random.Next(choices.Length)], .. bytes[at..]];
    }

    private static void Collect(JsonNode node, List<(JsonNode Parent, string? Name, int At)> places)
    {
        if (node is JsonObject holder)
        {
            foreach (var (name, value) in holder)
            {
                places.Add((node, name, 0));
                if (value is not null) Collect(value, places);
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                places.Add((node, null, i));
                if (list[i] is { } element) Collect(element, places);
            }
        }
    }
}
