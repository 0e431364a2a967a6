using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace SelfSup.Tests.Architecture;

/// <summary>A built assembly, read for the types that its types use. Constants leave no trace in it.</summary>
internal sealed class AssemblyTypes : IDisposable
{
    private static readonly TypeNames names = new();
    private readonly PEReader file;
    private readonly MetadataReader reader;

    public AssemblyTypes(Assembly assembly)
    {
        file = new PEReader(File.OpenRead(assembly.Location));
        reader = file.GetMetadataReader();
    }

    /// <summary>Every type with the types that it names: bases, fields, signatures, attributes, and what its methods' bodies mention.</summary>
    public HashSet<(string User, string Used)> Uses() =>
        [.. reader.TypeDefinitions.SelectMany(handle => Named(reader.GetTypeDefinition(handle)).Select(used => (TypeNames.Of(reader, handle), used)))];

    /// <summary>Every type with the types that it asks values for: by <c>is</c>, <c>as</c>, <c>switch</c>, a cast or <c>typeof</c>.</summary>
    public HashSet<(string User, string Asked)> Questions() =>
    [
        .. from handle in reader.TypeDefinitions
           from method in reader.GetTypeDefinition(handle).GetMethods()
           from instruction in Bodies(method).SelectMany(body => Instructions.Read(body.GetILBytes()!))
           where instruction.Code == OpCodes.Isinst || instruction.Code == OpCodes.Castclass || instruction.Code == OpCodes.Ldtoken
           from asked in NamedBy(instruction.Named)
           select (TypeNames.Of(reader, handle), asked),
    ];

    public void Dispose() => file.Dispose();

    private IEnumerable<string> Named(TypeDefinition type) =>
    [
        .. NamedBy(type.BaseType),
        .. type.GetInterfaceImplementations().SelectMany(handle => NamedBy(reader.GetInterfaceImplementation(handle).Interface)),
        .. Constraints(type.GetGenericParameters()),
        .. Attributes(type.GetCustomAttributes()),
        .. type.GetFields().SelectMany(handle => reader.GetFieldDefinition(handle).DecodeSignature(names, null)),
        .. type.GetMethods().SelectMany(Named),
    ];

    private IEnumerable<string> Named(MethodDefinitionHandle handle)
    {
        var method = reader.GetMethodDefinition(handle);
        return
        [
            .. names.GetFunctionPointerType(method.DecodeSignature(names, null)),
            .. Constraints(method.GetGenericParameters()),
            .. Attributes(method.GetCustomAttributes()),
            .. Bodies(handle).SelectMany(Named),
        ];
    }

    private IEnumerable<string> Named(MethodBodyBlock body) =>
    [
        .. body.LocalSignature.IsNil ? [] : reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(names, null).SelectMany(type => type),
        .. Instructions.Read(body.GetILBytes()!).SelectMany(instruction => NamedBy(instruction.Named)),
        .. body.ExceptionRegions.SelectMany(region => NamedBy(region.CatchType)),
    ];

    private IEnumerable<MethodBodyBlock> Bodies(MethodDefinitionHandle handle) =>
        reader.GetMethodDefinition(handle).RelativeVirtualAddress is var address and not 0 ? [file.GetMethodBody(address)] : [];

    private IEnumerable<string> Constraints(GenericParameterHandleCollection parameters) =>
        from parameter in parameters
        from constraint in reader.GetGenericParameter(parameter).GetConstraints()
        from name in NamedBy(reader.GetGenericParameterConstraint(constraint).Type)
        select name;

    private IEnumerable<string> Attributes(CustomAttributeHandleCollection attributes) =>
        attributes.SelectMany(handle => NamedBy(reader.GetCustomAttribute(handle).Constructor));

    private IEnumerable<string> NamedBy(EntityHandle handle) => handle.IsNil ? [] : handle.Kind switch
    {
        HandleKind.TypeDefinition => [TypeNames.Of(reader, (TypeDefinitionHandle)handle)],
        HandleKind.TypeReference => [TypeNames.Of(reader, (TypeReferenceHandle)handle)],
        HandleKind.TypeSpecification => reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(names, null),
        HandleKind.MethodDefinition => NamedBy(reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()),
        HandleKind.FieldDefinition => NamedBy(reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()),
        HandleKind.MemberReference => NamedBy(reader.GetMemberReference((MemberReferenceHandle)handle).Parent),
        HandleKind.MethodSpecification => NamedBy(reader.GetMethodSpecification((MethodSpecificationHandle)handle)),
        _ => [],
    };

    private IEnumerable<string> NamedBy(MethodSpecification method) =>
        [.. NamedBy(method.Method), .. method.DecodeSignature(names, null).SelectMany(type => type)];
}
