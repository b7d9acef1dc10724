using System.Globalization;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Ir;
using RnnJit.Cli.Limits;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>The measured times and memory of a layer, beside the least time that the machine's limits allow.</summary>
/// <param name="Compile">Seconds from the cell to a Program that can run.</param>
/// <param name="Flops">Of the products of one run.</param>
/// <param name="ArenaBytes">Bytes of the intermediate values of a run, allocated once.</param>
/// <param name="WeightBytes">Bytes of the trained tensors in their storage format (f32, f64 or 16 bits).</param>
/// <param name="Limit">Seconds that the products need at least, see <see cref="LayerLimit"/>.</param>
internal sealed record LayerReport(LayerRequest Request, double Compile, double Flops, long ArenaBytes, long WeightBytes, RunTimes Times,
    MachineLimits Machine, double Limit)
{
    /// <summary>The limit over the time of the fastest run: 1 where the machine allows no less.</summary>
    public double Share => Limit / Times.Min;

    public static LayerReport Of(LayerRequest request, Executable executable, double compile, RunTimes times, MachineLimits machine) => new(
        request, compile, executable.Plan.Sum(line => line.Flops * line.Times), executable.ArenaBytes, StoredBytes(executable), times,
        machine, new LayerLimit(executable).Seconds(machine));

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson(object? peers, IReadOnlyList<string> notes) => new
    {
        cell = Request.Cell.Name,
        training = Request.Training,
        sizes = new { T = Request.Steps, B = Request.Batch, I = Request.Inputs ?? Request.Hidden, H = Request.Hidden },
        threads = Request.ThreadCount,
        precision = Request.Precision.ToString().ToLowerInvariant(),
        weights = Request.Weights.ToString(),
        schedule = Request.Schedule is { } schedule ? ScheduleFlag.Name(schedule) : null,
        without = Request.Without,
        compile = Compile,
        gflop = Flops / 1e9,
        arenaBytes = ArenaBytes,
        weightBytes = WeightBytes,
        min = Times.Min,
        median = Times.Median,
        p95 = Times.P95,
        gflops = Flops / Times.Min / 1e9,
        limit = Limit,
        share = Share,
        machine = Machine,
        seconds = Times.Sorted,
        peers,
        notes,
    };

    public void Print(TextWriter to)
    {
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"compiled in {Compile * 1e3:0} ms; arena {ArenaBytes:N0} bytes, weights {WeightBytes:N0}"));
        to.WriteLine($"RnnJit {Request.Cell.Name}{Request.Unusual}: {Times.Describe(Flops)}");
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{100 * Share:0.0} % of what this machine allows ({Limit * 1e3:0.000} ms); {Describe(Machine)}"));
    }

    public static string Threads(MachineLimits machine) => machine.Threads == 1 ? "1 thread" : $"{machine.Threads} threads";

    /// <summary>The machine in a line.</summary>
    public static string Describe(MachineLimits machine) => string.Create(CultureInfo.InvariantCulture,
        $"{Threads(machine)}, {machine.VectorBits} bits: FMA peak {machine.SingleFlops / 1e9:0.0} GFLOP/s f32, "
            + $"{machine.DoubleFlops / 1e9:0.0} f64; "
            + $"reads {string.Join(", ", machine.Levels.Select(Rate))} GB/s");

    private static string Rate(MemoryLevel level) =>
        string.Create(CultureInfo.InvariantCulture, $"{level.Name} {level.BytesPerSecond / 1e9:0}");

    /// <summary>Bytes of a layer's trained tensors: matrices may be stored in 16 bits, all else in the layer's precision.</summary>
    public static long StoredBytes(Executable executable) => executable.Program.Inputs.Where(port => port.Role == PortRole.Parameter)
        .Sum(port => (long)executable.Input(port.Name).Length * (executable.Options.Weights != WeightStorage.Single
            && port.Type.Rank > 1 ? 2 : executable.Options.Precision == ElementType.F64 ? 8 : 4));
}
