namespace RnnJit.Emit;

/// <summary>A sum or maximum that a pass brings along for each row.</summary>
/// <param name="Name">The accumulator.</param>
/// <param name="Start">Its value before the first column.</param>
/// <param name="Slot">Its number among those of the kernel.</param>
internal sealed record LaneSum(string Name, string Start, int Slot);

/// <summary>
/// The text around the statements of a kernel: namespaces, the type, its entry, the loop over rows, calls and signatures of passes over
/// columns. The <see cref="EmitDialect"/> that it belongs to spells the statements.
/// </summary>
public abstract class KernelFrame
{
    internal abstract IEnumerable<string> Usings { get; }

    internal abstract string Declaration(string className);

    /// <summary>Lines in front of every method.</summary>
    internal abstract IEnumerable<string> MethodAttributes { get; }

    /// <summary>The signature of the method that runs the kernel.</summary>
    internal abstract string Entry { get; }

    /// <summary>Statements in front of the rows.</summary>
    internal virtual IEnumerable<string> Prologue(bool hasColumns) => [];

    internal abstract string RowLoop { get; }

    /// <summary>Statements that open the body of the loop over rows.</summary>
    internal virtual IEnumerable<string> RowProlog => [];

    /// <summary>The calls of a pass that together visit the columns of a row.</summary>
    internal abstract IEnumerable<string> PassCalls(string pass, string arguments, IReadOnlyList<LaneSum> sums);

    /// <summary>The signature of a pass.</summary>
    internal abstract string Pass(string pass, string parameters);

    /// <summary>The type parameters of a pass over columns.</summary>
    internal abstract string[] PassTypes { get; }

    internal abstract string LoopStep { get; }

    /// <summary>Statements that open the body of the loop over columns.</summary>
    internal virtual IEnumerable<string> LoopProlog => [];

    /// <summary>Names that the text mentions besides those of every frame.</summary>
    internal virtual IEnumerable<string> Mentioned => [];

    /// <summary>True where a pass ends before functions of functions, see <see cref="KernelSchedule"/>.</summary>
    internal virtual bool CutsAtFunctions => true;

    /// <summary>True where the lanes of sums lie in the memory of a row.</summary>
    internal virtual bool SumsInMemory => false;
}

/// <summary>Kernels of the CPU: a type that implements IKernel, one call for a run of rows.</summary>
public abstract class CpuFrame : KernelFrame
{
    internal sealed override IEnumerable<string> Usings =>
        ["System", "System.Runtime.CompilerServices", "RnnJit.Cpu", "RnnJit.Cpu.Simd", "RnnJit.Kernels"];

    internal sealed override string Declaration(string className) => $"internal readonly struct {className} : IKernel";

    internal sealed override IEnumerable<string> MethodAttributes => ["[MethodImpl(MethodImplOptions.AggressiveOptimization)]"];

    internal sealed override string Entry => "public static void Run<V, T>(in KernelCall call)";

    internal sealed override string RowLoop => "for (int row = 0; row < call.Rows; row++)";

    internal sealed override string Pass(string pass, string parameters) =>
        $"private static void {pass}<{string.Join(", ", PassTypes)}>(in KernelCall call, int row, int start, int end{parameters})";
}
