using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Contracts;

/// <summary>Masks of dropout and zoneout, given as inputs.</summary>
public static class Masks
{
    private static readonly Func<CellDefinition, CellDefinition>[] All =
    [
        cell => cell.WithVariationalDropout(0.2, 0),
        cell => cell.WithVariationalDropout(0, 0.3),
        cell => cell.WithRecurrentDropout(0.25),
        cell => cell.WithDropConnect(0.5),
        cell => cell.WithZoneout(0.1),
    ];

    /// <summary>The cell with every mask that it has a place for.</summary>
    public static CellDefinition Masked(CellDefinition cell)
    {
        foreach (var mask in All)
        {
            try
            {
                cell = mask(cell);
            }
            catch (GraphException e) when (e.Id == "RNNJ166")
            {
                // The cell has no place for this one.
            }
        }

        return cell;
    }

    /// <summary>Masks by their law, rounded as float32 holds them.</summary>
    public static Dictionary<string, NdArray> Draw(CellDefinition cell, Graph program, Dictionary<string, int> sizes)
    {
        var random = new Random(3);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        foreach (Port port in cell.Step.Inputs.Where(MaskPort.Is))
        {
            MaskLaw law = MaskPort.Law(port);
            double[] mask = data[port.Name].Data;
            for (int i = 0; i < mask.Length; i++)
                mask[i] = (float)(random.NextDouble() < law.Rate ? law.Drawn : law.Other);
        }

        return data;
    }
}
