using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>
/// A vocabulary of <see cref="KernelEmitter"/>: how elements are loaded, stored and summed. Arithmetic is spelled the
/// same in all dialects, on vectors V, so that they differ in nothing but memory and order. Its <see cref="KernelFrame"/>
/// holds the type, the entry and the loops.
/// </summary>
public abstract class EmitDialect : IDialect
{
    public abstract string Name { get; }

    /// <summary>The words of the generated header that say which kind of code follows, such as <c>for vectors of any width</c>.</summary>
    internal abstract string Purpose { get; }

    /// <summary>The text around the statements.</summary>
    internal abstract KernelFrame Frame { get; }

    /// <summary>Declares how a pass reaches one row of an operand.</summary>
    internal abstract string Handle(string name, int operand, string type, string length);

    internal abstract string Load(string handle);

    internal abstract string Store(string value, string handle, string label);

    internal abstract string LoadRow(int operand, string row);

    /// <summary>The integer of a row.</summary>
    internal virtual string LoadIndex(int operand, string row) => $"call.Row<int>({operand}, {row})";

    internal abstract string StoreRow(string value, int operand, string label);

    /// <summary>Takes memory for so many values of a row, which passes keep for later ones.</summary>
    internal abstract string TakeMemory(int values);

    /// <summary>That memory as parameter and argument of a pass.</summary>
    internal abstract string MemoryParameter { get; }

    internal abstract string MemoryArgument { get; }

    /// <summary>Declares how a pass reaches a kept value.</summary>
    internal abstract string MemoryHandle(string name, int place);

    /// <summary>Writes elements to where the handle says.</summary>
    internal abstract string KeepInMemory(string value, string handle);

    /// <summary>1 in the columns that <paramref name="index"/> marks, else 0.</summary>
    internal abstract string Mark(MarkOp op, string index);

    /// <summary>x where a column exists, <paramref name="neutral"/> beyond the last one.</summary>
    internal abstract string Keep(string x, string neutral);

    /// <summary>The lanes of an accumulator brought together.</summary>
    /// <param name="slot">Number of the reduction among those of the kernel.</param>
    internal abstract string Horizontal(string function, string lanes, int slot);

    /// <summary>A function of many operations, as against one that the processor has.</summary>
    internal static bool IsFunction(string name) => name is "Exp" or "Log" or "Tanh" or "Sigmoid";

    /// <summary>A function that is called, not inlined.</summary>
    internal virtual string Outlined(string function, string[] arguments) =>
        $"VectorCalls.{function}<V, T>({string.Join(", ", arguments)})";

    public virtual string Call(string function, params string[] arguments) =>
        IsFunction(function)
            ? $"VectorMath.{function}<V, T>({string.Join(", ", arguments)})"
            : $"V.{function}({string.Join(", ", arguments)})";

    public virtual string Infix(string left, string sign, string right) => $"{left} {sign} {right}";

    public virtual string Negate(string x) => "-" + x;

    public virtual string Number(double value) => value switch
    {
        double.NaN => "V.Create(double.NaN)",
        double.PositiveInfinity => "V.Create(double.PositiveInfinity)",
        double.NegativeInfinity => "V.Create(double.NegativeInfinity)",
        0 when 1 / value < 0 => "V.Create(-0.0)",
        _ => $"V.Create({ConstantOp.Format(value)})",
    };
}
