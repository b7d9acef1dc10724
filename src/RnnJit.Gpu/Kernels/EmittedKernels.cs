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
    public static MethodInfo[] Of(IReadOnlyList<Graph> kernels, ElementType real)
    {
        lock (Compiled)
        {
            string[] texts = [.. kernels.Select(Printer.Print)];
            Graph[] missing = [.. kernels.Where((_, i) => !Compiled.ContainsKey(texts[i])).DistinctBy(Printer.Print)];
            if (missing.Length > 0)
                Compile(missing);
            return [.. texts.Select(text => DeviceMethods.Close(Compiled[text].GetMethod(nameof(IDeviceKernel.Run))!, real))];
        }
    }

    private static void Compile(Graph[] kernels)
    {
        string[] names = [.. kernels.Select((_, i) => "Kernel" + i.ToString(CultureInfo.InvariantCulture))];
        Assembly assembly = JitCompiler.CompileForDevice(kernels.Zip(names,
            (kernel, name) => KernelEmitter.Emit(kernel, IlgpuDialect.Instance, name)), More);
        for (int i = 0; i < names.Length; i++)
            Compiled[Printer.Print(kernels[i])] = assembly.GetType("RnnJit.Generated." + names[i], throwOnError: true)!;
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
