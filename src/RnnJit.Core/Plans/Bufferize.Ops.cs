using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

// Commands of single ops.
internal sealed partial class Bufferize
{
    private void AddOp(Node node, int n)
    {
        int value = graph.Values.FirstResult(n);
        switch (node.Op)
        {
            case SliceOp or TransposeOp or BroadcastOp or ReshapeOp:
                views[value] = Viewed(node);
                break;
            case ConcatOp concat:
                AddConcat(node, value, concat);
                break;
            case ContractOp:
                AddMatMul(n, value);
                break;
            case SumOp sum when ColumnsOf(sum, ViewOf(node.Operands[0])) is { } columns:
                views[value] = DenseDestination(value);
                AddColumns(ViewOf(node.Operands[0]), null, views[value]!, columns, value, ActiveRowsOf(n), sum.Forwards);
                CopyToDestinationIfElsewhere(value, views[value]!);
                break;
            case ReductionOp reduction when node.Results[0].IsReal:
                views[value] = Destination(value);
                Commands.Add(new ReduceCommand(reduction, ViewOf(node.Operands[0]), views[value]!));
                break;
            case GatherOp or ScatterOp or ScatterAddOp or AccumulateOp:
                AddIndexed(node, value, n);
                break;
            case ArgMaxOp or ArgsortOp or InversePermutationOp or TakeOp or AssertLeOp:
                AddRowNumbers(node, value, n);
                break;
            case BlockLengthsOp cut when Source(node).IsContiguous:
                views[value] = Destination(value);
                Commands.Add(new BlockLengthsCommand(Source(node), views[value]!, cut.Steps, cut.From.Evaluate(context.Sizes)));
                break;
            case RandomMaskOp random:
                AddRandomMask(node, value, random);
                break;
            case GradientNormOp norm:
                AddGradientNorm(node, value, norm);
                break;
            case ForEachOp each:
                AddForEach(node, value, each);
                break;
            case ScanOp scan:
                AddScan(node, value, scan);
                break;
            default:
                AddHostOp(node, value, "no compiled form fits it here");
                break;
        }
    }

    // The same memory in another shape; a copy where strides do not allow a reshape.
    private BufferView Viewed(Node node) => node.Op switch
    {
        SliceOp slice => Source(node).Slice(slice.Axis, slice.Start.Evaluate(context.Sizes), slice.Length.Evaluate(context.Sizes)),
        TransposeOp transpose => Source(node).Transpose([.. transpose.Order]),
        BroadcastOp => Source(node).Broadcast(context.Shape(node.Results[0])),
        _ => Source(node).Reshape(context.Shape(node.Results[0])) ?? Dense(node.Operands[0]).Reshape(context.Shape(node.Results[0]))!,
    };

    // Rows of tables by index.
    private void AddIndexed(Node node, int value, int n)
    {
        if (node.Op is ScatterAddOp)
        {
            AddToTable(node, value);
            return;
        }

        if (node.Op is AccumulateOp)
        {
            AddAccumulate(node, value);
            return;
        }

        BufferView first = Contiguous(node.Operands[0]), second = Contiguous(node.Operands[1]);
        BufferView result = views[value] = context.Allocate(context.Shape(node.Results[0]), node.Results[0].Element);
        if (node.Op is GatherOp)
        {
            Commands.Add(new GatherCommand(first, second, result, NameOf(node.Operands[1]), ActiveRowsOf(n)));
        }
        else
        {
            Commands.Add(new ScatterCommand(first, second, result, NameOf(node.Operands[0]), Adds: false, ActiveRowsOf(n)));
        }

        CopyToDestination(value);
    }

    // Rows of the batch by length, and places of maxima.
    private void AddRowNumbers(Node node, int value, int n)
    {
        if (node.Op is ArgMaxOp)
        {
            views[value] = Destination(value);
            Commands.Add(new ArgMaxCommand(Source(node), views[value]!));
            return;
        }

        if (node.Op is AssertLeOp)
        {
            views[value] = Source(node);
            BufferView bound = ViewOf(node.Operands[1]);
            Commands.Add(new CheckBoundsCommand(Source(node), bound, NameOf(node.Operands[0]), NameOf(node.Operands[1])));
            return;
        }

        BufferView rows = Contiguous(node.Operands[node.Op is TakeOp ? 1 : 0]), result = views[value] = Destination(value);
        Commands.Add(node.Op switch
        {
            ArgsortOp => new SortRowsCommand(rows, context.Allocate([2 * rows.Length], ElementType.I32), result),
            TakeOp take => new TakeCommand(Source(node), rows, result, take.Axis, NameOf(node.Operands[1]), TakenOf(n)),
            _ => new InversePermutationCommand(rows, result, NameOf(node.Operands[0])),
        });
    }

    // The table of a loop grows in place; elsewhere a copy of it does.
    private void AddToTable(Node node, int value)
    {
        BufferView table = Source(node), index = Contiguous(node.Operands[1]), rows = Contiguous(node.Operands[2]);
        bool grows = tables.Contains(table.Buffer);
        if (!grows)
        {
            BufferView copy = context.Allocate(table.Shape, node.Results[0].Element);
            Commands.Add(new CopyCommand(table, copy));
            table = copy;
        }

        views[value] = table;
        Commands.Add(new ScatterCommand(index, rows, table, NameOf(node.Operands[1]), Adds: true, null));
        if (!grows)
            CopyToDestination(value);
    }

    // The sum of a loop goes on where it is; elsewhere a copy of it does.
    private void AddAccumulate(Node node, int value)
    {
        BufferView sum = Source(node);
        bool goesOn = tables.Contains(sum.Buffer);
        if (!goesOn)
        {
            sum = context.Allocate(sum.Shape, node.Results[0].Element);
            Commands.Add(new CopyCommand(Source(node), sum));
        }

        views[value] = sum;
        AddSum(node.Operands[1], sum);
        if (!goesOn)
            CopyToDestination(value);
    }
}
