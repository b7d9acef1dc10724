using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Gallery.Systems;

/// <summary>
/// A second-order network of two units over the symbols 0 and 1, which accepts a string where z = tanh(P₀ + Σ Pⱼ hⱼ) > 0 at its end.
/// </summary>
/// <param name="Zero">The weights of symbol 0 as they are printed: rows are units, columns are bias and units.</param>
/// <param name="One">The weights of symbol 1.</param>
/// <param name="P">The weights of z: bias and units.</param>
/// <param name="Begin">The units before the first symbol.</param>
internal sealed record Recognizer(
    string Name, double[] Zero, double[] One, double[] P, (double X, double Y) Begin, string[] Accepted, string[] Rejected)
{
    /// <summary>Inputs symbols i32[T, B] and lengths i32[B]; results z [B, 1] at the end of each string and states [T, B, 2].</summary>
    public NetworkBuilder Network()
    {
        var net = new NetworkBuilder("Recognizer");
        Indices symbols = net.Indices("symbols", "T", "B");
        net.Lengths("lengths", "B");
        var options = new RecurrentOptions { Dims = new Dictionary<string, Dim> { ["K"] = net.Size("K", 2) } };
        CellDefinition cell = CellRegistry.Find(typeof(SymbolSecondOrder));
        RecurrentLayer layer = net.Recurrent("layer", cell, symbols.Tensor, net.Size("H", 2), options);
        net.Output("z", Rnn.Tanh(net.Dense("accept", layer.Last, 1)));
        net.Output("states", layer.Output);
        return net;
    }

    /// <summary>The network with its printed weights, in double precision.</summary>
    public Model Open(int threads) => HandSet.Open(
        Network(), new ModelOptions { Precision = ElementType.F64, Threads = threads },
        ("layer.W", [Zero[1], Zero[2], Zero[4], Zero[5], One[1], One[2], One[4], One[5]]), ("layer.b", [Zero[0], One[0], Zero[3], One[3]]),
        ("accept.W", P[1..]), ("accept.b", P[..1]));

    /// <summary>The strings of the lecture's table: the accepted ones, then the rejected ones.</summary>
    public string[] Strings => [.. Accepted, .. Rejected];

    /// <summary>The answer to each of some strings: true where it is accepted.</summary>
    public bool[] Accepts(string[] strings, int threads)
    {
        using Model model = Open(threads);
        using Session session = Run(model, strings, "z");
        return [.. session.Output("z").Read<double>().ToArray().Select(z => z > 0)];
    }

    /// <summary>The states along a string, the first one included.</summary>
    public IEnumerable<(double X, double Y)> Path(string text)
    {
        using Model model = Open(threads: 1);
        using Session session = Run(model, [text], "states");
        double[] h = session.Output("states").Read<double>().ToArray();
        return [Begin, .. Enumerable.Range(0, text.Length).Select(t => (h[2 * t], h[2 * t + 1]))];
    }

    /// <summary>The units after a symbol, by plain arithmetic.</summary>
    public (double X, double Y) Next(int symbol, (double X, double Y) h)
    {
        double[] w = symbol == 0 ? Zero : One;
        return (Math.Tanh(w[0] + w[1] * h.X + w[2] * h.Y), Math.Tanh(w[3] + w[4] * h.X + w[5] * h.Y));
    }

    /// <summary>The state that a repeated symbol leads to, from the first state.</summary>
    /// <exception cref="InvalidOperationException">It leads to no fixed point.</exception>
    public FixedPlace FixedPoint(int symbol)
    {
        const int Repeats = 10_000;
        (double X, double Y) h = Begin;
        for (int i = 0; i < Repeats; i++)
            h = Next(symbol, h);
        if (Next(symbol, h) != h)
            throw new InvalidOperationException($"The symbol {symbol} of '{Name}' leads to no fixed point in {Repeats} repeats (draw "
                + $"its cycle)");

        // The Jacobian has the rows (1 − h²) W.
        double[] w = symbol == 0 ? Zero : One;
        double sx = 1 - h.X * h.X, sy = 1 - h.Y * h.Y;
        return FixedPlace.Of(h.X, h.Y, (sx * w[1], sx * w[2], sy * w[4], sy * w[5]));
    }

    // Runs the model on a batch with one string per row; 'lengths' has the length of each.
    private Session Run(Model model, string[] strings, string result)
    {
        int steps = strings.Max(text => text.Length), batch = strings.Length;
        Session session = model.Open(new SessionOptions { Steps = steps, Batch = batch, Results = [result] });
        session.State[0].Set([.. strings.SelectMany(_ => new[] { Begin.X, Begin.Y })]);
        Span<int> symbols = session.Input("symbols").Write<int>(), lengths = session.Input("lengths").Write<int>();
        for (int row = 0; row < batch; row++)
        {
            lengths[row] = strings[row].Length;
            for (int t = 0; t < strings[row].Length; t++)
                symbols[t * batch + row] = strings[row][t] - '0';
        }

        session.Run();
        return session;
    }
}
