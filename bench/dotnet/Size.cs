#:property PublishAot=false
// What assemblies consist of, in KB of 1,000 bytes: dotnet run bench/dotnet/Size.cs -- FILE.dll…
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

foreach (string file in args)
{
    using var assembly = new PEReader(File.OpenRead(file));
    MetadataReader metadata = assembly.GetMetadataReader();
    Console.WriteLine(Path.GetFileName(file));
    Print("file", new FileInfo(file).Length);
    Print("tables of metadata", Tables(metadata));
    Print("signatures and values of attributes", metadata.GetHeapSize(HeapIndex.Blob));
    Print("names", metadata.GetHeapSize(HeapIndex.String));
    Print("texts in UTF-16", metadata.GetHeapSize(HeapIndex.UserString));
    Print("data: texts in UTF-8, tables of numbers", Data(metadata));
    (string Namespace, string Method, int Bytes)[] code = [.. Code(assembly, metadata)];
    Print("IL", code.Sum(method => method.Bytes));
    Print("- of records, by the compiler", code.Where(method => Records.Contains(method.Method)).Sum(method => method.Bytes));
    foreach (var group in code.GroupBy(method => method.Namespace).OrderByDescending(group => group.Sum(method => method.Bytes)).Take(12))
        Print($"- {group.Key}", group.Sum(method => method.Bytes));
}

static void Print(string part, long bytes) => Console.WriteLine($"{bytes / 1000.0,8:0} {part}");

static long Tables(MetadataReader metadata) => Enumerable.Range(0, MetadataTokens.TableCount).Select(table => (TableIndex)table)
    .Where(table => Enum.IsDefined(table) && table <= TableIndex.GenericParamConstraint)
    .Sum(table => (long)metadata.GetTableRowCount(table) * metadata.GetTableRowSize(table));

// Fields that are blocks of the file have types with that size.
static long Data(MetadataReader metadata)
{
    long bytes = 0;
    foreach (FieldDefinition field in metadata.FieldDefinitions.Select(metadata.GetFieldDefinition))
    {
        if (field.GetRelativeVirtualAddress() == 0)
            continue;
        BlobReader signature = metadata.GetBlobReader(field.Signature);
        signature.ReadSignatureHeader();
        if (signature.ReadSignatureTypeCode() == SignatureTypeCode.TypeHandle
            && signature.ReadTypeHandle() is { Kind: HandleKind.TypeDefinition } type)
            bytes += metadata.GetTypeDefinition((TypeDefinitionHandle)type).GetLayout().Size;
    }

    return bytes;
}

// Bodies that methods share count once.
static IEnumerable<(string Namespace, string Method, int Bytes)> Code(PEReader assembly, MetadataReader metadata)
{
    var seen = new HashSet<int>();
    foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
    {
        MethodDefinition method = metadata.GetMethodDefinition(handle);
        TypeDefinition type = metadata.GetTypeDefinition(method.GetDeclaringType());
        while (!type.GetDeclaringType().IsNil)
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
        if (method.RelativeVirtualAddress == 0 || !seen.Add(method.RelativeVirtualAddress))
            continue;
        int bytes = assembly.GetMethodBody(method.RelativeVirtualAddress).Size;
        yield return (metadata.GetString(type.Namespace), metadata.GetString(method.Name), bytes);
    }
}

internal partial class Program
{
    private static readonly string[] Records = ["PrintMembers", "Equals", "GetHashCode", "ToString", "op_Equality", "op_Inequality",
        "Deconstruct", "get_EqualityContract", "<Clone>$"];
}
