using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace OrderActors.Tests.House.Api;

/// <summary>The names of the type parameters in scope where a signature stands.</summary>
internal sealed record TypeParameters(ImmutableArray<string> OfType, ImmutableArray<string> OfMethod)
{
    internal static readonly TypeParameters None = new([], []);
}

/// <summary>
/// Writes the types of a signature as text, with full names. Text needs no resolving, so an assembly can be read without
/// the assemblies it depends on.
/// </summary>
internal sealed class TypeNames : ISignatureTypeProvider<string, TypeParameters>, ICustomAttributeTypeProvider<string>
{
    internal static readonly TypeNames Instance = new();

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode switch
    {
        PrimitiveTypeCode.Boolean => "bool",
        PrimitiveTypeCode.Byte => "byte",
        PrimitiveTypeCode.Char => "char",
        PrimitiveTypeCode.Double => "double",
        PrimitiveTypeCode.Int16 => "short",
        PrimitiveTypeCode.Int32 => "int",
        PrimitiveTypeCode.Int64 => "long",
        PrimitiveTypeCode.Object => "object",
        PrimitiveTypeCode.SByte => "sbyte",
        PrimitiveTypeCode.Single => "float",
        PrimitiveTypeCode.String => "string",
        PrimitiveTypeCode.UInt16 => "ushort",
        PrimitiveTypeCode.UInt32 => "uint",
        PrimitiveTypeCode.UInt64 => "ulong",
        PrimitiveTypeCode.Void => "void",
        _ => typeCode.ToString(),
    };

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeDefinition(handle);
        var declaring = type.GetDeclaringType();
        return declaring.IsNil
            ? Join(reader.GetString(type.Namespace), reader.GetString(type.Name))
            : GetTypeFromDefinition(reader, declaring, rawTypeKind) + "." + reader.GetString(type.Name);
    }

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, rawTypeKind) + "." + reader.GetString(type.Name)
            : Join(reader.GetString(type.Namespace), reader.GetString(type.Name));
    }

    public string GetTypeFromSpecification(MetadataReader reader, TypeParameters genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments)
    {
        if (genericType == "System.Nullable`1") return typeArguments[0] + "?";
        var tick = genericType.IndexOf('`', StringComparison.Ordinal);
        return $"{(tick < 0 ? genericType : genericType[..tick])}<{string.Join(", ", typeArguments)}>";
    }

    public string GetGenericTypeParameter(TypeParameters genericContext, int index) => genericContext.OfType[index];

    public string GetGenericMethodParameter(TypeParameters genericContext, int index) => genericContext.OfMethod[index];

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetByReferenceType(string elementType) => "ref " + elementType;

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "delegate*";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) =>
        modifier == "System.Runtime.CompilerServices.IsExternalInit" ? "init" : unmodifiedType;

    public string GetSystemType() => "System.Type";

    public string GetTypeFromSerializedName(string name) => name.Split(',')[0];

    public bool IsSystemType(string type) => type == "System.Type";

    /// <summary>An attribute argument of an enum type is read as a number; AttributeTargets, the only one needed, is an int.</summary>
    public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

    private static string Join(string space, string name) => space.Length == 0 ? name : space + "." + name;
}
