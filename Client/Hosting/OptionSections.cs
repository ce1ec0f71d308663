using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace OrderActors.Client.Hosting;

/// <summary>Reads options from the section of their name, strictly: an unknown name or a value of another kind ends the start.</summary>
internal static class OptionSections
{
    /// <summary>Sets what the section says on these options.</summary>
    /// <param name="configuration">Where the section is.</param>
    /// <param name="section">Its name.</param>
    /// <param name="options">What is set.</param>
    /// <param name="hosts">Options that the host sets from its own and the section has not.</param>
    /// <exception cref="StartupException">A name is unknown or a value is of another kind.</exception>
    public static T Read<T>(IConfiguration configuration, string section, T options, params string[] hosts)
        where T : class
    {
        var properties = typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.CanWrite && !hosts.Contains(p.Name)).ToArray();
        foreach (var entry in configuration.GetSection(section).GetChildren())
        {
            var property = Array.Find(properties, p => p.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                var names = string.Join(", ", properties.Select(p => $"{section}:{p.Name}"));
                throw new StartupException($"There is no option {section}:{entry.Key}. Options are {names}.");
            }

            try
            {
                property.SetValue(options, ValueOf(entry.Value ?? "", property.PropertyType));
            }
            catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or NotSupportedException)
            {
                throw new StartupException($"{section}:{property.Name} is '{entry.Value}'; it must be {ProgramOptions.KindOf(property.PropertyType)}.", e);
            }
        }

        return options;
    }

    /// <summary>What a validator said, with the option's name as its operator writes it.</summary>
    public static StartupException Wrong<T>(string section, string complaint, Exception? cause = null) =>
        new(complaint.Replace(typeof(T).Name + ".", section + ":", StringComparison.Ordinal), cause);

    // A lone number would be days: nobody who writes 30 means a month.
    private static object? ValueOf(string text, Type type) => type == typeof(TimeSpan) && !text.Contains(':', StringComparison.Ordinal)
        ? throw new FormatException()
        : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
}
