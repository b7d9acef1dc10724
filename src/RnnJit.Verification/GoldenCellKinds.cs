using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>The cells of golden cases and how each case lays out their weights.</summary>
internal static class GoldenCellKinds
{
    private static readonly string[] Gates = ["i", "f", "g", "o"];

    private static readonly string[] Gains = [.. Gates.Select(gate => gate + "_gain")];

    private static readonly GoldenLayout LstmRows = GoldenLayout.Gates("R", Gates);

    public static IReadOnlyDictionary<string, Func<GoldenCase, ElementType, Graph>> All { get; } =
        new Dictionary<string, Func<GoldenCase, ElementType, Graph>>(StringComparer.Ordinal)
        {
            ["cell.elman"] = GoldenCells.Elman,
            ["cell.gru_reset_before"] = GoldenCells.Of(typeof(Gru), GoldenLayout.Gates("R", "r", "z", "n")),
            ["cell.jordan"] = GoldenCells.Of(typeof(Jordan)),
            ["cell.leaky_integrator"] = GoldenCells.Of(typeof(LeakyIntegrator)),
            ["cell.indrnn"] = GoldenCells.Of(typeof(IndRnn)),
            ["cell.mgu"] = GoldenCells.Of(typeof(Mgu), GoldenLayout.Gates("U", "f", "n")),
            ["cell.sru"] = GoldenCells.Of(typeof(Sru), new GoldenLayout { Stacks = [("W", "W", ["", "f", "r"])] }),
            ["cell.cifg_lstm"] = GoldenCells.Of(typeof(LstmCoupled), GoldenLayout.Gates("R", "f", "g", "o")),
            ["cell.peephole_lstm"] = GoldenCells.Of(typeof(LstmPeephole), LstmRows),
            ["cell.layernorm_lstm"] = GoldenCells.Of(given => Numbers(typeof(LstmLayerNorm), ("epsilon", Number(given, "eps"))),
            Named(("U", "R"))),
            ["cell.layernorm_lstm_pergate"] = GoldenCells.Of(
            given => Numbers(typeof(LstmLayerNormGates), ("epsilon", Number(given, "eps")), ("forgetBias", Number(given, "forgetBias"))),
            new GoldenLayout { Stacks = [("W", "W", Gates), ("U", "R", Gates)], Build = Normalisation }),
            ["cell.multiplicative_rnn"] = GoldenCells.Of(typeof(MultiplicativeRnn),
            Named(("Wm", "Wmx"), ("Um", "Wmh"), ("W", "Whx"), ("V", "Whm"))),
            ["cell.bilinear_second_order"] = GoldenCells.Of(typeof(SecondOrder)),
            ["cell.symbol_second_order"] = GoldenCells.Of(typeof(SymbolSecondOrder),
            Named(("symbol", "symbols"), ("h", "x0")) with { Build = BySymbol, Finals = false }),
            ["cell.zoneout_lstm"] = Transformed(cell => cell.WithZoneout(0.5), LstmRows, ("h_zone", "zh"), ("c_zone", "zc")),
            ["cell.recurrent_dropout_lstm"] = Transformed(cell => cell.WithRecurrentDropout(0.5), LstmRows, ("c_update_mask", "mg")),
            ["cell.variational_dropout_lstm"] = Transformed(cell => cell.WithVariationalDropout(0.5, 0.5), LstmRows, ("x_mask", "mx"),
            ("h_mask", "mh")),
            ["cell.weightnorm_lstm"] = Transformed(cell => cell.WithWeightNorm(), new GoldenLayout
            {
                Stacks = [("W", "vW", Gates),
            ("U", "vR", Gates), ("b", "b", Gates), ("W", "gW", Gains), ("U", "gR", Gains)]
            }),
            ["cell.clockwork_rnn"] = GoldenCells.Of(typeof(Clockwork), Named(("mask", "umask"))),
        };

    private static GoldenLayout Named(params (string Cell, string Case)[] names) =>
        new() { Names = names.ToDictionary(pair => pair.Cell, pair => pair.Case) };

    // Masks are what the case says, so the rates do not matter.
    private static Func<GoldenCase, ElementType, Graph> Transformed(Func<CellDefinition, CellDefinition> change, GoldenLayout layout,
        params (string Cell, string Case)[] masks) =>
        GoldenCells.Of(_ => change(CellTracer.Trace(typeof(Lstm))), layout with { Names = Named(masks).Names });

    private static double Number(GoldenCase given, string name) => GoldenReader.Double(GoldenReader.Member(given.Config, name), name);

    private static CellDefinition Numbers(Type cell, params (string Name, double Value)[] numbers) =>
        CellTracer.Trace(cell, numbers.ToDictionary(pair => pair.Name, pair => pair.Value));

    // Rows i, f, g, o and c of g and b [5, H].
    private static Value? Normalisation(GoldenGraph graph, string port)
    {
        int row = "ifgoc".IndexOf(port[1]);
        return port[0] is 'g' or 'b' ? graph.Reshape(graph.Slice(graph.Parameter(port[..1], 5, "H"), 0, row, 1), "H") : null;
    }

    // W [K, H, H + 1]: column 0 is the bias.
    private static Value BySymbol(GoldenGraph graph, string port)
    {
        Value whole = graph.Parameter("W", "K", "H", Dim.Symbol("H") + 1);
        return port == "b" ? graph.Transpose(graph.Reshape(graph.Slice(whole, 2, 0, 1), "K", "H"), 1, 0) : graph.Slice(whole, 2, 1, "H");
    }
}
