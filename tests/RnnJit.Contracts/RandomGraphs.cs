using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;

namespace RnnJit.Contracts;

/// <summary>Draws Programs of loops, products, views and elementwise work that read each other's values in any way. The same seed gives the
/// same Program on every machine.</summary>
internal sealed class RandomGraphs
{
    private static readonly string[] Widths = ["H", "X", "P"];

    private readonly Random random;
    private readonly List<(string Name, TensorType Type)> weights = [];
    private readonly RandomLoops loops;
    private int inputs;

    private RandomGraphs(int seed)
    {
        random = new Random(seed);
        loops = new RandomLoops(this, random);
    }

    public static GraphCase Of(int seed)
    {
        var draw = new RandomGraphs(seed);
        Graph program = draw.Program();
        return new GraphCase(seed, program, new RandomSizes(draw.random).For(program));
    }

    private Graph Program()
    {
        var region = new RandomRegion(new GraphBuilder(), null);
        for (int i = 0, count = 1 + random.Next(2); i < count; i++)
            region.Sequences.Add(Input(region));
        int least = random.Next(1, 6), nested = Chance(0.12) ? random.Next(least) : -1;
        for (int i = 0; i < least; i++)
        {
            if (i == nested)
                loops.Nested(region, Chance(0.2) ? 5 : 4);
            else if (Chance(0.4))
                loops.Loop(region, rank: 3);
            else if (Chance(0.35))
                Whole(region);
            else
                Line(region, region.Sequences);
        }

        if (!region.Builder.Build("program", "p", []).Nodes.Any(node => node.Op is ScanOp))
            loops.Loop(region, rank: 3);
        Value[] all = region.Sequences.Concat(region.Rows).Concat(region.Matrices).Concat(region.Others)
            .Where(value => region.Builder.Definition(value) is not null).ToArray();
        Value[] returned =
            all.TakeLast(1).Concat(all.OrderBy(_ => random.Next()).Take(random.Next(1, 5))).DistinctBy(value => value.Id).ToArray();
        bool backward = Chance(0.25) && nested < 0;
        var outputs = returned.Select((value, i) => ("r" + i, value, OutputRole.Result)).ToList();
        if (!backward)
            return region.Builder.Build("program", "p", outputs);
        outputs.Add(("loss", returned.Select(value => Rnn.Total(Chance(0.5) ? value * value : 0.5 * value)).Aggregate((a, b) => a + b),
            OutputRole.Result));
        Graph forward = region.Builder.Build("program", "p", outputs);
        return Differentiate.Run(forward, "loss", forward.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name).ToArray());
    }

    // x [T, B, D], or as [B, T, D], or rows of a table.
    private Value Input(RandomRegion region)
    {
        string name = "x" + inputs++;
        Dim width = Width();
        if (Chance(0.25))
            return region.Builder.Add(new TransposeOp([1, 0, 2]), region.Named(name, new TensorType(ElementType.F32, "B", "T", width)));
        if (Chance(0.15))
            return region.Builder.Add(GatherOp.Instance,
                region.Named("table", new TensorType(ElementType.F32, "V", "X"), PortRole.Parameter),
                region.Named("codes", new TensorType(ElementType.I32, "T", "B")));
        return region.Named(name, new TensorType(ElementType.F32, "T", "B", width));
    }

    /// <summary>Something that a Program and a step have alike: a product, elementwise work, slices, a concatenation.</summary>
    public void Line(RandomRegion region, List<Value> pool)
    {
        GraphBuilder builder = region.Builder;
        Value x = Any(pool);
        int last = x.Type.Rank - 1;
        switch (random.Next(10))
        {
            case < 4:
                Value product = Times(region, x);
                Value[] alike = pool.Where(value => value.Type == product.Type).ToArray();
                if (alike.Length > 0 && Chance(0.7))
                    product = Chance(0.5) ? Any(alike) + product : product + Any(alike);
                else if (Chance(0.3))
                    product += region.Named($"b{product.Type.Dims[last]}", new TensorType(ElementType.F32, product.Type.Dims[last]),
                        PortRole.Parameter);
                pool.Add(Chance(0.6) ? Rnn.Tanh(product) : product);
                break;
            case 4:
                pool.Add(random.Next(4) switch { 0 => Rnn.Tanh(x), 1 => Rnn.Sigmoid(x), 2 => -x, _ => 0.5 * x });
                break;
            case 5 or 6:
                Value y = Any(pool.Where(value => value.Type == x.Type).ToArray());
                pool.Add(random.Next(3) switch { 0 => x + y, 1 => x * y, _ => x - y });
                break;
            case 7 or 8:
                Slices(pool, x, last);
                break;
            default:
                Value other = Any(pool);
                if (x.Type.Dims[last].Terms.Sum(term => term.Coefficient) + other.Type.Dims[last].Terms.Sum(term => term.Coefficient) <= 4)
                    pool.Add(builder.Add(new ConcatOp(last), x, other));
                break;
        }
    }

    // One or two parts, apart or overlapping; sometimes each is worked on.
    private void Slices(List<Value> pool, Value x, int axis)
    {
        Dim width = x.Type.Dims[axis];
        if (width.Terms.Count != 1 || width.Constant != 0 || width.Terms[0].Coefficient < 2)
            return;
        int parts = width.Terms[0].Coefficient;
        Dim unit = Dim.Symbol(width.Terms[0].Symbol);
        for (int i = 0, count = 1 + random.Next(2); i < count; i++)
        {
            int start = random.Next(parts), length = 1 + random.Next(parts - start);
            if (length < parts)
                pool.Add(x.Builder.Add(new SliceOp(axis, start * unit, length * unit), x));
        }
    }

    /// <summary>x times a weight, which may serve another product already.</summary>
    public Value Times(RandomRegion region, Value x, Dim? wanted = null)
    {
        Dim width = x.Type.Dims[x.Type.Rank - 1];
        var candidates =
            region.Matrices.Where(matrix => matrix.Type.Rank == 2).Select(matrix => (Get: (Func<Value>)(() => matrix), matrix.Type))
            .Concat(weights.Select(
                weight => (Get: (Func<Value>)(() => region.Named(weight.Name, weight.Type, PortRole.Parameter)), weight.Type)))
            .SelectMany(weight => new[] { (weight.Get, weight.Type, Columns: true), (weight.Get, weight.Type, Columns: false) })
            .Where(weight => weight.Type.Dims[weight.Columns ? 0 : 1] == width
                && (wanted is null || weight.Type.Dims[weight.Columns ? 1 : 0] == wanted)).ToArray();
        if (candidates.Length > 0 && Chance(0.45))
        {
            var (get, _, columns) = candidates[random.Next(candidates.Length)];
            return RandomRegion.Product(x, get(), columns);
        }

        bool asColumns = Chance(0.4);
        Dim result = wanted ?? (Chance(0.4) ? random.Next(2, 4) * Width() : Width());
        weights.Add(("W" + weights.Count,
            asColumns ? new TensorType(ElementType.F32, width, result) : new TensorType(ElementType.F32, result, width)));
        return RandomRegion.Product(x, region.Named(weights[^1].Name, weights[^1].Type, PortRole.Parameter), asColumns);
    }

    // What only a Program has: work over all steps.
    private void Whole(RandomRegion region)
    {
        GraphBuilder builder = region.Builder;
        Value x = Any(region.Sequences), y = Any(region.Sequences);
        switch (random.Next(6))
        {
            case 0:
                // A product over all rows, as a weight's gradient is.
                region.Matrices.Add(builder.Add(new ContractOp("abc,abd->cd", forwards: Chance(0.5)), x, y));
                break;
            case 1:
                // Rows of a step meet each other, or their columns do.
                Value alike = Any(region.Sequences.Where(value => value.Type == x.Type).ToArray());
                bool rows = Chance(0.5);
                Value pairs = 0.3 * builder.Add(new ContractOp(rows ? "abd,acd->abc" : "abc,abd->acd"), x, alike);
                region.Sequences.Add(Rnn.Tanh(rows ? builder.Add(new ContractOp("abc,acd->abd"), pairs,
                    alike) : builder.Add(new ContractOp("abc,acd->abd"), x, pairs)));
                break;
            case 2:
                Value all = region.Named("A", new TensorType(ElementType.F32, "B", "B"));
                region.Sequences.Add(builder.Add(new ContractOp(Chance(0.5) ? "ab,cbd->cad" : "ba,cbd->cad"), all, x));
                region.Others.Add(Rnn.Tanh(all));
                break;
            case 3:
                Value batchFirst = builder.Add(new TransposeOp([1, 0, 2]), x), product = Times(region, batchFirst);
                region.Sequences.Add(builder.Add(new TransposeOp([1, 0, 2]), Chance(0.5) ? Rnn.Tanh(product) : product));
                break;
            case 4:
                Value sum = builder.Add(new SumOp([0], forwards: Chance(0.5)), x);
                region.Rows.Add(Rnn.Tanh(builder.Add(new ReshapeOp(x.Type.Dims.Skip(1)), sum)));
                break;
            default:
                if (region.Rows.Count > 0)
                    Line(region, region.Rows);
                if (region.Rows.Count(row => row.Type.Rank == 2) == region.Rows.Count && region.Rows.Count > 0)
                    region.Matrices.Add(
                        builder.Add(new ContractOp("ab,ac->bc", forwards: Chance(0.5)), Any(region.Rows), Any(region.Rows)));
                break;
        }
    }

    public Dim Width() => Dim.Symbol(Widths[random.Next(Widths.Length)]);

    public bool Chance(double probability) => random.NextDouble() < probability;

    /// <summary>One of the values, more often a late one.</summary>
    public Value Any(IReadOnlyList<Value> pool) => pool[Math.Max(random.Next(pool.Count), random.Next(pool.Count))];

    public string Fresh(string prefix) => prefix + inputs++;
}
