using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Jit;

/// <summary>A kernel that uses what kernels use, compiled and thrown away.</summary>
internal static class JitWarmUp
{
    private const string Text = """
        kernel WarmUp
          input x: f32[R, N]
          input b: f32[N]
          %0 = add x, b
          %1 = sigmoid %0
          %2 = mul %1, x
          %3 = sum[1] %2
          %4 = div %1, %3
          return y = %4
          return s = %3
        """;

    public static void Run()
    {
        Graph kernel = KernelCanonical.Run(Parser.Parse(Text));
        JitCompiler.Compile([KernelEmitter.Emit(kernel, SimdDialect.Instance, "WarmUp")], collectible: true);
    }
}
