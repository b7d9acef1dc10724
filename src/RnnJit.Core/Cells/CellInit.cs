using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>The initialisers of trained parameters.</summary>
public static class CellInit
{
    /// <summary>The names that <see cref="InitAttribute"/> takes, besides numbers.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["glorot", "orthogonal", "identity", "uniform", "uniform01", "zeros", "ones"];

    /// <summary>Gives every parameter without an initialiser the default: orthogonal for a matrix that multiplies a state (Saxe et al.
    /// 2013), Glorot for other matrices (Glorot and Bengio 2010), zeros for vectors.</summary>
    /// <exception cref="GraphException">RNNJ014: an initialiser is unknown.</exception>
    public static Graph Complete(Graph step)
    {
        var states =
            new HashSet<Dim>(step.Inputs.Where(port => port.Role == PortRole.State).Select(port => port.Type.Dims[port.Type.Rank - 1]));
        return new Graph(step.Kind, step.Name, step.Inputs.Select(port => Complete(step.Name, port, states)).ToEquatable(), step.Nodes,
            step.Outputs)
        { LocalNames = step.LocalNames };
    }

    private static Port Complete(string cell, Port port, HashSet<Dim> states)
    {
        if (port.Role != PortRole.Parameter)
            return port;
        if (port.Init.Length == 0)
            return port with
            {
                Init = port.Type.Rank == 1 ? "zeros" : port.Type.Rank == 2 && states.Contains(port.Type.Dims[1]) ? "orthogonal" : "glorot"
            };
        Require($"Cell '{cell}'", port.Name, port.Init);
        return port;
    }

    /// <summary>The sentence for an initialiser that is unknown.</summary>
    /// <param name="owner">The cell or the network, with its name.</param>
    /// <exception cref="GraphException">RNNJ014.</exception>
    internal static void Require(string owner, string parameter, string init)
    {
        if (!Kinds.Contains(init) && !IsNumber(init))
            throw new GraphException("RNNJ014", $"{owner}: '{init}' is no initialiser of '{parameter}' "
                + $"({NearName.Suggest(init, Kinds)}write {string.Join(", ", Kinds)} or a finite number such as 0.1)");
    }

    // As it stands it is printed into generated C# and read again: no blanks, no line ends. Older frameworks call a number beyond the
    // largest no number, newer ones infinite.
    private static bool IsNumber(string init) =>
        double.TryParse(init, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out double number)
        && !double.IsNaN(number) && Math.Abs(number) <= float.MaxValue;
}
