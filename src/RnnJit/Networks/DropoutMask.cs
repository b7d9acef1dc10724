using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Randomness;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>The numbers of masks, see <see cref="MaskPort"/>.</summary>
internal static class DropoutMask
{
    /// <summary>Fills a mask. Its numbers depend on seed, run step, site, row (t · B + b) and unit alone.</summary>
    /// <param name="site">Which mask of the Program it is.</param>
    public static void Fill(Tensor mask, MaskLaw law, ulong seed, ulong step, int site)
    {
        var (low, high, _, _) = Philox.Block(seed, step, (ulong)site);
        ulong key = low | ((ulong)high << 32);
        int units = mask.Shape.Count == 0 ? 1 : mask.Shape[^1], rows = mask.Length / Math.Max(units, 1);
        float drawn = (float)law.Drawn, other = (float)law.Other;
        Span<float> row = units <= 1024 ? stackalloc float[units] : new float[units];
        for (int r = 0; r < rows; r++)
        {
            Philox.FillBernoulliMask(row, 1 - law.Rate, key, (ulong)r);
            for (int u = 0; u < units; u++)
            {
                if (mask.Element == ElementType.F32)
                    mask.Single[(r * units) + u] = row[u] == 0 ? drawn : other;
                else
                    mask.Double[(r * units) + u] = row[u] == 0 ? law.Drawn : law.Other;
            }
        }
    }
}
