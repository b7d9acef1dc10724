using RnnJit.Ir;

namespace RnnJit.Contracts;

/// <summary>Sizes for a random Program: small ones, or some that lie beyond a threshold of the runtime.</summary>
internal sealed class RandomSizes(Random random)
{
    private const double SmallWork = 60e3, MostWork = 2.5e6;

    private static readonly int[] Extents = [1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 33];

    public Dictionary<string, int> For(Graph program)
    {
        int kind = random.Next(100);
        for (int turn = 0; kind < 14 && turn < 12; turn++)
        {
            Dictionary<string, int> beyond = Beyond(kind);
            if (GraphCase.Work(program, beyond) <= MostWork)
                return beyond;
        }

        for (int most = Extents.Length; ; most = Math.Max(2, most - 1))
        {
            Dictionary<string, int> small = Small(most);
            if (most == 2 || GraphCase.Work(program, small) <= SmallWork)
                return small;
        }
    }

    private Dictionary<string, int> Small(int most)
    {
        int Extent() => Extents[random.Next(most)];
        return new Dictionary<string, int>
        {
            ["R"] = 1 + random.Next(2),
            ["S"] = 1 + random.Next(3),
            ["T"] = most < 8 ? 1 + random.Next(4) : Pick(1, 2, 3, 4, 6, 9, 17),
            ["B"] = most < 8 ? 1 + random.Next(3) : Pick(1, 1, 2, 3, 5, 9, 17),
            ["V"] = Pick(2, 5, 17),
            ["H"] = Extent(),
            ["X"] = Extent(),
            ["P"] = Extent(),
        };
    }

    private Dictionary<string, int> Beyond(int kind)
    {
        var sizes = new Dictionary<string, int>
        {
            ["R"] = 1,
            ["S"] = 2,
            ["T"] = Pick(1, 2, 4),
            ["B"] = 1 + random.Next(3),
            ["V"] = 3,
            ["H"] = 1 + random.Next(4),
            ["X"] = 1 + random.Next(4),
            ["P"] = 1 + random.Next(4)
        };
        string wide = Pick("H", "X", "P"), other = Pick("H", "X", "P");
        switch (kind)
        {
            case < 4:
                // Rows a page apart.
                sizes[wide] = Pick(512, 1024);
                break;
            case < 7:
                // More k than a chunk of many rows.
                (sizes["T"], sizes["B"], sizes[wide]) = (Pick(1, 9), Pick(15, 17), Pick(200, 330, 690));
                break;
            case < 9:
                // Weights beyond a small L2.
                (sizes[wide], sizes[other]) = (Pick(270, 300), 260);
                break;
            case < 10:
                // Weights of 2 MB and more.
                (sizes["T"], sizes["B"], sizes[wide], sizes[other]) = (1, Pick(1, 2), 740, 730);
                break;
            default:
                // So many rows that B is packed.
                (sizes["T"], sizes["B"], sizes[wide]) = (63, Pick(32, 33), Pick(16, 17));
                break;
        }

        return sizes;
    }

    private T Pick<T>(params T[] items) => items[random.Next(items.Length)];
}
