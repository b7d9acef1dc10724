namespace RnnJit.Core.Tests;

/// <summary>Canonical texts of graphs of every kind.</summary>
internal static class SampleGraphs
{
    public const string Cell = """
        cell Elman
          input x: f32[B, X]
          state h: f32[B, H]
          parameter W: f32[H, X] = glorot
          parameter U: f32[H, H] = orthogonal
          parameter b: f32[H] = 0.5
          %0: f32[B, H] = contract[ab,cb->ac] x, W
          %1: f32[B, H] = contract[ab,cb->ac] h, U
          %2: f32[B, H] = add %0, %1
          %3: f32[B, H] = add %2, b
          %4: f32[B, H] = tanh %3
          next h = %4

        """;

    public const string Kernel = """
        kernel k
          input x: f32[R, N]
          input y: f32[N]
          %0: f32[R, N] = max x, -0
          %1: f32[R, N] = mul %0, 1E-45
          %2: f32[R, N] = select y, %1, nan
          %3: f32[R, N] = sub inf, %2
          %4: f32[R, N] = min %3, -inf
          return y = %4
          return z = %0

        """;

    public const string Scan = """
        program reversed
          input x: f64[T, B, 2L + 1]
          input h: f64[B, 2L + 1]
          input lengths: i32[B]
          parameter W: f64[2L + 1, 2L + 1]
          %0: f64[B, 2L + 1], %1: f64[T, B, 2L + 1], %2: f64[2L + 1, 2L + 1] = scan[T, reverse, lengths] x, h, W, lengths {
            sequence x: f64[B, 2L + 1]
            state h: f64[B, 2L + 1]
            constant W: f64[2L + 1, 2L + 1]
            %0: f64[B, 2L + 1] = contract[ab,cb->ac] h, W
            %1: f64[B, 2L + 1] = add %0, x
            %2: f64[B, 2L + 1] = mul %1, 0.1d
            %3: f64[2L + 1, 2L + 1] = contract[ab,ac->bc] %2, x
            next h = %2
            yield y = %2
            sum dW = %3
          }
          return y = %1
          return last = %0
          return dW = %2

        """;

    public const string NestedScan = """
        program nested
          input x: f32[T, S, B]
          input h: f32[B]
          %0: f32[B], %1: f32[T, B] = scan[T] x, h {
            sequence x: f32[S, B]
            state h: f32[B]
            %0: f32[B], %1: f32[S, B] = scan[S, reverse] x, h {
              sequence row: f32[B]
              state g: f32[B]
              %0: f32[B] = mul row, g
              %1: f32[B] = sigmoid %0
              next g = %1
              yield g = %1
            }
            %2: f32[1, B] = sum[0] %1
            %3: f32[B] = reshape[B] %2
            next h = %0
            yield total = %3
          }
          return y = %1
          return h = %0

        """;

    public const string Views = """
        program views
          input i: i32[T, B]
          input table: f32[V, 4H]
          input x: f32[H, H + I]
          %0: f32[T, B, 4H] = gather table, i
          %1: f32[T, B, H] = slice[2, 3H, H] %0
          %2: f32[H, B, T] = transpose[2, 1, 0] %1
          %3: f32[T, B, V] = onehot[V : f32] i
          %4: f32[] = extent[H + I : f32]
          %5: f32[H, H + I] = div x, %4
          %6: f32[H, 2H + 2I] = concat[1] %5, x
          %7: f32[V, 4H] = scatter[V] i, %0
          %8: f32[3, V, 4H] = broadcast[3, V, 4H] %7
          %9: f32[1, V, 1] = maximum[0, 2] %8
          %10: f32[2, H] = constant[-0.25 : f32[2, H]]
          %11: i32[T, B] = add i, 3i
          return a = %2
          return b = %3
          return c = %6
          return d = %9
          return e = %10
          return f = %11

        """;

    public static IEnumerable<TestCaseData> Cases => Texts.Select(text => new TestCaseData(text).SetArgDisplayNames(text.Split('\n')[0]));

    public static IEnumerable<string> Texts => [Cell, Kernel, Scan, NestedScan, Views];
}
