namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>Draws recipes. The same seed gives the same recipe on every machine.</summary>
internal sealed class RandomRecipes
{
    private static readonly string[] Unary =
        ["sigmoid", "tanh", "relu", "abs", "neg", "root", "log", "exp", "softplus", "complement", "half", "detach", "softmax", "norm",
            "bias", "scale", "gate"];

    private static readonly string[] Binary = ["sum", "sum", "difference", "times", "times", "ratio", "max", "min", "choose", "swap"];
    private static readonly string[] Narrow = ["mean", "maximum", "logsumexp"];
    private static readonly int[] Extents = [1, 1, 2, 3, 4, 5, 8, 15, 16, 17, 33];

    private readonly Random random;
    private readonly List<RandomNode> nodes = [];
    private readonly List<double> bounds = [];
    private string[] states = [];
    private bool perSequence;

    private RandomRecipes(int seed) => random = new Random(seed);

    public static ProgramRecipe Of(int seed)
    {
        var draw = new RandomRecipes(seed);
        return draw.Program(seed);
    }

    private ProgramRecipe Program(int seed)
    {
        CellRecipe[] layers = Enumerable.Range(0, Chance(0.3) ? 2 : 1).Select(_ => Cell()).ToArray();
        Dictionary<string, int> sizes = Sizes();
        int[]? lengths = Chance(1.0 / 3) ? Enumerable.Range(0, sizes["B"]).Select(_ => random.Next(sizes["T"] + 1)).ToArray() : null;
        return new ProgramRecipe(seed, layers, Chance(0.4), Chance(0.1), Chance(0.2), Chance(0.85), lengths, sizes);
    }

    // Work is bounded, so that thousands of programs fit into a test run.
    private Dictionary<string, int> Sizes()
    {
        while (true)
        {
            var sizes = new Dictionary<string,
                int>
            { ["T"] = Pick([1, 2, 3, 4, 6]), ["B"] = Pick([1, 1, 2, 3, 5, 9, 15, 17, 33]), ["V"] = Pick([2, 5, 17]) };
            foreach (string symbol in new[] { "H", "P", "X", "S", "G", "Q" })
                sizes[symbol] = Pick(Extents);
            if (sizes["T"] * sizes["B"] * (sizes["H"] + sizes["X"] + sizes["G"]) <= 500)
                return sizes;
        }
    }

    private CellRecipe Cell()
    {
        nodes.Clear();
        bounds.Clear();
        states = [.. Enumerable.Range(0, Pick([1, 1, 2, 2, 3])).Select(s => s == 0 ? "H" : Pick<string>(["H", "P"]))];
        perSequence = Chance(0.2);
        int ports = 1 + states.Length + (perSequence ? 1 : 0);
        for (int i = 0; i < ports; i++)
            bounds.Add(1);
        bool recurrent = Chance(0.5);
        int count = random.Next(4, 24);
        if (recurrent)
            AddProduct(1 + random.Next(states.Length));
        AddProduct(0);
        while (nodes.Count < count)
            AddRandom(recurrent);
        int[] next = states.Select(NextState).ToArray();
        var results = new List<(string, int)>();
        if (Chance(0.4))
            results.Add(("y", Any(last: 8)));
        if (Chance(0.3))
            results.Add(("z", Late(next)));
        return new CellRecipe([.. states], perSequence, [.. nodes], next, [.. results]);
    }

    private void AddRandom(bool recurrent)
    {
        double which = random.NextDouble();
        int a = Any(last: 10);
        if (which < 0.15 && (recurrent || !ReadsState(a)))
            AddProduct(a);
        else if (which < 0.19 && recurrent)
            AddWide("bilinear", a, Any(last: 10));
        else if (which < 0.24 && recurrent)
            AddWide("long product", a, Any(last: 10));
        else if (which < 0.32 && Width(a) != "1")
            Add(new RandomNode(Pick(Narrow), "1", a));
        else if (which < 0.62)
            AddUnary(Pick(Unary), a);
        else
            AddBinary(Pick(Binary), a);
    }

    private void AddUnary(string kind, int a) =>
        Add(new RandomNode(kind, Width(a), a, Weight: kind is "bias" or "scale" or "gate" ? NewWeight() : ""));

    // The second operand has the same width, or one number a row.
    private void AddBinary(string kind, int a)
    {
        int[] partners =
            Enumerable.Range(0, bounds.Count).Where(value => Width(value) == Width(a) || (kind != "swap" && Width(value) == "1")).ToArray();
        Add(new RandomNode(kind, Width(a), a, Pick(partners)));
    }

    private void AddProduct(int a)
    {
        string width = Pick<string>([.. states, "H", "X"]);
        RandomNode? tied =
            Chance(0.15) ? nodes.FirstOrDefault(node => node.Kind == "product" && node.Width == width && Width(node.A) == Width(a)) : null;
        Add(new RandomNode("product", width, a, Weight: tied?.Weight ?? NewWeight()));
    }

    private void AddWide(string kind, int a, int b) => Add(new RandomNode(kind, Pick<string>([.. states, "H"]), a, b, NewWeight()));

    private string NewWeight() => "W" + nodes.Count;

    private int Add(RandomNode node)
    {
        nodes.Add(node);
        double a = bounds[node.A], b = node.B < 0 ? 0 : bounds[node.B];
        bounds.Add(node.Kind switch
        {
            "sigmoid" or "tanh" or "exp" or "softmax" => 1,
            "norm" => 3,
            "logsumexp" => a + 3.5,
            "root" or "complement" or "softplus" => a + 1,
            "sum" or "difference" or "choose" or "swap" => a + b,
            "times" => a * b,
            "bilinear" => 1.5 * a * b,
            "product" => 1.5 * a,
            "long product" => 1.5 * Math.Max(a, b),
            "max" or "min" => Math.Max(a, b),
            "bias" => a + 0.7,
            "half" => a / 2,
            _ => a,
        });
        return bounds[^1] > 3 ? Add(new RandomNode("tanh", node.Width, bounds.Count - 1)) : bounds.Count - 1;
    }

    private int NextState(string width)
    {
        int[] made = Enumerable.Range(bounds.Count - nodes.Count, nodes.Count).Where(value => Width(value) == width).TakeLast(4).ToArray();
        int value =
            made.Length > 0 && !Chance(0.05) ? Pick(made) : Add(new RandomNode("product", width, Any(last: 5), Weight: NewWeight()));
        return bounds[value] > 1.2 ? Add(new RandomNode("tanh", width, value)) : value;
    }

    // A product that no state needs, of what the next state is or reads.
    private int Late(int[] next)
    {
        int product =
            Add(new RandomNode("product", Pick<string>([.. states, "X"]), Chance(0.5) ? Pick(next) : Any(last: 10), Weight: NewWeight()));
        return Chance(0.5) ? Add(new RandomNode("sigmoid", Width(product), product)) : product;
    }

    private bool ReadsState(int value)
    {
        int ports = bounds.Count - nodes.Count;
        if (value < ports)
            return value > 0 && value <= states.Length;
        RandomNode node = nodes[value - ports];
        return ReadsState(node.A) || (node.B >= 0 && ReadsState(node.B));
    }

    private string Width(int value)
    {
        int ports = bounds.Count - nodes.Count;
        return value == 0 ? "X" : value <= states.Length ? states[value - 1] : value < ports ? "S" : nodes[value - ports].Width;
    }

    private int Any(int last) => Chance(0.25) ? random.Next(bounds.Count) : random.Next(Math.Max(0, bounds.Count - last), bounds.Count);

    private bool Chance(double probability) => random.NextDouble() < probability;

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}
