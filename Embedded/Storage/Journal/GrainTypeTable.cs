using System.Collections.Concurrent;
using System.Text;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>Small numbers for grain types, for this run of the process.</summary>
internal sealed class GrainTypeTable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<KeyHash, int> _byHash = [];
    private readonly List<string> _names = [];

    public int Number(string name) => _numbers.TryGetValue(name, out var number) ? number : Add(name);

    /// <summary>The number for a name as a record holds it. Only recovery calls this, from one thread.</summary>
    public int Number(ReadOnlySpan<byte> name)
    {
        var hash = KeyHash.Compute(name, 0);
        if (!_byHash.TryGetValue(hash, out var number))
            _byHash.Add(hash, number = Number(Encoding.UTF8.GetString(name)));
        return number;
    }

    public string[] Names()
    {
        lock (_gate)
            return [.. _names];
    }

    private int Add(string name)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue(name, out var number))
                return number;
            if (_names.Count > IndexEntry.MaxType)
                throw new InvalidOperationException($"The journal holds {_names.Count} grain types; allowed are {IndexEntry.MaxType + 1}.");
            _names.Add(name);
            _numbers[name] = _names.Count - 1;
            return _names.Count - 1;
        }
    }
}
