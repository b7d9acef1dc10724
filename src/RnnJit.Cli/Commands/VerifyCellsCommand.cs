using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Training;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit verify cells</c>: every built-in cell on a device, bit for bit as on this CPU with equal lanes.</summary>
internal static class VerifyCellsCommand
{
    private const int Steps = 5, Batch = 3, Hidden = 8;

    public static Command Create(Terminal terminal)
    {
        var device = new Option<string>("--device")
        {
            Description = "The device: ilgpu-cpu on any machine, cuda:0, opencl:0 where there is one",
            HelpName = "device",
            DefaultValueFactory = _ => "ilgpu-cpu"
        };
        Option<string> precision = CommonOptions.Text("--precision", "f32 or f64", "f32");
        Option<string?> only = CommonOptions.Optional("--only", "Cells whose name holds this text", "text");
        var command = new Command("cells",
            "Run all built-in cells forward and backward, with and without lengths, on a device and on this CPU in equal lanes: "
                + "no bit may differ")
        {
            device, precision, only,
        };
        command.SetAction(parsed =>
        {
            CommonOptions.RequireAbsent(parsed, "verify cells", CommonOptions.Threads, IsaFlag.Option);
            var options = new ExecutableOptions { Device = Device.Parse(parsed.GetRequiredValue(device)) };
            if (options.Device == Device.Cpu)
                throw new UsageException($"--device is '{Device.Cpu}', which cells are compared with (choose ilgpu-cpu or a GPU)");
            ElementType real = ModelFlags.PrecisionOf(parsed.GetRequiredValue(precision));
            string[] names =
                [.. CellRegistry.Names.Where(name => name.Contains(parsed.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase))];
            if (names.Length == 0)
                throw new UsageException(
                    $"{only.Name} is '{parsed.GetValue(only)}', which no cell's name holds (found: {string.Join(", ", CellRegistry.Names)}"
                        + ")");
            bool json = parsed.GetValue(CommonOptions.Json);
            CellResult[] results = [.. names.Select(name => Print(terminal, json, Run(name, options, real)))];
            int failed = results.Count(result => !result.Passed);
            terminal.Out.WriteLine(json ? JsonSerializer.Serialize(new
            {
                device = options.Device.ToString(),
                passed = results.Length - failed,
                failed,
                numbers = results.Sum(result => result.Numbers),
                cells = results
            }) : string.Create(CultureInfo.InvariantCulture,
                $"{results.Length - failed} passed, {failed} failed; {results.Sum(result => result.Numbers):N0} numbers of "
                + $"'{options.Device}' compared with the CPU's in equal lanes, {results.Sum(result => result.Differing):N0} " + $"differ"));
            return failed == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static CellResult Print(Terminal terminal, bool json, CellResult result)
    {
        terminal.Interrupted.ThrowIfCancellationRequested();
        string found = result.Fault
            ?? string.Create(CultureInfo.InvariantCulture, $"{result.Differing} of {result.Numbers} numbers differ");
        if (!json)
            terminal.Out.WriteLine($"{result.Cell}  {(result.Passed ? "PASS" : "FAIL")} {found}");
        return result;
    }

    // Whatever a cell does to a device, the other cells run.
    private static CellResult Run(string name, ExecutableOptions options, ElementType real)
    {
        var both = new DeviceComparison(options);
        try
        {
            foreach (var (training, lengths) in ((bool, bool)[])[(false, false), (true, false), (true, true)])
            {
                BoundLayer layer = LayerBuilder.Run(new LayerRequest(CellRegistry.Find(
                    name))
                { Steps = Steps, Batch = Batch, Hidden = Hidden, Training = training, Lengths = lengths, Precision = real });
                Compare(layer, both, real);
            }

            return new CellResult(name, both.Numbers, both.Differing, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new CellResult(name, both.Numbers, both.Differing, e.Message);
        }
    }

    private static void Compare(BoundLayer layer, DeviceComparison both, ElementType real)
    {
        using Executable filled = layer.ToExecutable();
        Graph program = real == ElementType.F64 ? GraphMapper.WithPrecision(layer.Program, real) : layer.Program;
        var data = new Dictionary<string, NdArray>(StringComparer.Ordinal);
        foreach (Port port in program.Inputs)
        {
            NdArray given = filled.Input(port.Name).ToNdArray();
            data[port.Name] = port.Name == layer.Ports.Lengths ? new NdArray(given.Shape,
                [.. given.Data.Select((_, row) => (double)(Steps - (row % Steps)))]) : given;
        }

        both.Run(program, data);
    }

    private sealed record CellResult(string Cell, long Numbers, long Differing, string? Fault)
    {
        public bool Passed => Fault is null && Differing == 0 && Numbers > 0;
    }
}
