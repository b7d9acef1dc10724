namespace RnnJit.Tests.Ops;

/// <summary>Programs in which an op occurs, one or more for each op of the table. Inputs named p are drawn positive.</summary>
/// <param name="Smooth">Has second derivatives worth checking; comparisons have none.</param>
internal sealed record OpSample(string Op, string Inputs, string Lines, bool Smooth = true)
{
    /// <summary>The text form; the last line defines what is returned.</summary>
    public string Text => $"program {Op}\n" + string.Concat(Inputs.Split(';').Select(input => $"  input {input.Trim()}\n"))
        + string.Concat(Lines.Split(';').Select(line => $"  {line.Trim()}\n")) + "  return y = y\n";

    public static IEnumerable<OpSample> All => Elementwise.Concat(Contractions).Concat(Others);

    private static IEnumerable<OpSample> Elementwise
    {
        get
        {
            foreach (string op in (string[])["neg", "exp", "tanh", "sigmoid"])
            {
                foreach (string type in (string[])["f32[B, H]", "f32[]", "f32[1]", "f32[2, 1, 3]", "f64[B]"])
                    yield return new(op, $"x: {type}", $"y = {op} x");
            }

            foreach (string op in (string[])["log", "sqrt"])
            {
                foreach (string type in (string[])["f32[B, H]", "f32[]", "f32[2, 1, 3]"])
                    yield return new(op, $"p: {type}", $"y = {op} p");
            }

            foreach (string op in (string[])["relu", "abs"])
            {
                foreach (string type in (string[])["f32[B, H]", "f32[]", "f32[2, 1, 3]"])
                    yield return new(op, $"x: {type}", $"e = {op} x; y = mul e, e");
            }

            // The factor x has a gradient, floor itself passes none.
            foreach (string type in (string[])["f32[B, H]", "f32[]", "f32[2, 1, 3]"])
                yield return new("floor", $"x: {type}", "s = mul x, 3; e = floor s; y = mul e, x", Smooth: false);

            // Alike, a row for all, a number for all, both repeat, extents of 1, ranks 3 and 1.
            foreach (var (a, b) in ((string, string)[])[("[B, H]", "[B, H]"), ("[B, H]", "[H]"), ("[]", "[B, H]"), ("[B, 1]", "[1, H]"),
                ("[1, 1]", "[1]"), ("[2, 1, 3]", "[B, 1]"), ("[]", "[]")])
            {
                foreach (string op in (string[])["add", "sub", "mul"])
                    yield return new(op, $"a: f32{a}; b: f32{b}", $"y = {op} a, b");
                yield return new("div", $"a: f32{a}; p: f32{b}", "y = div a, p");
                foreach (string op in (string[])["max", "min"])
                    yield return new(op, $"a: f32{a}; b: f32{b}", $"m = {op} a, b; y = mul m, m");
                foreach (string op in (string[])["less", "lessequal", "equal"])
                    yield return new(op, $"a: f32{a}; b: f32{b}", $"c = {op} a, b; y = mul c, a", Smooth: false);
                yield return new("select", $"a: f32{a}; b: f32{b}", "c = less a, b; s = select c, a, b; y = mul s, s");
            }

            yield return new("select", "c: f32[B, 1]; a: f32[H]; b: f32[]", "k = less c, 0; y = select k, a, b");
        }
    }

