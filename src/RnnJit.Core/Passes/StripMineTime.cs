using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Cuts time into blocks: a scan over T becomes a scan over blocks of a scan over the steps of a block. Differentiated afterwards, the
/// backward pass keeps the states at the beginnings of blocks only and repeats each block from there: checkpoints (Chen et al. 2016,
/// "Training deep nets with sublinear memory cost", section 4.1).
/// </summary>
public static class StripMineTime
{
    /// <summary>Steps of a block near √T that divide T, √T itself where no such number is near.</summary>
    public static int Default(int steps)
    {
        int root = Math.Max(1, (int)Math.Sqrt(steps));
        for (int distance = 0; distance <= root / 2; distance++)
        {
            if (steps % (root + distance) == 0)
                return root + distance;
            if (steps % (root - distance) == 0)
                return root - distance;
        }

        return root;
    }

    /// <summary>Strip-mines all scans over a time symbol except scans with tables.</summary>
    /// <param name="time">The time symbol, such as T; the result does not have it.</param>
    /// <param name="steps">Size of the time symbol.</param>
    /// <param name="block">Steps of a block.</param>
    /// <returns>The Program, the symbol that counts blocks, and its size; the Program itself and no symbol where
    /// there would be one block only.</returns>
    /// <exception cref="GraphException">RNNJ168: the block is not positive.</exception>
    public static (Graph Program, string? Symbol, int Blocks) Run(Graph program, string time, int steps, int block)
    {
        if (block < 1)
            throw new GraphException("RNNJ168",
                $"The checkpoint interval is {block}, wanted at least 1 step (leave it away for no checkpoints)");
        if (block >= steps)
            return (program, null, 0);

        string symbol = "blocks";
        while (program.Symbols().Contains(symbol))
            symbol += "_";
        int rest = steps % block;
        Dim whole = block * Dim.Symbol(symbol);
        TypeMap map = TypeMap.OfSymbols(new Dictionary<string, Dim> { [time] = whole + rest });
        Dim mapped = whole + rest;
        var rebuild = new Rebuild(GraphMapper.Run(program, map));
        Graph blocked = rebuild.Run(
            (node, operands) => node.Op is ScanOp scan && scan.Time == mapped && !Enumerable.Range(0, scan.States).Any(scan.IsTable)
            ? new BlockedScan(rebuild.Builder, scan, Dim.Symbol(symbol), block, rest).Run(operands)
            : null);
        return (blocked, symbol, steps / block);
    }

    // The remainder's steps run last, so their adjoint runs first, and the sums over blocks continue from its sums (ChainBlockSums).
    private sealed class BlockedScan(GraphBuilder builder, ScanOp scan, Dim blocks, int block, int rest)
    {
        private Dim Whole => block * blocks;

        public Value[] Run(Value[] operands)
        {
            Value[] given = operands.Take(scan.Sequences).ToArray(), states = operands.Skip(scan.Sequences).Take(scan.States).ToArray();
            Value[] constants = operands.Skip(scan.Sequences + scan.States).Take(scan.Constants).ToArray();
            Value? lengths = scan.HasLengths ? operands[operands.Length - 1] : null;
            if (rest == 0)
                return Blocks(given, states, constants, lengths, 0);

            // Both read a constant through one view: their gradients meet each other before those of other readers.
            constants = constants.Select(x => builder.Add(new ReshapeOp(x.Type.Dims), x)).ToArray();
            Dim start = scan.Reverse ? rest : 0, left = scan.Reverse ? 0 : Whole;
            Value[] first = Blocks(given.Select(x => Cut(x, start, Whole)).ToArray(), states, constants, lengths, start);
            Value[] second =
                Rest(given.Select(x => Cut(x, left, rest)).ToArray(), first.Take(scan.States).ToArray(), constants, lengths, left);
            return Enumerable.Range(0, first.Length).Select(o => o < scan.States ? second[o]
                : o >= scan.States + scan.Yields ? first[o] + second[o]
                : scan.Reverse ? builder.Add(new ConcatOp(0), second[o], first[o])
                : builder.Add(new ConcatOp(0), first[o], second[o])).ToArray();
        }

        private Value Cut(Value x, Dim start, Dim length) => builder.Add(new SliceOp(0, start, length), x);

        private Value[] Rest(Value[] sequences, Value[] states, Value[] constants, Value? lengths, Dim start)
        {
            IEnumerable<Value> given = sequences.Concat(states).Concat(constants);
            if (lengths is not null)
                given =
                    given.Append(builder.Add(new ReshapeOp(lengths.Type.Dims), builder.Add(new BlockLengthsOp(1, rest, start), lengths)));
            return builder.AddMany(new ScanOp(scan.Body, rest, scan.Reverse, scan.HasLengths), given.ToArray());
        }

        private Value[] Blocks(Value[] sequences, Value[] states, Value[] constants, Value? lengths, Dim start)
        {
            var body = new GraphBuilder();
            var inputs = new List<Value>();
            for (int i = 0; i < scan.Sequences; i++)
                inputs.Add(body.Input(scan.Body.Inputs[i].Name,
                    scan.Body.Inputs[i].Type.WithDims(scan.Body.Inputs[i].Type.Dims.Prepend(Dim.Of(block))), PortRole.Sequence));
            Value? inner = lengths is null ? null : body.Input("block_lengths", lengths.Type, PortRole.Sequence);
            for (int i = scan.Sequences; i < scan.Body.Inputs.Count; i++)
                inputs.Add(body.Input(scan.Body.Inputs[i].Name, scan.Body.Inputs[i].Type, scan.Body.Inputs[i].Role));
            Value[] results = body.AddMany(new ScanOp(scan.Body, block, scan.Reverse, scan.HasLengths),
                (inner is null ? inputs : inputs.Append(inner)).ToArray());
            var outputs = scan.Body.Outputs.Select((output, o) => (output.Name, results[o], output.Role));
            var outer = new ScanOp(body.Build("body", "block", outputs), blocks, scan.Reverse, hasLengths: false);

            IEnumerable<Value> given =
                sequences.Select(x => builder.Add(new ReshapeOp(x.Type.Dims.Skip(1).Prepend(Dim.Of(block)).Prepend(blocks)), x));
            if (lengths is not null)
                given = given.Append(builder.Add(new BlockLengthsOp(blocks, block, start), lengths));
            Value[] whole = builder.AddMany(outer, given.Concat(states).Concat(constants).ToArray());
            return whole.Select((value, o) => o >= scan.States && o < scan.States + scan.Yields
                ? builder.Add(new ReshapeOp(value.Type.Dims.Skip(2).Prepend(Whole)), value)
                : value).ToArray();
        }
    }
}
