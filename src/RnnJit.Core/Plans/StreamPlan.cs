using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>
/// A Program whose memory the caller brings to each run: commands that parameters alone decide are done once and their results shared by
/// all streams, all others write into the memory of one stream.
/// </summary>
/// <param name="Fills">Constants, in shared memory.</param>
/// <param name="Preheader">Commands hoisted out of the steps: they depend on parameters alone and run again only after one changed.</param>
/// <param name="Body">Commands of a step.</param>
/// <param name="Inputs">A view for each input of the Program: of the caller's tensor for a parameter, else of the stream's memory.</param>
/// <param name="Outputs">Results that are no next states.</param>
/// <param name="Carries">Copies that make the next states the states, after all commands.</param>
/// <param name="Shared">Places in the memory of all streams.</param>
/// <param name="Own">Places in the memory of one stream.</param>
public sealed record StreamPlan(
    Graph Program, PlanOptions Options, IReadOnlyList<FillCommand> Fills, IReadOnlyList<PlanCommand> Preheader,
    IReadOnlyList<PlanCommand> Body, IReadOnlyList<BufferView> Inputs,
    IReadOnlyList<(Output Output, BufferView View)> Outputs, IReadOnlyList<CopyCommand> Carries, MemoryPlan Shared, MemoryPlan Own)
{
    /// <summary>Plans a step of an optimised Program. Outputs that are next states pair with inputs that are states, in order.</summary>
    /// <exception cref="GraphException">A size is missing, or RNNJ161: a value has too many elements.</exception>
    public static StreamPlan Of(Graph program, PlanOptions options, TargetTraits target) =>
        new StreamBufferize(new BufferizeContext(options, target), program).ToPlan();
}