    private static IEnumerable<OpSample> Contractions =>
    [
        Contract("ab,cb->ac", "[B, X]", "[H, X]"),
        Contract("ab,bc->ac", "[B, X]", "[X, H]"),
        Contract("ab,cb->ca", "[B, X]", "[H, X]"),
        Contract("ab,ac->bc", "[B, X]", "[B, H]"),
        Contract("abc,dc->abd", "[T, B, X]", "[H, X]"),
        Contract("abc,adc->abd", "[B, T, X]", "[B, 2, X]"),
        Contract("abc,abd->cd", "[T, B, X]", "[T, B, H]"),
        Contract("a,b->ab", "[B]", "[H]"),
        Contract("ab,ab->", "[B, H]", "[B, H]"),
        Contract("ab,ab->ab", "[B, H]", "[B, H]"),
        Contract("ab,ab->a", "[B, H]", "[B, H]"),
        Contract("ab,b->a", "[B, H]", "[H]"),
        Contract("ab,cbd->acd", "[B, X]", "[H, X, 2]"),
        Contract("abc,ac->ab", "[B, H, 2]", "[B, 2]"),
        Contract(",ab->ba", "[]", "[B, H]"),
        Contract("ab,cb->ac", "[1, 1]", "[1, 1]"),
    ];

