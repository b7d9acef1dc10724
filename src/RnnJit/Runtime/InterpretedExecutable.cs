using RnnJit.Interpretation;
using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>The interpreter in double precision as an <see cref="Executable"/>.</summary>
internal sealed class InterpretedExecutable : Executable
{
    public InterpretedExecutable(Graph program, ExecutableOptions options)
        : base(program, options)
    {
        RequireMemory(Program.Outputs.Select(output => Program.Values.Type(output.Value))
            .Aggregate(0L, (sum, type) => MemoryBudget.Sum(sum, MemoryBudget.Bytes(type.Element, Shape(type)))));
        foreach (Output output in Program.Outputs)
        {
            TensorType type = Program.Values.Type(output.Value);
            SetOutput(output.Name, Replaced(output.Name) ?? new Tensor(type.Element, Shape(type)));
        }
    }

    protected override void RunProgram()
    {
        var given = Program.Inputs.ToDictionary(port => port.Name, port => Input(port.Name).ToNdArray());
        foreach (var (name, value) in Interpreter.Run(Program, given, Options.Sizes, single: Options.Precision == ElementType.F32))
            Output(name).Set(value.Data);
    }
}
