using RnnJit.Cpu;

namespace RnnJit.Runtime;

/// <summary>What one step of a loop takes under both schedules, in microseconds: an estimate to choose by, not a prediction.</summary>
/// <remarks>docs/decisions/schedules-by-estimate.md has the measurements that the constants come from.</remarks>
internal readonly record struct ScheduleCost(double BatchParallel, double HiddenParallel)
{
    // One core of a current server with vectors of 512 bits, in numbers per microsecond: multiplications and additions, bytes from its own second-level
    // cache, from a shared one, and those of other workers' results. Only ratios decide.
    private const double Flops512 = 240e3, NearBytes512 = 160e3, FarBytes = 60e3, OthersBytes = 8e3;

    // A barrier, and how much longer work takes that ends with one, for the slowest worker is waited for.
    private const double Barrier = 0.15, Waiting = 1.04;

    // Reading weights hides behind arithmetic, but for where one takes nearly as long as the other.
    private const double Overlap = 3;

    /// <param name="batch">Rows that batch-parallel workers share.</param>
    public static ScheduleCost Of(IReadOnlyList<Instruction> body, int batch, int workers)
    {
        int rows = (Math.Max(batch, 1) + workers - 1) / workers;
        double rowPart = (double)rows / Math.Max(batch, 1), part = 1.0 / workers;
        double weights = body.Sum(instruction => Of(instruction).Weights), near = NearBytes512 * CpuWidth.Width / 512;

        // Batch-parallel: each worker reads all weights. Hidden-parallel: each its part, and all meet after each instruction.
        double batchParallel = 0, hiddenParallel = 0;
        foreach (Instruction instruction in body)
        {
            Product product = Of(instruction);
            double flops = instruction.Flops, rest = flops > 0 ? 0 : instruction.Bytes / near;
            batchParallel += Time(flops * rowPart, rows, product.Weights / Rate(weights, near)) + (rest * rowPart);
            double alone = Time(flops * part, Math.Max(batch, 1), product.Weights * part / Rate(weights * part, near)) + (rest * part);
            hiddenParallel += workers > 1 ? (alone * Waiting) + Barrier + (product.RowBytes * Math.Max(batch, 1) * (1 - part) / OthersBytes) : alone;
        }

        return new ScheduleCost(batchParallel, hiddenParallel);
    }

    private static double Time(double flops, int rows, double reading)
    {
        double arithmetic = flops / (Flops512 * CpuWidth.Width / 512 * OfPeak(rows));
        return Math.Pow(Math.Pow(arithmetic, Overlap) + Math.Pow(reading, Overlap), 1 / Overlap);
    }

    // Rows of a tile of a product share what is read of the weights; what else a step of k takes is as long for few of them.
    private static double OfPeak(int rows)
    {
        bool isWide = CpuWidth.Width == 512;
        int most = isWide ? 12 : 6, tiles = (rows + most - 1) / most;
        double height = (double)rows / tiles;
        return height / (height + (isWide ? 0.6 : 2));
    }

    // Bytes a microsecond of weights that are read again in each step: a part of them stays in what a core has for itself.
    private static double Rate(double bytes, double near)
    {
        double nearBytes = Math.Min(bytes, CacheSizes.OfThisMachine.L2 / 2.0);
        return bytes == 0 ? near : bytes / ((nearBytes / near) + ((bytes - nearBytes) / FarBytes));
    }

    // Bytes of the weights of a product, and of a row that it reads.
    private readonly record struct Product(double Weights, double RowBytes);

    private static Product Of(Instruction instruction) => instruction switch
    {
        ProductInstruction<float> product => Of(product.Form, product.Storage == WeightStorage.Single ? sizeof(float) : sizeof(ushort), sizeof(float)),
        ProductInstruction<double> product => Of(product.Form, sizeof(double), sizeof(double)),
        _ => default,
    };

    private static Product Of(ProductForm form, int stored, int size) => form.IsLooped ? default : new Product((double)form.N.Extent * form.K.Extent * stored, (double)form.K.Extent * size);
}
