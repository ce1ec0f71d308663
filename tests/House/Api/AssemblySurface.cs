using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace OrderActors.Tests.House.Api;

/// <summary>
/// The public surface of an assembly, read from its metadata as text. Nullable annotations are left out: they differ
/// between Orleans' releases and change no call.
/// </summary>
internal sealed class AssemblySurface
{
    private static readonly string[] OfEveryObject = ["Equals", "GetHashCode", "ToString"];

    private readonly MetadataReader _reader;

    private AssemblySurface(MetadataReader reader) => _reader = reader;

    /// <summary>All public types by full name.</summary>
    internal static IReadOnlyDictionary<string, TypeSurface> Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        var surface = new AssemblySurface(reader);
        return reader.TypeDefinitions.Where(surface.IsPublic).Select(surface.Describe).ToDictionary(type => type.Name);
    }

    private bool IsPublic(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem => IsPublic(type.GetDeclaringType()),
            _ => false,
        };
    }

    private TypeSurface Describe(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        var scope = new TypeParameters(Names(type.GetGenericParameters()), []);
        var baseType = type.BaseType.IsNil ? "object" : TypeName(type.BaseType, scope);
        var kind = Kind(type, baseType);
        var bases = type.GetInterfaceImplementations().Select(i => TypeName(_reader.GetInterfaceImplementation(i).Interface, scope)).ToHashSet();
        if (kind == "class" && baseType is not ("object" or "System.Object")) bases.Add(baseType);
        var members = new HashSet<string>();
        AddMethods(type, kind, scope, members);
        AddProperties(type, scope, members);
        AddEvents(type, scope, members);
        AddFields(type, kind, scope, members);
        return new TypeSurface(TypeNames.Instance.GetTypeFromDefinition(_reader, handle, 0), Declaration(type, kind, scope), bases, members);
    }

    private static string Kind(TypeDefinition type, string baseType) =>
        type.Attributes.HasFlag(TypeAttributes.Interface) ? "interface" : baseType switch
        {
            "System.Enum" => "enum",
            "System.ValueType" => "struct",
            "System.MulticastDelegate" => "delegate",
            _ => "class",
        };

    private string Declaration(TypeDefinition type, string kind, TypeParameters scope)
    {
        var words = new List<string>();
        if (kind == "class")
        {
            var isAbstract = type.Attributes.HasFlag(TypeAttributes.Abstract);
            var isSealed = type.Attributes.HasFlag(TypeAttributes.Sealed);
            if (isAbstract) words.Add(isSealed ? "static" : "abstract");
            else if (isSealed) words.Add("sealed");
        }

        if (Has(type.GetCustomAttributes(), "System.Runtime.CompilerServices.IsReadOnlyAttribute")) words.Add("readonly");
        if (Has(type.GetCustomAttributes(), "System.Runtime.CompilerServices.IsByRefLikeAttribute")) words.Add("ref");
        words.Add(kind);
        words.Add(Plain(_reader.GetString(type.Name)) + Generics(type.GetGenericParameters(), scope));
        if (Usage(type) is { } usage) words.Insert(0, usage);
        return string.Join(' ', words) + Constraints(type.GetGenericParameters(), scope);
    }

    private string? Usage(TypeDefinition type)
    {
        foreach (var handle in type.GetCustomAttributes())
        {
            var attribute = _reader.GetCustomAttribute(handle);
            if (AttributeName(attribute) != "System.AttributeUsageAttribute") continue;
            var value = attribute.DecodeValue(TypeNames.Instance);
            bool Named(string name, bool otherwise) => value.NamedArguments.FirstOrDefault(a => a.Name == name).Value as bool? ?? otherwise;
            var targets = (AttributeTargets)(int)value.FixedArguments[0].Value!;
            return $"[{targets}{(Named("AllowMultiple", false) ? "; many" : "")}{(Named("Inherited", true) ? "" : "; not inherited")}]";
        }

        return null;
    }

    private void AddMethods(TypeDefinition type, string kind, TypeParameters scope, HashSet<string> into)
    {
        foreach (var handle in type.GetMethods())
        {
            var method = _reader.GetMethodDefinition(handle);
            var name = _reader.GetString(method.Name);
            if (kind == "delegate" && name != "Invoke") continue;
            if (method.Attributes.HasFlag(MethodAttributes.SpecialName) && name != ".ctor" && !name.StartsWith("op_", StringComparison.Ordinal)) continue;
            if (Access(method.Attributes) is not { } access) continue;
            // What every object has anyway can be called on the original too, declared there or not.
            if (OfEveryObject.Contains(name) && method.Attributes.HasFlag(MethodAttributes.Virtual) && IsOverride(method)) continue;
            var inMethod = scope with { OfMethod = Names(method.GetGenericParameters()) };
            var signature = method.DecodeSignature(TypeNames.Instance, inMethod);
            var text = name == ".ctor"
                ? $"{access}{Plain(_reader.GetString(type.Name))}({Parameters(method, signature.ParameterTypes)})"
                : $"{access}{Modifiers(method)}{signature.ReturnType} {name}{Generics(method.GetGenericParameters(), inMethod)}"
                    + $"({Parameters(method, signature.ParameterTypes)}){Constraints(method.GetGenericParameters(), inMethod)}";
            into.Add(text);
        }
    }

    private void AddProperties(TypeDefinition type, TypeParameters scope, HashSet<string> into)
    {
        foreach (var handle in type.GetProperties())
        {
            var property = _reader.GetPropertyDefinition(handle);
            var accessors = property.GetAccessors();
            var signature = property.DecodeSignature(TypeNames.Instance, scope);
            var required = Has(property.GetCustomAttributes(), "System.Runtime.CompilerServices.RequiredMemberAttribute") ? "required " : "";
            var index = signature.ParameterTypes.Length == 0 ? "" : $"[{string.Join(", ", signature.ParameterTypes)}]";
            // One line per accessor, so that a subset may lack a setter.
            foreach (var accessor in new[] { accessors.Getter, accessors.Setter })
            {
                if (accessor.IsNil) continue;
                var method = _reader.GetMethodDefinition(accessor);
                if (Access(method.Attributes) is not { } access) continue;
                var isInit = method.DecodeSignature(TypeNames.Instance, scope).ReturnType == "init";
                var verb = accessor == accessors.Getter ? "get" : isInit ? "init" : "set";
                into.Add($"{access}{required}{Modifiers(method)}{signature.ReturnType} {_reader.GetString(property.Name)}{index} {{ {verb}; }}");
            }
        }
    }

    private void AddEvents(TypeDefinition type, TypeParameters scope, HashSet<string> into)
    {
        foreach (var handle in type.GetEvents())
        {
            var definition = _reader.GetEventDefinition(handle);
            var method = _reader.GetMethodDefinition(definition.GetAccessors().Adder);
            if (Access(method.Attributes) is { } access)
                into.Add($"{access}{Modifiers(method)}event {TypeName(definition.Type, scope)} {_reader.GetString(definition.Name)}");
        }
    }

    private void AddFields(TypeDefinition type, string kind, TypeParameters scope, HashSet<string> into)
    {
        foreach (var handle in type.GetFields())
        {
            var field = _reader.GetFieldDefinition(handle);
            var name = _reader.GetString(field.Name);
            var access = (field.Attributes & FieldAttributes.FieldAccessMask) switch
            {
                FieldAttributes.Public => "",
                FieldAttributes.Family or FieldAttributes.FamORAssem => "protected ",
                _ => null,
            };
            if (access is null) continue;
            var fieldType = field.DecodeSignature(TypeNames.Instance, scope);
            if (kind == "enum") into.Add(name == "value__" ? $"underlying type {fieldType}" : $"{name} = {Constant(field.GetDefaultValue())}");
            else if (field.Attributes.HasFlag(FieldAttributes.Literal)) into.Add($"{access}const {fieldType} {name} = {Constant(field.GetDefaultValue())}");
            else
            {
                var isStatic = field.Attributes.HasFlag(FieldAttributes.Static) ? "static " : "";
                var isReadOnly = field.Attributes.HasFlag(FieldAttributes.InitOnly) ? "readonly " : "";
                into.Add($"{access}{isStatic}{isReadOnly}{fieldType} {name}");
            }
        }
    }

    private string Parameters(MethodDefinition method, ImmutableArray<string> types)
    {
        var texts = types.ToArray();
        foreach (var handle in method.GetParameters())
        {
            var parameter = _reader.GetParameter(handle);
            if (parameter.SequenceNumber == 0) continue;
            var index = parameter.SequenceNumber - 1;
            var text = texts[index];
            if (text.StartsWith("ref ", StringComparison.Ordinal))
            {
                if (parameter.Attributes.HasFlag(ParameterAttributes.Out)) text = "out " + text[4..];
                else if (parameter.Attributes.HasFlag(ParameterAttributes.In)) text = "in " + text[4..];
            }

            if (Has(parameter.GetCustomAttributes(), "System.ParamArrayAttribute")) text = "params " + text;
            if (index == 0 && Has(method.GetCustomAttributes(), "System.Runtime.CompilerServices.ExtensionAttribute")) text = "this " + text;
            text += " " + _reader.GetString(parameter.Name);
            if (parameter.Attributes.HasFlag(ParameterAttributes.Optional)) text += " = " + Constant(parameter.GetDefaultValue());
            texts[index] = text;
        }

        return string.Join(", ", texts);
    }

    private string Generics(GenericParameterHandleCollection handles, TypeParameters scope)
    {
        if (handles.Count == 0) return "";
        var texts = handles.Select(_reader.GetGenericParameter).Select(parameter =>
            (parameter.Attributes & GenericParameterAttributes.VarianceMask) switch
            {
                GenericParameterAttributes.Covariant => "out ",
                GenericParameterAttributes.Contravariant => "in ",
                _ => "",
            } + _reader.GetString(parameter.Name));
        return $"<{string.Join(", ", texts)}>";
    }

    private string Constraints(GenericParameterHandleCollection handles, TypeParameters scope)
    {
        var text = "";
        foreach (var parameter in handles.Select(_reader.GetGenericParameter))
        {
            var parts = new List<string>();
            if (parameter.Attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) parts.Add("class");
            if (parameter.Attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)) parts.Add("struct");
            parts.AddRange(parameter.GetConstraints()
                .Select(c => TypeName(_reader.GetGenericParameterConstraint(c).Type, scope))
                .Where(name => name != "System.ValueType").Order(StringComparer.Ordinal));
            if (parameter.Attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !parts.Contains("struct")) parts.Add("new()");
            if (parts.Count > 0) text += $" where {_reader.GetString(parameter.Name)} : {string.Join(", ", parts)}";
        }

        return text;
    }

    private ImmutableArray<string> Names(GenericParameterHandleCollection handles) =>
        [.. handles.Select(handle => _reader.GetString(_reader.GetGenericParameter(handle).Name))];

    private string TypeName(EntityHandle handle, TypeParameters scope) => handle.Kind switch
    {
        HandleKind.TypeDefinition => TypeNames.Instance.GetTypeFromDefinition(_reader, (TypeDefinitionHandle)handle, 0),
        HandleKind.TypeReference => TypeNames.Instance.GetTypeFromReference(_reader, (TypeReferenceHandle)handle, 0),
        _ => TypeNames.Instance.GetTypeFromSpecification(_reader, scope, (TypeSpecificationHandle)handle, 0),
    };

    private string Constant(ConstantHandle handle)
    {
        if (handle.IsNil) return "default";
        var constant = _reader.GetConstant(handle);
        var value = _reader.GetBlobReader(constant.Value).ReadConstant(constant.TypeCode);
        return value switch
        {
            null => "default",
            string text => $"\"{text}\"",
            bool truth => truth ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    private bool Has(CustomAttributeHandleCollection attributes, string name) =>
        attributes.Any(handle => AttributeName(_reader.GetCustomAttribute(handle)) == name);

    private string AttributeName(CustomAttribute attribute) => attribute.Constructor.Kind == HandleKind.MethodDefinition
        ? TypeName(_reader.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).GetDeclaringType(), TypeParameters.None)
        : TypeName(_reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent, TypeParameters.None);

    private static string Plain(string name) => name.Split('`')[0];

    private static bool IsOverride(MethodDefinition method) => !method.Attributes.HasFlag(MethodAttributes.NewSlot);

    private static string? Access(MethodAttributes attributes) => (attributes & MethodAttributes.MemberAccessMask) switch
    {
        MethodAttributes.Public => "",
        MethodAttributes.Family or MethodAttributes.FamORAssem => "protected ",
        _ => null,
    };

    /// <summary>What a caller or an heir can rely on. A sealed implementation of an interface is an ordinary method to them.</summary>
    private static string Modifiers(MethodDefinition method)
    {
        var attributes = method.Attributes;
        if (attributes.HasFlag(MethodAttributes.Static)) return attributes.HasFlag(MethodAttributes.Abstract) ? "static abstract " : "static ";
        if (attributes.HasFlag(MethodAttributes.Abstract)) return "abstract ";
        return attributes.HasFlag(MethodAttributes.Virtual) && !attributes.HasFlag(MethodAttributes.Final)
            ? IsOverride(method) ? "override " : "virtual "
            : "";
    }
}
