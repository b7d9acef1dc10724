using RnnJit.Interpretation;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>Something that runs programs and is to be compared with golden cases.</summary>
public interface IGoldenBackend
{
    string Name { get; }

    /// <summary>Runs a program, in the precision of its types.</summary>
    /// <returns>All outputs by name.</returns>
    IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs);
}

/// <summary>The oracle; a program in f32 is rounded after each op.</summary>
public sealed class GoldenInterpreter : IGoldenBackend
{
    public string Name => "interpreter";

    public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs) =>
        Interpreter.Run(program, inputs, single: program.Inputs.Any(port => port.Type.Element == ElementType.F32));
}
