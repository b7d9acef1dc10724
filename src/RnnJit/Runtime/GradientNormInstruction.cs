using RnnJit.Ir;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Norm, clipping factor and finiteness.</summary>
internal sealed unsafe class GradientNormInstruction(GradientNormCommand command) : Instruction(command)
{
    private Address loss;
    private Address sums;
    private Address norm;
    private Address factor;
    private Address finite;

    public override void Resolve(PlanMemory memory)
    {
        (loss, sums) = (new Address(command.Loss, memory), new Address(command.Sums, memory));
        (norm, factor,
            finite) = (new Address(command.Norm, memory), new Address(command.Factor, memory), new Address(command.Finite, memory));
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (share.Part != 0)
            return;
        double squares = 0;
        for (int block = 0; block < command.Sums.Length; block++)
            squares += ((double*)sums.At(clock))[block];
        ElementType real = command.Loss.Buffer.Element;
        var found = command.Op.Of(StridedMemory.Read(loss.At(clock), real), squares);
        StridedMemory.Write(norm.At(clock), real, found.Norm);
        StridedMemory.Write(factor.At(clock), real, found.Factor);
        StridedMemory.Write(finite.At(clock), real, found.Finite);
    }
}
