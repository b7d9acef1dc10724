using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>
/// Equations of a node over all nodes of a forest (backpropagation through structure, Goller and Küchler 1996): a scan whose steps read the
/// results of the children's steps from tables. A chain is a tree with one child.
/// </summary>
public static class TreeScan
{
    /// <summary>A node reads the states of its first child, its second, …; states of a missing child are 0.</summary>
    /// <param name="inputs">Of all nodes, [N, …] each.</param>
    /// <param name="states">The width of each state.</param>
    /// <param name="node">Function from the inputs of the nodes of a step [W, …] and the states by child [W, H] to the new states [W,
    /// H].</param>
    /// <returns>The states of all nodes, [N, H] each.</returns>
    public static Value[] Ordered(Forest forest, IReadOnlyList<Value> inputs, IReadOnlyList<Dim> states,
        Func<TreeStep, Value[], Value[][], Value[]> node)
    {
        GraphBuilder outer = forest.Builder;
        ElementType element = inputs[0].Type.Element;
        var step = new TreeStep();
        Value[] x = inputs.Select((input, i) => step.Sequence("x" + i, Rows(input, forest.Own))).ToArray();
        Value own = step.Sequence("own", forest.Own.Tensor);
        Value[] index = forest.Children.Select((child, k) => step.Sequence("child" + k, child.Tensor)).ToArray();
        Value[] tables = states.Select(width => step.Table(outer, forest.Nodes, width, element)).ToArray();
        Value[][] children =
            index.Select(child => tables.Select(table => step.Body.Add(GatherOp.Instance, table, child)).ToArray()).ToArray();
        Value[] next = node(step, x, children);
        for (int s = 0; s < next.Length; s++)
            step.Add(tables[s], own, next[s]);
        return step.Run(forest).Select(table => outer.Add(new SliceOp(0, 0, forest.Nodes), table)).ToArray();
    }

    /// <summary>A node reads sums over its children, as many as there are; each node computes its term of the parent's sums.</summary>
    /// <param name="inputs">Of all nodes, [N, …] each.</param>
    /// <param name="ofParent">Inputs that a node reads from its parent, for all nodes, [N, …] each.</param>
    /// <param name="sums">The width of each sum.</param>
    /// <param name="node">Function from the inputs of the nodes of a step and the sums over their children to the nodes' states.</param>
    /// <param name="edge">Function from the parents' inputs and the nodes' states to the terms of the parents' sums.</param>
    /// <returns>The states of all nodes, [N, H] each.</returns>
    public static Value[] Summed(
        Forest forest, IReadOnlyList<Value> inputs, IReadOnlyList<Value> ofParent, IReadOnlyList<Dim> sums,
        Func<TreeStep, Value[], Value[], Value[]> node, Func<TreeStep, Value[], Value[], Value[]> edge)
    {
        GraphBuilder outer = forest.Builder;
        ElementType element = inputs[0].Type.Element;
        var step = new TreeStep();
        Value[] x = inputs.Select((input, i) => step.Sequence("x" + i, Rows(input, forest.Own))).ToArray();
        Value[] above = ofParent.Select((input, i) => step.Sequence("p" + i, Rows(WithNobody(input), forest.Parent))).ToArray();
        Value own = step.Sequence("own", forest.Own.Tensor), parent = step.Sequence("parent", forest.Parent.Tensor);
        Value[] tables = sums.Select(width => step.Table(outer, forest.Nodes, width, element)).ToArray();
        Value[] states = node(step, x, tables.Select(table => step.Body.Add(GatherOp.Instance, table, own)).ToArray());
        Value[] added = edge(step, above, states);
        for (int s = 0; s < added.Length; s++)
            step.Add(tables[s], parent, added[s]);
        foreach (Value state in states)
            step.Yield(state);

        // Places that a step leaves empty give zeros to node 0.
        return step.Run(forest).Skip(tables.Length).Select(rows => outer.Add(new ScatterOp(forest.Nodes), forest.Own.Tensor, rows))
            .ToArray();
    }

    private static Value Rows(Value table, Indices index) => table.Builder.Add(GatherOp.Instance, table, index.Tensor);

    private static Value WithNobody(Value table) =>
        table.Builder.Add(new ConcatOp(0), table,
            table.Builder.Add(new ConstantOp(0, table.Type.WithDims(table.Type.Dims.Skip(1).Prepend(1)))));
}
