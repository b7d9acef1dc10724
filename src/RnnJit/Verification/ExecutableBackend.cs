using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Verification;

/// <summary>Compiled Programs: the CPU backend or its scalar form.</summary>
public sealed class ExecutableBackend(Backend backend) : IGoldenBackend
{
    public string Name => backend.ToString().ToLowerInvariant();

    public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
    {
        bool wide = program.Inputs.Any(port => port.Type.Element == ElementType.F64);
        using Executable executable = Executable.Create(program, new ExecutableOptions
        {
            Backend = backend,
            Precision = wide ? ElementType.F64 : ElementType.F32,
            Sizes = SizeBinding.FromShapes(program, i => inputs[program.Inputs[i].Name].Shape),
        });
        foreach (Port port in program.Inputs)
            executable.Input(port.Name).Set(inputs[port.Name].Data);
        executable.Run();
        return program.Outputs.ToDictionary(output => output.Name, output => executable.Output(output.Name).ToNdArray());
    }
}
