namespace RnnJit.Jit.Tests.Passes;

/// <content>The Programs of the tests.</content>
public partial class RowsOfLengthsTests
{
    private const string FurtherRows = """
        program p
          input x: f32[T, B, S, H]
          input h: f32[B, S, H]
          input lengths: i32[B]
          parameter W: f32[H, H]
          %0, %1 = scan[T, lengths] x, h, W, lengths {
            sequence x: f32[B, S, H]
            state h: f32[B, S, H]
            constant W: f32[H, H]
            %0 = contract[abc,cd->abd] h, W
            %1 = add %0, x
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return h = %0
          return y = %1
        """;

    // Of each row of the batch a part is multiplied, so that its rows do not join those of the others.
    private const string PartOfFurtherRows = """
        program p
          input x: f32[T, B, S, H]
          input h: f32[B, 2S, H]
          input lengths: i32[B]
          parameter W: f32[H, H]
          %0, %1 = scan[T, lengths] x, h, W, lengths {
            sequence x: f32[B, S, H]
            state h: f32[B, 2S, H]
            constant W: f32[H, H]
            %0 = slice[1, 1, S] h
            %1 = contract[abc,cd->abd] %0, W
            %2 = add %1, x
            %3 = tanh %2
            %4 = concat[1] %3, %2
            next h = %4
            yield y = %4
          }
          return h = %0
          return y = %1
        """;

    private const string PairsOfRows = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input A: f32[B, B]
          input lengths: i32[B]
          parameter U: f32[H, H]
          %0, %1 = scan[T, lengths] x, h, U, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant U: f32[H, H]
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, x
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          %2 = contract[ab,bc->ac] A, %0
          %3 = contract[ab,cb->ac] %0, %2
          return mixed = %2
          return between = %3
        """;

    // A product over the rows that run is what the state is multiplied with.
    private const string SumOverRows = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input lengths: i32[B]
          %0, %1 = scan[T, lengths] x, h, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            %0 = contract[ab,ac->bc] x, x
            %1 = contract[ab,bc->ac] h, %0
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return last = %0
          return y = %1
        """;

    // The same for all rows: the sum, the product of rows and their number. Each changes as rows end,
    // and none is 0 for a row that has ended.
    private const string MadeOfRunningRows = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input c: f32[B, H]
          input lengths: i32[B]
          parameter U: f32[H, H]
          %0, %1, %2, %3, %4, %5 = scan[T, lengths] x, h, c, U, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant c: f32[B, H]
            constant U: f32[H, H]
            %0 = sum[0] x
            %1 = contract[ab,cb->ac] h, U
            %2 = add %1, %0
            %3 = contract[ab,ac->bc] h, h
            %4 = contract[ab,bc->ac] x, %3
            %5 = sum[0] h
            %6 = contract[ab,cb->ac] c, %5
            %7 = contract[ab,ac->bc] c, c
            %8 = contract[ab,bc->ac] x, %7
            %9 = extent[B : f32]
            %10 = mul %1, %9
            %11 = add h, x
            %12 = tanh %11
            next h = %12
            yield beside = %2
            yield times = %4
            yield counted = %10
            sum total = %6
            sum ofConstants = %8
          }
          return last = %0
          return beside = %1
          return times = %2
          return counted = %3
          return total = %4
          return ofConstants = %5
        """;

    // The first loop falls into two, one for each state. The second has other lengths and repeats what the first one yields.
    private const string TwoLengths = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input g: f32[B, H]
          input k: f32[B, H]
          input lengths: i32[B]
          input others: i32[B]
          parameter w: f32[H]
          parameter U: f32[H, H]
          parameter V: f32[H, H]
          parameter R: f32[H, H]
          %0, %1, %2 = scan[T, lengths] x, h, g, w, U, V, R, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            state g: f32[B, H]
            constant w: f32[H]
            constant U: f32[H, H]
            constant V: f32[H, H]
            constant R: f32[H, H]
            %0 = mul x, w
            %1 = tanh %0
            %2 = contract[ab,cb->ac] h, U
            %3 = add %2, %1
            %4 = tanh %3
            %5 = contract[ab,cb->ac] %4, V
            %6 = contract[ab,cb->ac] g, R
            %7 = add %5, %6
            %8 = tanh %7
            next h = %4
            next g = %8
            yield e = %1
          }
          %3, %4 = scan[T, lengths] x, k, w, others {
            sequence x: f32[B, H]
            state k: f32[B, H]
            constant w: f32[H]
            %0 = mul x, w
            %1 = tanh %0
            %2 = add %1, k
            %3 = tanh %2
            next k = %3
            yield y = %3
          }
          return h = %0
          return g = %1
          return e = %2
          return k = %3
          return y = %4
        """;

    // The second loop has other lengths and runs in the other direction, as an adjoint does.
    // What it reads is 0 behind the ends of the first one's rows.
    private const string OtherLengthsBackwards = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input k: f32[B, H]
          input lengths: i32[B]
          input others: i32[B]
          %0, %1 = scan[T, lengths] x, h, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            %0 = tanh x
            %1 = mul %0, h
            next h = %1
            yield y = x
          }
          %2, %3 = scan[T, reverse, lengths] %1, k, others {
            sequence y: f32[B, H]
            state k: f32[B, H]
            %0 = mul y, k
            %1 = add %0, y
            next k = %1
            yield z = y
          }
          return h = %0
          return k = %2
          return z = %3
        """;

    // Nothing in the step tells which rows there are.
    private const string ConstantForRunningRows = """
        program p
          input x: f32[T, B, H]
          input c: f32[B, H]
          input lengths: i32[B]
          %0 = scan[T, lengths] x, c, lengths {
            sequence x: f32[B, H]
            constant c: f32[B, H]
            %0 = tanh c
            yield y = %0
          }
          return y = %0
        """;

    // One number a row: side by side, two yields of a step are no rows of the batch.
    private const string YieldsOfNumbers = """
        program p
          input x: f32[T, B]
          input h: f32[B]
          input lengths: i32[B]
          %0, %1, %2 = scan[T, lengths] x, h, lengths {
            sequence x: f32[B]
            state h: f32[B]
            %0 = mul x, h
            %1 = tanh %0
            %2 = add %1, x
            next h = %2
            yield a = %1
            yield b = %2
          }
          %3 = concat[1] %1, %2
          return last = %0
          return y = %3
        """;

    // Rows of a step lie a sequence apart.
    private const string BatchFirst = """
        program p
          input x: f32[B, T, H]
          input h: f32[B, H]
          input lengths: i32[B]
          parameter W: f32[H, H]
          parameter U: f32[H, H]
          %0 = transpose[1, 0, 2] x
          %1 = contract[abc,dc->abd] %0, W
          %2, %3 = scan[T, lengths] %1, h, U, lengths {
            sequence p: f32[B, H]
            state h: f32[B, H]
            constant U: f32[H, H]
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, p
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return last = %2
          return y = %3
        """;
}
