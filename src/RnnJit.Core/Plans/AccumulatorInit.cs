using RnnJit.Ops;

namespace RnnJit.Plans;

/// <summary>The initial values of a product's accumulators: one for each element of the result.</summary>
/// <param name="View">Shaped like the result; one row for all has strides of 0.</param>
/// <param name="Loops">Strides along the loops of the product.</param>
/// <param name="Row">Stride from one row of the result to the next; 0 for one row that all share.</param>
public sealed record AccumulatorInit(BufferView View, long[] Loops, long Row)
{
    public string Describe => Row == 0 ? ", from one row on" : ", onto what is there";

    /// <summary>The elements that a product with these loops reads.</summary>
    public BufferView Reached(MatMulForm form)
    {
        var all = new (int Extent, long Stride)[Loops.Length + 2];
        for (int i = 0; i < Loops.Length; i++)
            all[i] = (form.Loops[i].Extent, Loops[i]);
        (all[^2], all[^1]) = ((form.M.Extent, Row), (form.N.Extent, 1));
        return View.Over(all);
    }

    /// <summary>Null if the kernels cannot read it with the loops of the product.</summary>
    public static AccumulatorInit? Of(MatMulForm form, ContractOp op, BufferView start) =>
        form.Onto(op, start) is { HasColumns: true } onto ? new AccumulatorInit(start, Array.ConvertAll(onto.Loops, loop => loop.C),
            onto.M.C) : null;
}
