using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace SelfSup.Tests.Architecture;

/// <summary>Finds the types that a signature names, each as its full name, nested ones as the type around them.</summary>
internal sealed class TypeNames : ISignatureTypeProvider<IEnumerable<string>, object?>
{
    public static string Of(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? Of(reader, outer)
            : Join(reader.GetString(type.Namespace), reader.GetString(type.Name));
    }

    public static string Of(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? Of(reader, (TypeReferenceHandle)type.ResolutionScope)
            : Join(reader.GetString(type.Namespace), reader.GetString(type.Name));
    }

    public IEnumerable<string> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => [Of(reader, handle)];

    public IEnumerable<string> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => [Of(reader, handle)];

    public IEnumerable<string> GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public IEnumerable<string> GetGenericInstantiation(IEnumerable<string> type, ImmutableArray<IEnumerable<string>> arguments) =>
        [.. type, .. arguments.SelectMany(argument => argument)];

    public IEnumerable<string> GetFunctionPointerType(MethodSignature<IEnumerable<string>> signature) =>
        [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(type => type)];

    public IEnumerable<string> GetModifiedType(IEnumerable<string> modifier, IEnumerable<string> type, bool isRequired) => type;

    public IEnumerable<string> GetArrayType(IEnumerable<string> type, ArrayShape shape) => type;

    public IEnumerable<string> GetSZArrayType(IEnumerable<string> type) => type;

    public IEnumerable<string> GetByReferenceType(IEnumerable<string> type) => type;

    public IEnumerable<string> GetPointerType(IEnumerable<string> type) => type;

    public IEnumerable<string> GetPinnedType(IEnumerable<string> type) => type;

    public IEnumerable<string> GetPrimitiveType(PrimitiveTypeCode code) => [];

    public IEnumerable<string> GetGenericTypeParameter(object? context, int index) => [];

    public IEnumerable<string> GetGenericMethodParameter(object? context, int index) => [];

    private static string Join(string space, string name)
    {
        var arity = name.IndexOf('`', StringComparison.Ordinal);
        return $"{space}.{(arity < 0 ? name : name[..arity])}";
    }
}
