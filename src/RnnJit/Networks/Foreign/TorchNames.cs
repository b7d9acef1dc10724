using System.Text.RegularExpressions;

namespace RnnJit.Networks;

/// <summary>
/// Names of <c>torch.nn.LSTM</c>, <c>GRU</c> and <c>RNN</c>: <c>rnn.weight_ih_l1_reverse</c> is W of layer <c>rnn.l1</c>, backward.
/// </summary>
internal static partial class TorchNames
{
    /// <summary>The kinds of tensors of a layer, in PyTorch's order.</summary>
    public const string InputWeight = "weight_ih", RecurrentWeight = "weight_hh", InputBias = "bias_ih", RecurrentBias = "bias_hh",
        Projection = "weight_hr";

    [GeneratedRegex(
        @"^(?<module>(?:.*\.)?)(?<kind>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)_l(?<layer>\d{1,6})(?<reverse>_reverse)?\z",
        RegexOptions.Singleline)]
    public static partial Regex OfLayer();

    public static string Of(string module, string kind, int layer, bool reverse) =>
        $"{module}{kind}_l{layer}{(reverse ? "_reverse" : "")}";

    /// <summary>The name of a layer that is made of a module's layer: <c>rnn.</c>, 1 ⇒ <c>rnn.l1</c>.</summary>
    public static string Layer(string module, int layer) => $"{module}l{layer}";

    /// <summary>Modules and layers of the other library for the layers of a model: <c>rnn.l1</c> and <c>rnn1</c> are layer 1 of
    /// <c>rnn.</c> where that has a layer 0 too; a layer that stands alone is layer 0 of a module of its name.</summary>
    public static Dictionary<string, (string Module, int Layer)> OfLayers(IReadOnlyList<RecurrentGroup> groups)
    {
        var places = new Dictionary<string, (string Module, int Layer)>(StringComparer.Ordinal);
        var stacks = groups.Select(group => group.Layer).Distinct().GroupBy(name => Numbered().Match(name) is { Success: true } match
            ? match.Groups["module"].Value is var module && (module.Length == 0 || module[^1] == '.') ? module : module + "."
            : name + ".");
        foreach (var stack in stacks)
        {
            (string Name, int Layer)[] layers = [.. stack.Select(name =>
                (name, Numbered().Match(name) is { Success: true } match ? int.Parse(match.Groups["layer"].Value) : 0))
                .OrderBy(pair => pair.Item2)];
            bool follow = layers.Select((pair, i) => pair.Layer == i).All(same => same)
                && Fit(groups, [.. layers.Select(pair => pair.Name)]);
            foreach (var (name, layer) in layers)
                places[name] = follow ? (stack.Key, layer) : (name + ".", 0);
        }

        return places;
    }

    // Layers of one module have one cell, equal sizes, equal directions and biases all or none.
    private static bool Fit(IReadOnlyList<RecurrentGroup> groups, string[] layers)
    {
        RecurrentGroup[][] directions = [.. layers.Select(layer => groups.Where(group => group.Layer == layer).ToArray())];
        RecurrentGroup first = directions[0][0];
        return directions.Select((pair, layer) => pair.Length == directions[0].Length && pair.All(group =>
            group.Cell == first.Cell && group.Hidden == first.Hidden && group.Width == first.Width && group.Biased == first.Biased
            && group.Inputs == (layer == 0 ? first.Inputs : pair.Length * first.Width))).All(same => same);
    }

    // An underscore before the number is part of a name that Keras gave: lstm_1 is no second layer of lstm.
    [GeneratedRegex(@"^(?<module>.*?)(?:(?<=^|\.)l|(?<![_\d]))(?<layer>\d{1,6})\z", RegexOptions.Singleline)]
    private static partial Regex Numbered();
}