    private static IEnumerable<OpSample> Others =>
    [
        new("constant", "x: f32[B, H]", "c = constant[0.5 : f32[H]]; y = mul x, c"),
        new("constant", "x: f32[B, H]", "y = mul x, 0.5"),
        new("extent", "x: f32[B, H]", "e = extent[2B + H : f32]; y = div x, e"),
        new("detach", "x: f32[B, H]", "d = detach x; y = mul d, 2"),
        new("sum", "x: f32[B, H]", "s = sum[1] x; y = mul s, s"),
        new("sum", "x: f32[2, 1, 3]", "s = sum[0, 2] x; y = mul s, s"),
        new("sum", "x: f32[2, 1, 3]", "s = sum[1] x; y = mul s, s"),
        new("maximum", "x: f32[B, H]", "m = maximum[1] x; y = mul m, m"),
        new("maximum", "x: f32[2, 2, 3]", "m = maximum[0, 2] x; y = mul m, m"),
        new("maximum", "x: f32[1, 1]", "m = maximum[0] x; y = mul m, m"),
        new("reshape", "x: f32[B, 2H]", "s = mul x, x; y = reshape[2B, H] s"),
        new("reshape", "x: f32[1]", "s = mul x, x; y = reshape[] s"),
        new("reshape", "x: f32[]", "s = mul x, x; y = reshape[1, 1] s"),
        new("broadcast", "x: f32[B, 1]", "s = mul x, x; y = broadcast[2, B, H] s"),
        new("broadcast", "x: f32[]", "s = mul x, x; y = broadcast[B, H] s"),
        new("transpose", "x: f32[B, H]", "s = mul x, x; y = transpose[1, 0] s"),
        new("transpose", "x: f32[2, 1, 3]", "s = mul x, x; y = transpose[2, 0, 1] s"),
        new("slice", "x: f32[B, 4H]", "s = mul x, x; y = slice[1, H, 2H] s"),
        new("slice", "x: f32[4H, X]", "s = mul x, x; y = slice[0, 3H, H] s"),
        new("slice", "x: f32[3, 2]", "s = mul x, x; y = slice[0, 0, 3] s"),
        new("concat", "a: f32[B, H]; b: f32[B, 1]", "s = mul a, a; y = concat[1] s, b, a"),
        new("concat", "a: f32[1, H]; b: f32[B, H]", "s = mul b, b; y = concat[0] a, s"),
        new("gather", "table: f32[V, H]; i: i32[T, B]", "s = mul table, table; y = gather s, i"),
        new("gather", "table: f32[V]; i: i32[]", "s = mul table, table; y = gather s, i"),
        new("scatter", "i: i32[T, B]; x: f32[T, B, H]", "s = mul x, x; y = scatter[V] i, s"),
        new("scatter", "i: i32[B]; x: f32[B]", "s = mul x, x; y = scatter[3] i, s"),
        new("scatteradd", "table: f32[3, H]; i: i32[T, B]; x: f32[T, B, H]",
            "s = mul x, x; t = mul table, table; a = scatteradd t, i, s; y = mul a, a"),
        new("scatteradd", "table: f32[3]; i: i32[]; x: f32[]",
            "s = mul x, table; a = sum[0] s; r = reshape[] a; y = scatteradd table, i, r"),
        new("sum", "x: f32[T, B, H]", "s = mul x, x; y = sum[0, 1, forwards] s"),
        new("contract", "a: f32[T, B, H]; b: f32[T, B, V]", "y = contract[abc,abd->cd, forwards] a, b"),
        new("accumulate", "table: f32[B, H]; x: f32[B, H]", "s = mul x, x; t = mul table, table; a = accumulate t, s; y = mul a, a"),
        new("onehot", "i: i32[T, B]; x: f32[T, B, V]", "h = onehot[V : f32] i; s = mul h, x; y = mul s, x"),
        new("onehot", "i: i32[T, B]; x: f32[T, B, V]", "h = onehot[V : f32, ignore 1] i; s = mul h, x; y = mul s, x"),
        new("sequence_mask", "i: i32[B]; x: f32[B, V]", "m = sequence_mask[V : f32] i; s = mul m, x; y = mul s, x"),
        new("assert_le", "i: i32[B]; x: f32[B, V]", "a = assert_le i, i; m = sequence_mask[V : f32] a; s = mul m, x; y = mul s, x"),
        new("blocklengths", "i: i32[B]; x: f32[T, B, V]",
            "a = blocklengths[T, 1] i; m = sequence_mask[V : f32] a; s = mul m, x; y = mul s, x"),
        new("blocklengths", "i: i32[B]; x: f32[T, B, V]",
            "a = blocklengths[T, 1, 2] i; m = sequence_mask[V : f32] a; s = mul m, x; y = mul s, x"),
        new("argmax", "x: f32[B, V]; w: f32[V, H]", "i = argmax x; g = gather w, i; y = mul g, g"),
        new("argmax", "x: f32[T, B, 3]", "t = transpose[2, 1, 0] x; i = argmax t; m = onehot[T : f32] i; s = mul m, t; y = mul s, t"),
        new("argsort", "i: i32[B]; x: f32[B, B]",
            "o = argsort[descending, stable] i; m = sequence_mask[B : f32] o; s = mul m, x; y = mul s, x"),
        new("inverse_permutation", "i: i32[B]; x: f32[B, B]",
            "o = argsort[descending, stable] i; p = inverse_permutation o; m = sequence_mask[B : f32] p; s = mul m, x; y = mul s, x"),
        new("take", "i: i32[B]; x: f32[B, V]", "o = argsort[descending, stable] i; p = take[0] x, o; y = mul p, p"),
        new("take", "i: i32[V]; x: f32[T, B, H]", "s = mul x, x; y = take[1] s, i"),
        new("random_mask", "i: i32[6]; x: f32[T, B, H]", "m = random_mask[2, dropout 0.3 : f32[T, B, H]] i; s = mul m, x; y = mul s, x"),
        new("random_mask", "i: i32[6]; x: f32[B]", "m = random_mask[0, zoneout 0.3 : f32[B]] i; s = mul m, x; y = mul s, x"),
        new("random_mask", "i: i32[6]; x: f32[T, B, H]", "m = random_mask[1, noise : f32[T, B, H]] i; s = mul m, x; y = mul s, x"),
        new("gradient_norm", "x: f32[B, H]; z: f32[H]",
            "q = sum[0] z; l = reshape[] q; n, f, k = gradient_norm[0.7] l, x, z; s = add n, f; y = mul s, k"),
        new("gradient_norm", "x: f32[B, H]; z: f32[H]",
            "q = sum[0] z; l = reshape[] q; n, f, k = gradient_norm l, x, z; s = mul n, f; y = add s, k"),
        new("add", "a: f32[B, 1, H]; b: f32[B, X, H]", "s = add a, b; y = mul s, s"),
        new("mul", "a: f32[B, 1, 1]; b: f32[B, X, H]", "y = mul a, b"),
    ];

    private static OpSample Contract(string labels, string a, string b) =>
        new("contract", $"a: f32{a}; b: f32{b}", $"y = contract[{labels}] a, b");
}
