using RnnJit.Cpu.Gemm;
using RnnJit.Cpu;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>
/// The estimated time of one step of a loop under both schedules, in microseconds: good enough to choose by, not a prediction.
/// </summary>
/// <remarks>docs/decisions/schedules-by-estimate.md has the measurements and the choices to which the constants were fitted.</remarks>
internal readonly record struct ScheduleCost(double BatchParallel, double HiddenParallel)
{
    // One core of a current server with vectors of 512 bits, in numbers per microsecond: multiplications and additions, bytes from its own
    // second-level cache, from a shared one, and those of other workers' results. Only ratios decide.
    private const double Flops512 = 240e3, NearBytes512 = 160e3, FarBytes = 60e3, OthersBytes = 8e3;

    // Microseconds of a barrier, and the factor by which it lengthens work, since all workers wait for the slowest.
    private const double Barrier = 0.15, Waiting = 1.04;

    // Fixed cost of an instruction: computing its addresses and its share of the work.
    private const double Call = 0.02;

    // Exponent of the norm that combines arithmetic and weight reads: they overlap fully except when both take nearly the same time.
    private const double Overlap = 3;

    /// <param name="batch">Rows that batch-parallel workers share.</param>
    /// <param name="workers">Shares of the work.</param>
    /// <param name="threads">Number of workers that run at once.</param>
    public static ScheduleCost Of(IReadOnlyList<Instruction> body, int batch, int workers, int threads)
    {
        int rows = (Math.Max(batch, 1) + workers - 1) / workers;
        double rowPart = (double)rows / Math.Max(batch, 1), part = 1.0 / workers;
        double weights = body.Sum(instruction => WorkOf(instruction).WeightBytes), near = NearBytes512 * CpuWidth.Width / 512;

        // Batch-parallel: each worker reads all weights. Hidden-parallel: each its part, and all meet after each instruction.
        double batchParallel = 0, hiddenParallel = 0;
        foreach (Instruction instruction in body)
        {
            Work work = WorkOf(instruction);
            double rest = work.Flops > 0 ? 0 : instruction.Bytes / near;
            batchParallel += Time(work.Flops * rowPart, rows, work.WeightBytes / Rate(weights, near)) + (rest * rowPart);
            double alone =
                Time(work.Flops * part, Math.Max(batch, 1), work.WeightBytes * part / Rate(weights * part, near)) + (rest * part);
            hiddenParallel += workers > 1 ? (alone * Waiting) + (Barrier * threads / workers)
                + (work.RowBytes * Math.Max(batch, 1) * (1 - part) / OthersBytes) : alone;
        }

        double turns = Math.Ceiling((double)workers / threads);
        return new ScheduleCost(batchParallel * turns, hiddenParallel * turns);
    }

    /// <summary>Microseconds that one thread takes for a whole plan.</summary>
    public static double OfPlan(IEnumerable<Instruction> instructions)
    {
        double near = NearBytes512 * CpuWidth.Width / 512, sum = 0;
        foreach (Instruction instruction in instructions)
        {
            if (instruction is ScanInstruction scan)
            {
                sum += (scan.Steps * OfPlan(scan.Body)) + scan.Chunked.Sum(product => product.Flops / Flops512 * 512 / CpuWidth.Width);
                continue;
            }

            Work work = WorkOf(instruction);
            sum += Call + (work.Flops > 0 ? Time(work.Flops, Rows(instruction),
                work.WeightBytes / Rate(work.WeightBytes, near)) : instruction.Bytes / near);
        }

        return sum;
    }

    private static int Rows(Instruction instruction) => Math.Max(1, instruction switch
    {
        MatMulInstruction<float> product => product.Form.M.Extent,
        MatMulInstruction<double> product => product.Form.M.Extent,
        _ => Gemm.MR,
    });

    private static double Time(double flops, int rows, double reading)
    {
        double arithmetic = flops / (Flops512 * CpuWidth.Width / 512 * OfPeak(rows));
        return Math.Pow(Math.Pow(arithmetic, Overlap) + Math.Pow(reading, Overlap), 1 / Overlap);
    }

    // Fraction of peak for a tile height: the rows of a tile share each read of the weights, and the overhead per step of k does not depend
    // on the height.
    private static double OfPeak(int rows)
    {
        double height = (double)rows / new RowTiles(rows, Gemm.MR, rows).Count;
        return height / (height + (CpuWidth.Width == 512 ? 0.6 : 2));
    }

    // Bandwidth, in bytes per microsecond, of weights that are read in every step: the part that fits into half of the core's L2 stays
    // there.
    private static double Rate(double bytes, double near)
    {
        double nearBytes = Math.Min(bytes, CacheSizes.OfThisMachine.L2 / 2.0);
        return bytes == 0 ? near : bytes / ((nearBytes / near) + ((bytes - nearBytes) / FarBytes));
    }

    // Arithmetic counts multiply-adds of floats, twice as many for doubles; memory counts the bytes of a product's
    // weights and of each row that it reads.
    private readonly record struct Work(double Flops, double WeightBytes, double RowBytes);

    private static Work WorkOf(Instruction instruction) => instruction switch
    {
        MatMulInstruction<float> product =>
            WorkOf(product.Form, product.Storage == WeightStorage.Single ? sizeof(float) : sizeof(ushort), sizeof(float)),
        MatMulInstruction<double> product => WorkOf(product.Form, sizeof(double), sizeof(double)),
        _ => new Work(instruction.Flops, 0, 0),
    };

    private static Work WorkOf(MatMulForm form, int stored, int size)
    {
        double flops = form.Flops * size / sizeof(float);
        return form.IsLooped ? new Work(flops, 0,
            0) : new Work(flops, (double)form.N.Extent * form.K.Extent * stored, (double)form.K.Extent * size);
    }
}
