using RnnJit.Emit;
using RnnJit.Ir;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>Names from files reach generated C# as identifiers, comments and literals only, in every dialect.</summary>
public class ForeignNameTests
{
    private static readonly EmitDialect[] Dialects = [SimdDialect.Instance, ScalarDialect.Instance];

    private static readonly string[] Names =
    [
        "Lstm { static Lstm() { System.Environment.Exit(1); } } struct Rest", "class", "record", "dynamic", "IKernel", "a.b", "1x", "", "é",
        "a'b", "*/ int x; /*", "a\"\"\"b", "a\\b\"c",
        "a\u2028int x;", "a\u2029int x;", "a\u0085int x;", "a\rint x;", "a\nint x;", "a\u202Eb", "a\u0000b", "</summary>", "&lt;", "{0}",
    ];

    [Test]
    public void A_kernel_compiles_whatever_its_names_are([ValueSource(nameof(Dialects))] EmitDialect dialect,
        [ValueSource(nameof(Names))] string name)
    {
        var builder = new GraphBuilder();
        var type = new TensorType(ElementType.F32, "R", "N");
        Value x = builder.Input(name + "x", type);
        Value y = builder.Label(Rnn.Exp(x * x), name);
        Graph kernel = builder.Build("kernel", name, [(name, y, OutputRole.Result)]);
        string text = KernelEmitter.Emit(kernel, dialect, name, $"Kernel of {name}.", "Named.n" + name.Replace(".", ""));
        System.Reflection.Assembly compiled = JitCompiler.Compile([text], collectible: true);
        Assert.That(compiled.GetTypes()
            .Where(found => !found.IsNested && found.Namespace?.StartsWith("Named", StringComparison.Ordinal) == true)
            .ToArray(), Has.Length.EqualTo(1), text);
        Assert.That(text.Where(c => char.IsControl(c) && c != '\n' || c is '\u2028' or '\u2029' or '\u202E'), Is.Empty);
    }
}
