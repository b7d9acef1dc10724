using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Randomness;

namespace RnnJit.Runtime;

/// <summary>Draws a mask or noise; workers share its rows.</summary>
internal sealed unsafe class RandomMaskInstruction(RandomMaskCommand command) : Instruction(command)
{
    private const int Piece = 1024;

    private readonly BufferView mask = command.Mask;
    private readonly int batchAxis = command.Op.BatchAxis;
    private Address words;
    private Address target;

    public override void Resolve(PlanMemory memory) => (words, target) = (new Address(command.Words, memory), new Address(mask, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        int* word = (int*)words.At(clock);
        var numbers = new MaskCounter(MaskCounter.Join(word[0], word[1]), MaskCounter.Join(word[2], word[3]), word[4], word[5],
            command.Op.Site, mask.Shape, batchAxis);
        var (start, end) = share.Of(mask.Length / numbers.Units);
        MaskLaw law = command.Op.Law;
        float* row = stackalloc float[Piece];
        for (int r = start; r < end; r++)
        {
            for (int unit = 0; unit < numbers.Units; unit += Piece)
            {
                int count = Math.Min(Piece, numbers.Units - unit);
                var piece = new Span<float>(row, count);
                if (law.IsUniform)
                    Philox.FillUniform(piece, numbers.Key, numbers.Row(r), numbers.FirstUnit + (ulong)unit);
                else
                    Philox.FillBernoulliMask(piece, 1 - law.Rate, numbers.Key, numbers.Row(r), numbers.FirstUnit + (ulong)unit);
                Store(target.At(clock), ((long)r * numbers.Units) + unit, row, count, law);
            }
        }
    }

    private void Store(byte* to, long first, float* row, int count, MaskLaw law)
    {
        for (int i = 0; i < count; i++)
        {
            double number = law.IsUniform ? row[i] : row[i] == 0 ? law.Drawn : law.Other;
            if (mask.Buffer.Element == ElementType.F64)
                ((double*)to)[first + i] = number;
            else
                ((float*)to)[first + i] = (float)number;
        }
    }
}
