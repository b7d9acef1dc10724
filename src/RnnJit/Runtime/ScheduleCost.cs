namespace RnnJit.Runtime;

/// <summary>What one step of a loop takes under both schedules, in microseconds: an estimate to choose by, not a prediction.</summary>
internal readonly record struct ScheduleCost(double BatchParallel, double HiddenParallel)
{
    // One core of a current server, in numbers per microsecond; only their ratios decide.
    private const double Flops = 80e3, NearBytes = 60e3, FarBytes = 25e3, Barrier = 0.4;

    // What a core has for itself in its second-level cache.
    private const double NearSize = 512e3;

    /// <param name="batch">Rows that batch-parallel workers share.</param>
    public static ScheduleCost Of(IReadOnlyList<Instruction> body, int batch, int workers)
    {
        double rows = batch == 0 ? 1 : Math.Ceiling(batch / (double)workers) / batch, part = 1.0 / workers;
        double weights = body.Sum(WeightBytes);

        // Batch-parallel: each worker reads all weights. Hidden-parallel: each its part, and all meet after each instruction.
        double whole = weights <= NearSize ? NearBytes : FarBytes, cut = weights * part <= NearSize ? NearBytes : FarBytes;
        double batchParallel = 0, hiddenParallel = 0;
        foreach (Instruction instruction in body)
        {
            double flops = instruction.Flops, read = WeightBytes(instruction), rest = flops > 0 ? 0 : instruction.Bytes;
            batchParallel += Math.Max(flops * rows / Flops, read / whole) + (rest * rows / NearBytes);
            hiddenParallel += Math.Max(flops * part / Flops, read * part / cut) + (rest * part / NearBytes) + (workers > 1 ? Barrier : 0);
        }

        return new ScheduleCost(batchParallel, hiddenParallel);
    }

    private static double WeightBytes(Instruction instruction) => instruction switch
    {
        ProductInstruction<float> product => Weights(product.Form, sizeof(float)),
        ProductInstruction<double> product => Weights(product.Form, sizeof(double)),
        _ => 0,
    };

    private static double Weights(ProductForm form, int size) => form.IsLooped ? 0 : (double)form.N.Extent * form.K.Extent * size;
}
