using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Verification;

/// <summary>Runs programs on a device and on this CPU, with sums of rows in the CPU's lanes on both, and counts
/// numbers whose bits differ.</summary>
/// <param name="options">Options of the Programs; sizes, precision and lanes are set here.</param>
public sealed class DeviceComparison(ExecutableOptions options) : IGoldenBackend
{
    private readonly ExecutableBackend cpu = new(options with { Device = Device.Cpu, RowLanes = 0 });

    public string Name => options.Device.ToString();

    /// <summary>The options of the Programs that run on the device.</summary>
    public ExecutableOptions Options => options;

    /// <summary>Numbers that both gave.</summary>
    public long Numbers { get; private set; }

    /// <summary>Numbers whose bits differ.</summary>
    public long Differing { get; private set; }

    /// <returns>The device's results.</returns>
    public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
    {
        ElementType precision = program.Inputs.Any(port => port.Type.Element == ElementType.F64) ? ElementType.F64 : ElementType.F32;
        int lanes = BackendRegistry.Of(Device.Cpu).RowLanes(new ExecutableOptions { Precision = precision });
        IReadOnlyDictionary<string, NdArray> found = new ExecutableBackend(options with { RowLanes = lanes }).Run(program, inputs),
            wanted = cpu.Run(program, inputs);
        foreach (var (name, value) in found)
        {
            Numbers += value.Length;
            for (int i = 0; i < value.Length; i++)
                Differing += BitConverter.DoubleToInt64Bits(value.Data[i]) == BitConverter.DoubleToInt64Bits(wanted[name].Data[i]) ? 0 : 1;
        }

        return found;
    }
}
