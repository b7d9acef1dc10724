using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>The oracle: it walks the Program and sees neither pass nor plan.</summary>
internal sealed class InterpreterBackend : IBackend
{
    public string Name => "interpreter";

    public int Devices => 1;

    public bool HasStreams => false;

    /// <summary>It adds from first to last.</summary>
    public int RowLanes(ExecutableOptions options) => 1;

    public Executable Create(Graph program, ExecutableOptions options) => new InterpretedExecutable(program, options);
}
