namespace RnnJit.Verification;

/// <summary>The mapping of a cell's ports to the tensors of a case. A port that is not mapped has the cell's own name.</summary>
internal sealed record GoldenLayout
{
    /// <summary>Names of the cell and of the case.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    /// <summary>The gates of parameters that begin with a prefix, in the order in which a tensor of the case stacks them.</summary>
    public IReadOnlyList<(string Prefix, string Whole, string[] Gates)> Stacks { get; init; } = [];

    /// <summary>Makes a parameter that is none of these; null for the others.</summary>
    public Func<GoldenGraph, string, Value?>? Build { get; init; }

    /// <summary>True where the case has the final states.</summary>
    public bool Finals { get; init; } = true;

    /// <summary>W, U and b in stacks of gates.</summary>
    /// <param name="recurrent">The name of the recurrent weights in the case.</param>
    public static GoldenLayout Gates(string recurrent, params string[] gates) =>
        new() { Stacks = [("W", "W", gates), ("U", recurrent, gates), ("b", "b", gates)] };

    public string? Renamed(string port) => Names.TryGetValue(port, out string? name) ? name : null;
}
