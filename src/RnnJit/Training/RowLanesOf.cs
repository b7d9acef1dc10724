using System.Numerics;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>The lanes of row sums that a checkpoint was trained with, where it goes on.</summary>
internal static class RowLanesOf
{
    /// <summary>Text of a checkpoint: the lanes. Files of before have none.</summary>
    public const string Key = "row_lanes";

    private const int Most = 16;

    /// <summary>
    /// Model options for a resumed training: the checkpoint's lanes if the caller sets none and the device has them, so that the training
    /// continues with the same bits. Otherwise a warning names the device's lanes.
    /// </summary>
    /// <exception cref="CheckpointException">The file holds an invalid number of lanes.</exception>
    /// <exception cref="ArgumentException">The device does not have the lanes that the caller sets.</exception>
    public static ModelOptions Resume(Checkpoint checkpoint, ElementType precision, ModelOptions run)
    {
        if (!checkpoint.Has(Key))
            return run;
        int lanes = checkpoint.Number(Key);
        if (lanes > Most || !BitOperations.IsPow2(lanes))
            throw new CheckpointException($"'{checkpoint.Path}' has {Key} = {lanes}, wanted 1, 2, 4, 8 or {Most} (use another copy)");
        if (run.RowLanes == 0 && Has(run.Device, precision, lanes))
            return run with { RowLanes = lanes };

        int own = BackendRegistry.Of(run.Device).RowLanes(new ExecutableOptions { Precision = precision, RowLanes = run.RowLanes });
        if (own != lanes)
        {
            Warnings.Once("RNNJ226", checkpoint.Path,
                $"'{checkpoint.Path}' was trained with RowLanes {lanes} and goes on with {own} on '{run.Device}', "
                + "so last bits differ from those of an uninterrupted training (resume on a device that has the same lanes)");
        }

        return run;
    }

    private static bool Has(Device device, ElementType precision, int lanes)
    {
        try
        {
            return BackendRegistry.Of(device).RowLanes(new ExecutableOptions { Precision = precision, RowLanes = lanes }) == lanes;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
