using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Contracts;

// The gradient of a random projection of the gradient.
public abstract partial class BackendContract
{
    // With conditions: lengths, from the last step to the first, and every mask that the cell has a place for.
    [Test]
    public void Second_derivatives([Cells(Smooth = true)] Type type, [Values] bool conditions)
    {
        SecondDerivative sample = SecondDerivative.Of(type, conditions);
        ContractBackend backend = conditions ? Subject with { Runs = [.. Subject.Runs.Take(1)] } : Subject;
        backend.Check(sample.Second, sample.Sizes, sample.Data, sample.Wanted);
    }
}
