using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>Kernels as cells and losses need them.</summary>
internal static class KernelTexts
{
    public const string LstmGates = """
        kernel LstmGates
          input zi: f32[B, H]
          input zf: f32[B, H]
          input zg: f32[B, H]
          input zo: f32[B, H]
          input c: f32[B, H]
          i = sigmoid zi
          f = sigmoid zf
          g = tanh zg
          o = sigmoid zo
          %0 = mul f, c
          %1 = mul i, g
          cNew = add %0, %1
          %2 = tanh cNew
          hNew = mul o, %2
          return h = hNew
          return c = cNew
          return i = i
          return f = f
          return g = g
          return o = o
        """;

    public const string LstmGatesBackward = """
        kernel LstmGatesBackward
          input dh: f32[B, H]
          input dc: f32[B, H]
          input i: f32[B, H]
          input f: f32[B, H]
          input g: f32[B, H]
          input o: f32[B, H]
          input c: f32[B, H]
          input cNew: f32[B, H]
          %t = tanh cNew
          do = mul dh, %t
          %0 = mul dh, o
          %1 = mul %t, %t
          %2 = sub 1, %1
          %3 = mul %0, %2
          dcNew = add dc, %3
          %4 = sub 1, o
          %5 = mul o, %4
          dzo = mul do, %5
          %6 = mul dcNew, g
          %7 = sub 1, i
          %8 = mul i, %7
          dzi = mul %6, %8
          %9 = mul dcNew, c
          %10 = sub 1, f
          %11 = mul f, %10
          dzf = mul %9, %11
          %12 = mul dcNew, i
          %13 = mul g, g
          %14 = sub 1, %13
          dzg = mul %12, %14
          dcOld = mul dcNew, f
          return dzi = dzi
          return dzf = dzf
          return dzg = dzg
          return dzo = dzo
          return dc = dcOld
        """;

    public const string CrossEntropy = """
        kernel CrossEntropy
          input logits: f32[B, V]
          input target: i32[B]
          most = maximum[1] logits
          %0 = sub logits, most
          %1 = exp %0
          total = sum[1] %1
          %2 = log total
          lse = add most, %2
          hit = onehot[V : f32] target
          %3 = mul logits, hit
          %4 = sum[1] %3
          loss = sub lse, %4
          %5 = div %1, total
          grad = sub %5, hit
          return loss = loss
          return grad = grad
        """;

    public const string Adam = """
        kernel Adam
          input w: f32[A, B]
          input m: f32[A, B]
          input v: f32[A, B]
          input g: f32[A, B]
          input rate: f32[]
          input scale: f32[]
          gs = mul g, scale
          %0 = mul m, 0.9
          %1 = mul gs, 0.1
          mNew = add %0, %1
          %2 = mul v, 0.999
          %3 = mul gs, gs
          %4 = mul %3, 0.001
          vNew = add %2, %4
          %5 = sqrt vNew
          %6 = add %5, 1e-8
          %7 = div mNew, %6
          %8 = mul rate, %7
          wNew = sub w, %8
          return w = wNew
          return m = mNew
          return v = vNew
        """;

    public const string LayerNorm = """
        kernel LayerNorm
          input x: f32[B, H]
          input gain: f32[H]
          input bias: f32[H]
          count = extent[H : f32]
          total = sum[1] x
          mean = div total, count
          d = sub x, mean
          %0 = mul d, d
          %1 = sum[1] %0
          variance = div %1, count
          %2 = add variance, 1e-5
          deviation = sqrt %2
          %3 = div d, deviation
          %4 = mul %3, gain
          y = add %4, bias
          return y = y
          return deviation = deviation
        """;

    public static readonly string[] All = [LstmGates, LstmGatesBackward, CrossEntropy, Adam, LayerNorm];

    public static Graph Read(string text) => KernelCanonical.Run(Parser.Parse(text));
}
