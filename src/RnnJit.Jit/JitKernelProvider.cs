using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using RnnJit.Cpu.Simd;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Jit.Caching;
using RnnJit.Kernels;
using RnnJit.Text;

namespace RnnJit.Jit;

/// <summary>Kernels emitted and compiled while the program runs. Safe for several threads; each text is compiled once.</summary>
public sealed class JitKernelProvider : IKernelProvider
{
    private static readonly MethodInfo VectorBody = Method(nameof(Vector)), ScalarBody = Method(nameof(Scalar));
    private readonly ConcurrentDictionary<string, Type> compiled = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Text, ElementType Real), KernelBody> bodies = new();
    private readonly Lock compiling = new();
    private readonly EmitDialect dialect;

    internal JitKernelProvider(EmitDialect dialect, string name) => (this.dialect, Name) = (dialect, name);

    /// <summary>Vectors as wide as the processor has them.</summary>
    public static JitKernelProvider Simd { get; } = new(SimdDialect.Instance, "jit");

    /// <summary>The debug form: bounds are checked and every number stored must be finite.</summary>
    public static JitKernelProvider Checked { get; } = new(ScalarDialect.Instance, "scalar");

    /// <summary>A provider that has compiled nothing yet, to see what compiling costs.</summary>
    public static JitKernelProvider Fresh() => new(SimdDialect.Instance, "jit");

    public string Name { get; }

    /// <summary>The folder in which compiled kernels outlive the process; null: none.</summary>
    public KernelCache? Cache { get; set; }

    /// <inheritdoc/>
    /// <exception cref="GraphException">RNNJ180 to RNNJ182: the graph is no kernel.</exception>
    public KernelBody Find(Graph kernel, ElementType real)
    {
        string text = Printer.Print(kernel);
        return bodies.TryGetValue((text, real), out KernelBody? body)
            ? body
            : bodies.GetOrAdd((text, real), key => Body(Compiled(key.Text, kernel), key.Real));
    }

    /// <summary>Compiles those kernels that are new, all in one compilation.</summary>
    public void Prepare(IReadOnlyList<Graph> kernels)
    {
        lock (compiling)
        {
            var missing = new Dictionary<string, Graph>(StringComparer.Ordinal);
            foreach (Graph kernel in kernels)
            {
                string text = Printer.Print(kernel);
                if (!compiled.ContainsKey(text))
                    missing[text] = kernel;
            }

            if (missing.Count == 0)
                return;
            if (Cache is { } cache)
                CompileEach(missing, cache);
            else
                CompileTogether(missing);
        }
    }

    private void CompileTogether(Dictionary<string, Graph> missing)
    {
        string[] names = missing.Keys.Select((_, i) => "Kernel" + i.ToString(CultureInfo.InvariantCulture)).ToArray();
        Assembly assembly = JitCompiler.Compile(missing.Values.Zip(names, (kernel, name) => KernelEmitter.Emit(kernel, dialect, name)));
        foreach (var (text, name) in missing.Keys.Zip(names))
            compiled[text] = TypeIn(assembly, name);
    }

    // An assembly for each kernel, as other Programs share some of them.
    private void CompileEach(Dictionary<string, Graph> missing, KernelCache cache)
    {
        const string Name = "Kernel";
        foreach (var (text, kernel) in missing)
        {
            var key = new KernelKey(dialect.Name, text);
            byte[]? image = cache.Read(key);
            if (image is null)
                cache.Write(key, image = JitCompiler.Image([KernelEmitter.Emit(kernel, dialect, Name)]));
            compiled[text] = TypeIn(JitLoader.Load(image), Name);
        }
    }

    private static Type TypeIn(Assembly assembly, string name) => assembly.GetType("RnnJit.Generated." + name, throwOnError: true)!;

    private Type Compiled(string text, Graph kernel)
    {
        if (!compiled.ContainsKey(text))
            Prepare([kernel]);
        return compiled[text];
    }

    private KernelBody Body(Type type, ElementType real) =>
        (dialect is ScalarDialect ? ScalarBody : VectorBody).MakeGenericMethod(type).CreateDelegate<Func<ElementType, KernelBody>>()(real);

    private static KernelBody Vector<TKernel>(ElementType real)
        where TKernel : IKernel => KernelRegistry.Body<TKernel>(real);

    private static KernelBody Scalar<TKernel>(ElementType real)
        where TKernel : IKernel => real == ElementType.F64 ? TKernel.Run<Scalar64, double> : TKernel.Run<Scalar32, float>;

    private static MethodInfo Method(string name) =>
        typeof(JitKernelProvider).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
}
