namespace RnnJit.Tests.Ops;

/// <summary>Programs of scans: both directions, with and without lengths, nested, with sums, without sequences.</summary>
internal static class ScanSamples
{
    public static IEnumerable<TestCaseData> All =>
    [
        Named("forward", Recurrent("T", "")),
        Named("reverse", Recurrent("T, reverse", "")),
        Named("forward with lengths", Recurrent("T, lengths", ", lengths")),
        Named("reverse with lengths", Recurrent("T, reverse, lengths", ", lengths")),
        Named("nested", Nested),
        Named("without sequences", Power),
        Named("without states", Stateless),
        Named("two states, one read only", TwoStates),
    ];

    private const string Nested = """
        program nested
          input x: f32[T, S, B]
          input h: f32[B]
          input c: f32[B]
          %0, %1 = scan[T] x, h, c {
            sequence x: f32[S, B]
            state h: f32[B]
            constant c: f32[B]
            %0, %1, %2 = scan[S, reverse] x, h, c {
              sequence row: f32[B]
              state g: f32[B]
              constant c: f32[B]
              %0 = mul row, g
              %1 = mul %0, c
              %2 = tanh %1
              next g = %2
              yield seen = %0
              sum total = %1
            }
            %3 = sum[0] %1
            %4 = reshape[B] %3
            %5 = add %0, %2
            next h = %5
            yield y = %4
          }
          return y = %1
          return h = %0
        """;

    private const string Power = """
        program power
          input h: f32[B, H]
          input U: f32[H, H]
          %0, %1 = scan[3] h, U {
            state h: f32[B, H]
            constant U: f32[H, H]
            %0 = contract[ab,cb->ac] h, U
            next h = %0
            yield h = %0
          }
          return h = %0
          return y = %1
        """;

    private const string Stateless = """
        program stateless
          input x: f32[T, B, H]
          input W: f32[X, H]
          input lengths: i32[B]
          %0, %1 = scan[T, lengths] x, W, lengths {
            sequence x: f32[B, H]
            constant W: f32[X, H]
            %0 = contract[ab,cb->ac] x, W
            %1 = tanh %0
            %2 = contract[ab,ac->bc] %1, x
            yield y = %1
            sum product = %2
          }
          return y = %0
          return product = %1
        """;

    private const string TwoStates = """
        program two
          input x: f32[T, B]
          input a: f32[B]
          input b: f32[B]
          %0, %1, %2, %3 = scan[T, reverse] x, a, b {
            sequence x: f32[B]
            state a: f32[B]
            state b: f32[B]
            %0 = mul a, x
            %1 = sigmoid %0
            %2 = mul %1, b
            next a = %2
            next b = b
            yield before = a
            sum total = %1
          }
          return a = %0
          return b = %1
          return before = %2
          return total = %3
        """;

    // h' = tanh(h Uᵀ + x) · b, yielded, and Σ h' ⊗ x.
    private static string Recurrent(string header, string lengths) => $$"""
        program recurrent
          input x: f32[T, B, H]
          input h: f32[B, H]
          input U: f32[H, H]
          input b: f32[H]
          input lengths: i32[B]
          %0, %1, %2 = scan[{{header}}] x, h, U, b{{lengths}} {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant U: f32[H, H]
            constant b: f32[H]
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, x
            %2 = tanh %1
            %3 = mul %2, b
            %4 = contract[ab,ac->bc] %3, x
            next h = %3
            yield y = %2
            sum product = %4
          }
          return h = %0
          return y = %1
          return product = %2
        """;

    private static TestCaseData Named(string name, string text) => new TestCaseData(text).SetArgDisplayNames(name);
}
