using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Contracts;

/// <summary>
/// The contract of every backend: ops, cells, lengths, passes, second derivatives, streams, training steps and golden cases agree with the
/// double oracle. A backend joins by deriving a class that gives its <see cref="ContractBackend"/>.
/// </summary>
public abstract partial class BackendContract
{
    /// <summary>The backend, the same for all tests.</summary>
    protected abstract ContractBackend Backend { get; }

    /// <summary>Another backend in its place, to prove that the contracts see a wrong one.</summary>
    internal ContractBackend? Instead { get; init; }

    private ContractBackend Subject => Instead ?? Backend;

    // One compilation for the kernels of all cells, and of all second derivatives.
    [OneTimeSetUp]
    public void Prepare()
    {
        Type[] cells = [.. new CellsAttribute().Of(GetType())], smooth = [.. new CellsAttribute { Smooth = true }.Of(GetType())];
        Subject.Prepare(
            from type in cells from lengths in new[] { false, true } from reverse in new[] { false, true }
            select Cell(type, lengths, reverse).Build());
        Subject.Prepare(from type in smooth from conditions in new[] { false, true } select SecondDerivative.Of(type, conditions).Second);
    }

    // Normalising three numbers with a small epsilon nearly is a step, which float32 does not follow.
    private static CellProgram Cell(Type type, bool lengths, bool reverse)
    {
        bool normalised = type.GetMethod("Step")!.GetParameters().Any(parameter => parameter.Name == "epsilon");
        var given = normalised ? new Dictionary<string, double> { ["epsilon"] = 0.1 } : [];
        return new CellProgram(CellTracer.Trace(type, given), lengths, reverse);
    }
}
