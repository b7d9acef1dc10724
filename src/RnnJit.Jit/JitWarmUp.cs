using RnnJit.Emit;
using RnnJit.Text;

namespace RnnJit.Jit;

/// <summary>
/// A kernel that uses what kernels use, compiled and thrown away, so that the machine code of Roslyn is there. Beside it a class that
/// refers to next to nothing: it comes to the end of compiling, writing an assembly, while the kernel is at its beginning.
/// </summary>
internal static class JitWarmUp
{
    private const string Kernel = """
        kernel WarmUp
          input x: f32[R, N]
          input b: f32[N]
          %0 = add x, b
          %1 = sigmoid %0
          %2 = mul %1, x
          %3 = sum[1] %2
          %4 = div %1, %3
          %5 = tanh %4
          %6 = sub 1, %5
          return y = %6
          return s = %3
        """;

    private const string Class =
        "class WarmUp { static int Sum(int[] x) { int sum = 0; for (int i = 0; i < x.Length; i++) sum += x[i]; return sum; } }";

    /// <summary>Runs the compiler once. A failure only means that later compilations start cold.</summary>
    public static void Run()
    {
        try
        {
            Compile();
        }
        catch (Exception e)
        {
            Warnings.Once("RNNJ224", "",
                $"The compiler of kernels could not be started in the background: {e.Message.TrimEnd('.')} (leave out JitKernels.WarmUp() "
                    + "where code cannot be compiled at run time)");
        }
    }

    private static void Compile()
    {
        Task end = Task.Run(() => JitCompiler.Emit(JitCompiler.Compilation([Class], [JitReferences.References[0]])));
        string text = KernelEmitter.Emit(KernelCanonical.Run(Parser.Parse(Kernel)), SimdDialect.Instance, "WarmUp");
        JitLoader.Load(JitCompiler.Emit(JitCompiler.Compilation([text], JitReferences.References)), collectible: true);
        end.Wait();
    }
}
