using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Verification;

/// <summary>Compiled Programs: the CPU backend or its scalar form.</summary>
public sealed class ExecutableBackend : IGoldenBackend
{
    public ExecutableBackend(Device backend)
        : this(new ExecutableOptions { Device = backend })
    {
    }

    /// <param name="options">Options of the Programs; sizes and precision are those of each case.</param>
    /// <exception cref="ArgumentException">A number of threads that cannot be, or weights in 16 bits where there are none.</exception>
    public ExecutableBackend(ExecutableOptions options)
    {
        options.Check();
        Options = options;
    }

    public string Name => Options.Device.ToString().ToLowerInvariant();

    /// <summary>The options of the Programs; sizes and precision are those of each case.</summary>
    public ExecutableOptions Options { get; }

    public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
    {
        using Executable executable = Bind(program, inputs);
        foreach (Port port in program.Inputs)
            executable.Input(port.Name).Set(inputs[port.Name].Data);
        executable.Run();
        return program.Outputs.ToDictionary(output => output.Name, output => executable.Output(output.Name).ToNdArray());
    }

    /// <summary>The executable of a case, its inputs not filled yet.</summary>
    internal Executable Bind(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
    {
        bool wide = program.Inputs.Any(port => port.Type.Element == ElementType.F64);
        return Executable.Create(program, Options with
        {
            Precision = wide ? ElementType.F64 : ElementType.F32,
            Sizes = SizeBinding.FromShapes(program, i => inputs[program.Inputs[i].Name].Shape),
        });
    }
}
