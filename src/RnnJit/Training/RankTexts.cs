using System.Runtime.InteropServices;
using System.Text;

namespace RnnJit.Training;

/// <summary>Texts and small blocks of bytes that ranks tell each other.</summary>
internal static class RankTexts
{
    /// <summary>The text of every rank, in their order.</summary>
    public static string[] Gather(IRanks ranks, string text)
    {
        byte[] own = Encoding.UTF8.GetBytes(text);
        int[] lengths = new int[ranks.Count];
        ranks.AllGather(MemoryMarshal.AsBytes<int>([own.Length]), MemoryMarshal.AsBytes(lengths.AsSpan()));
        int longest = Math.Max(lengths.Max(), 1);
        byte[] padded = new byte[longest], all = new byte[longest * ranks.Count];
        own.CopyTo(padded, 0);
        ranks.AllGather(padded, all);
        return [.. lengths.Select((length, rank) => Encoding.UTF8.GetString(all, rank * longest, length))];
    }

    /// <summary>Requires that all ranks have the same values.</summary>
    /// <param name="facts">Name, value of this rank, and the cure where they differ; the same names at every rank.</param>
    /// <exception cref="RanksException">Two differ; every rank throws it, with the same sentence.</exception>
    public static void RequireSame(IRanks ranks, params (string Name, string Value, string Cure)[] facts)
    {
        string[] all = Gather(ranks, string.Join('\n', facts.Select(fact => fact.Value.ReplaceLineEndings(" "))));
        string[][] values = [.. all.Select(text => text.Split('\n'))];
        for (int fact = 0; fact < facts.Length; fact++)
        {
            for (int rank = 1; rank < values.Length; rank++)
            {
                if (values[rank][fact] != values[0][fact])
                    throw new RanksException($"Rank {rank} has the {facts[fact].Name} {values[rank][fact]} and rank 0 has "
                        + $"{values[0][fact]} ({facts[fact].Cure})");
            }
        }
    }
}
