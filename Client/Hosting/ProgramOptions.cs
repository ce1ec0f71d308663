using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace OrderActors.Client.Hosting;

/// <summary>
/// The options that a program takes on its command line, in its environment and in appsettings.json: those of a type, by the
/// names of its properties, and sections that others read (<c>--Orders:Acceptance 00:02:00</c>). Strict: what is mistyped ends
/// the start.
/// </summary>
/// <param name="type">The type whose public properties are the options.</param>
/// <param name="sections">The sections.</param>
internal sealed class ProgramOptions(Type type, params string[] sections)
{
    private PropertyDescriptor[] Properties => [.. TypeDescriptor.GetProperties(type).Cast<PropertyDescriptor>()];

    /// <summary>Sets what the configuration says on these options.</summary>
    /// <exception cref="StartupException">One is of the wrong kind.</exception>
    public T Read<T>(IConfiguration configuration, T options)
        where T : class
    {
        foreach (var property in Properties)
        {
            if (configuration[property.Name] is not { } text) continue;
            try
            {
                property.SetValue(options, property.Converter.ConvertFromInvariantString(text));
            }
            catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
            {
                throw new StartupException($"{property.Name} is '{text}'; it must be {KindOf(property.PropertyType)}.", e);
            }
        }

        return options;
    }

    /// <summary>Refuses a mistyped option: silently ignored, it would start a program with other settings than its operator believes.</summary>
    /// <exception cref="StartupException">An option is unknown or has no value.</exception>
    public void RefuseUnknown(IReadOnlyList<string> args)
    {
        string[] known = [.. Properties.Select(p => p.Name)];
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            var split = arg.IndexOf('=', StringComparison.Ordinal);
            var name = (split < 0 ? arg : arg[..split]).TrimStart('-', '/');
            var isOption = arg.StartsWith('-') || split > 0;
            if (!isOption)
            {
                throw new StartupException($"'{arg}' is not an option. Options are written --Name value; they are {string.Join(", ", known)}.");
            }

            var section = name.IndexOf(':', StringComparison.Ordinal);
            var names = section < 0 ? known : sections;
            if (!names.Contains(section < 0 ? name : name[..section], StringComparer.OrdinalIgnoreCase))
            {
                throw new StartupException($"There is no option --{name}. Options are {string.Join(", ", known.Concat(sections.Select(s => s + ":…")))}.");
            }

            if (split >= 0) continue;
            if (++i == args.Count) throw new StartupException($"--{name} has no value.");
        }
    }

    /// <summary>What a value of this type looks like, for the person who wrote another.</summary>
    public static string KindOf(Type type) => Nullable.GetUnderlyingType(type) is { } value ? KindOf(value)
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(bool) ? "true or false"
        : type == typeof(double) ? "a number"
        : type == typeof(TimeSpan) ? "a duration such as 00:00:30"
        : type.Name;
}
