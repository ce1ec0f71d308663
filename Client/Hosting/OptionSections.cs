using System.Collections;
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
        Set(configuration.GetSection(section), options, hosts);
        return options;
    }

    private static void Set(IConfigurationSection section, object options, params string[] hosts)
    {
        var properties = options.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(p => p.CanWrite && !hosts.Contains(p.Name)).ToArray();
        foreach (var entry in section.GetChildren())
        {
            var property = Array.Find(properties, p => p.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                var names = string.Join(", ", properties.Select(p => $"{section.Path}:{p.Name}"));
                throw new StartupException($"There is no option {section.Path}:{entry.Key}. Options are {names}.");
            }

            if (ByName(property.PropertyType) is { } kind)
            {
                var named = (IDictionary)property.GetValue(options)!;
                foreach (var one in entry.GetChildren())
                {
                    var value = New(kind);
                    Set(one, value);
                    named[one.Key] = value;
                }

                continue;
            }

            try
            {
                property.SetValue(options, ValueOf(entry.Value ?? "", property.PropertyType));
            }
            catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or NotSupportedException)
            {
                throw new StartupException($"{section.Path}:{property.Name} is '{entry.Value}'; it must be {ProgramOptions.KindOf(property.PropertyType)}.", e);
            }
        }
    }

    /// <summary>What an option holds by names, such as the times of each zone; null when it holds one value.</summary>
    private static Type? ByName(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1] : null;

    /// <summary>One with everything left out.</summary>
    private static object New(Type type)
    {
        var constructor = type.GetConstructors().First(c => c.GetParameters().All(parameter => parameter.HasDefaultValue));
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.DefaultValue)]);
    }

    /// <summary>What a validator said, with the option's name as its operator writes it.</summary>
    public static StartupException Wrong<T>(string section, string complaint, Exception? cause = null) =>
        new(complaint.Replace(typeof(T).Name + ".", section + ":", StringComparison.Ordinal), cause);

    // A lone number would be days: nobody who writes 30 means a month.
    private static object? ValueOf(string text, Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) == typeof(TimeSpan) && !text.Contains(':', StringComparison.Ordinal)
        ? throw new FormatException()
        : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
}
