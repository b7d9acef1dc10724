using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>
/// Trees as a Program reads them: the integers that a <see cref="TreeSchedule"/> makes. Nodes of all trees are numbered 0 … N − 1; N stands
/// for nobody. Each of T steps does up to W nodes, children before their parents.
/// </summary>
/// <param name="Nodes">N.</param>
/// <param name="Own">The node in each place of each step, i32[T, W].</param>
/// <param name="Parent">Its parent, i32[T, W].</param>
/// <param name="Children">Its first child, its second, …, each i32[T, W].</param>
/// <param name="Lengths">How many steps use a place, i32[W].</param>
/// <param name="Leaf">1 for a node without children, else 0, i32[N].</param>
public sealed record Forest(Dim Nodes, Indices Own, Indices Parent, IReadOnlyList<Indices> Children, Indices Lengths, Indices Leaf)
{
    /// <summary>T.</summary>
    public Dim Steps => Own.Tensor.Type.Dims[0];

    /// <summary>W.</summary>
    public Dim Places => Own.Tensor.Type.Dims[1];

    internal GraphBuilder Builder => Own.Tensor.Builder;

    /// <summary>Declares the inputs <c>NAME.own</c>, <c>NAME.parent</c>, <c>NAME.child0</c> …,
    /// <c>NAME.lengths</c> and <c>NAME.leaf</c>.</summary>
    /// <param name="declare">Adds an integer input.</param>
    /// <param name="arity">The most children that are told apart; 0 where they are only added up.</param>
    public static Forest Declare(Func<string, Dim[], Indices> declare, string name, Dim steps, Dim places, Dim nodes, int arity)
    {
        Dim[] grid = [steps, places];
        return new Forest(
            nodes, declare(name + ".own", grid), declare(name + ".parent", grid),
            Enumerable.Range(0, arity).Select(k => declare($"{name}.child{k}", grid)).ToArray(),
            declare(name + ".lengths", [places]), declare(name + ".leaf", [nodes]));
    }

    /// <summary>1 for leaves, 0 for the others, [N, 1].</summary>
    public Value LeafMask(ElementType element) => Builder.Add(new SequenceMaskOp(1, element), Leaf.Tensor);
}
