using System.CommandLine;
using System.Globalization;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Training;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Cli.Commands;

/// <summary>The options that say what runs the cases of <c>verify</c>, and how.</summary>
internal sealed class BackendFlags
{
    private static readonly Device[] Known = [Device.Cpu, Device.Scalar, Device.Interpreter];

    private readonly Option<string> backend =
        CommonOptions.Text("--backend", "What runs the cases: " + string.Join(", ", Known.Select(Name)), Name(Known[0]));
    private readonly Option<string?> device = CommonOptions.Optional(
        "--device", "A device that runs the cases instead: ilgpu-cpu on any machine, cuda:0, opencl:0 where there is one", "device");
    private readonly Option<string> precision = CommonOptions.Text("--precision", "f32 or f64", "f32");
    private readonly Option<string[]> without = WithoutFlag.Create(open: false);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[backend, device, precision, without])
            command.Add(option);
    }

    public ElementType Precision(ParseResult parsed) => ModelFlags.PrecisionOf(parsed.GetRequiredValue(precision));

    /// <exception cref="UsageException">There is no such backend or pass, or the backend has no place for an option.</exception>
    /// <exception cref="ArgumentException">There cannot be so many threads.</exception>
    public IGoldenBackend Read(ParseResult parsed)
    {
        if (parsed.GetValue(device) is { } name)
            return OnDevice(parsed, name);

        string wanted = parsed.GetRequiredValue(backend);
        if (Array.FindIndex(Known, known => Name(known) == wanted) is not (>= 0 and var found))
            throw new UsageException($"--backend is '{wanted}', wanted {string.Join(", ", Known.Select(Name))} (change it)");
        if (Known[found] != Device.Interpreter)
            return new ExecutableBackend(new ExecutableOptions
            {
                Device = Known[found],
                Threads = parsed.GetValue(CommonOptions.Threads),
                Without = LayerRequest.Stages(WithoutFlag.Read(parsed, without))
            });

        // It walks the graph as it is written, number by number.
        if (((Option[])[without, CommonOptions.Threads, IsaFlag.Option])
            .FirstOrDefault(option => CommonOptions.IsGiven(parsed, option)) is { } idle)
            throw new UsageException($"{idle.Name} has no meaning with --backend {wanted} (leave it out)");
        return new GoldenInterpreter();
    }

    private IGoldenBackend OnDevice(ParseResult parsed, string name)
    {
        if (CommonOptions.IsGiven(parsed, backend))
            throw new UsageException($"{device.Name} and {backend.Name} both say what runs the cases (leave one out)");
        var options =
            new ExecutableOptions { Device = Device.Parse(name), Without = LayerRequest.Stages(WithoutFlag.Read(parsed, without)) };
        return Known.Contains(options.Device) ? new ExecutableBackend(options) : new DeviceComparison(options);
    }

    /// <summary>
    /// The passes left out, threads and vector width given on the command line, in parentheses; empty where none is given.
    /// </summary>
    public string Describe(ParseResult parsed)
    {
        var asked = new List<string>();
        if (WithoutFlag.Read(parsed, without) is { Length: > 0 } passes)
            asked.Add("without " + string.Join(", ", passes));
        if (CommonOptions.IsGiven(parsed, CommonOptions.Threads))
            asked.Add("threads: " + parsed.GetValue(CommonOptions.Threads).ToString(CultureInfo.InvariantCulture));
        if (IsaFlag.IsGiven(parsed))
            asked.Add($"vectors of {IsaFlag.Bits} bits");
        return asked.Count == 0 ? "" : $" ({string.Join("; ", asked)})";
    }

    /// <summary>For <c>--json</c>; null for the interpreter.</summary>
    public object? ToJson(ParseResult parsed, IGoldenBackend chosen) =>
        ((chosen as ExecutableBackend)?.Options ?? (chosen as DeviceComparison)?.Options) is not { } options ? null : new
        {
            threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
            vectorBits = IsaFlag.Bits,
            without = WithoutFlag.Read(parsed, without),
        };

    private static string Name(Device device) => device.ToString();
}
