using System.Globalization;
using System.Reflection;
using ILGPU;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Text;

namespace RnnJit.Gpu.Kernels;

/// <summary>
/// Kernels emitted for ILGPU and compiled to IL while the program runs; each text once for all devices. Safe for several threads.
/// </summary>
internal static class EmittedKernels
{
    /// <summary>The word of <c>explain</c>.</summary>
    public const string Provider = "ilgpu";

    private static readonly Assembly[] More = [typeof(Context).Assembly, typeof(EmittedKernels).Assembly];
    private static readonly Dictionary<string, Type> Compiled = new(StringComparer.Ordinal);

    /// <summary>The methods that run kernels in a precision, in order.</summary>
    /// <param name="overItems">True for methods that run them over several items in one launch.</param>
    public static MethodInfo[] Of(IReadOnlyList<Graph> kernels, ElementType real, bool overItems = false)
    {
        IlgpuDialect dialect = overItems ? IlgpuDialect.Items : IlgpuDialect.Instance;
        string Key(Graph kernel) => dialect.Name + " " + Printer.Print(kernel);
        lock (Compiled)
        {
            string[] texts = [.. kernels.Select(Key)];
            Graph[] missing = [.. kernels.Where((_, i) => !Compiled.ContainsKey(texts[i])).DistinctBy(Key)];
            foreach (var (kernel, type) in missing.Zip(Compile(missing, dialect)))
                Compiled[Key(kernel)] = type;
            return [.. texts.Select(text => DeviceMethods.Close(Compiled[text].GetMethod(nameof(IDeviceKernel.Run))!, real))];
        }
    }

    private static IEnumerable<Type> Compile(Graph[] kernels, IlgpuDialect dialect)
    {
        if (kernels.Length == 0)
            return [];
        string[] names = [.. kernels.Select((_, i) => "Kernel" + i.ToString(CultureInfo.InvariantCulture))];
        Assembly assembly = JitCompiler.CompileForDevice(kernels.Zip(names,
            (kernel, name) => KernelEmitter.Emit(kernel, dialect, name)), More);
        return names.Select(name => assembly.GetType("RnnJit.Generated." + name, throwOnError: true)!);
    }
}

/// <summary>Methods that threads run, closed over a precision.</summary>
internal static class DeviceMethods
{
    public static MethodInfo Close(MethodInfo method, ElementType real) =>
        real == ElementType.F64 ? method.MakeGenericMethod(typeof(Device64), typeof(double))
            : method.MakeGenericMethod(typeof(Device32), typeof(float));

    /// <summary>A kernel that is compiled with this assembly.</summary>
    public static MethodInfo Own(Type type, string name, ElementType real) =>
        Close(type.GetMethod(name, BindingFlags.Public | BindingFlags.Static)!, real);
}
