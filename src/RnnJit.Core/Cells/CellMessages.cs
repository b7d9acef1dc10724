using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>Sentences that the doors share.</summary>
public static class CellMessages
{
    /// <summary>RNNJ016: a number is given for a parameter that the cell does not have.</summary>
    public static string NoSuchNumber(string cell, string name, IEnumerable<CellParameter> parameters)
    {
        string[] known =
            parameters.Where(parameter => parameter.Kind == ParameterKind.Number).Select(parameter => parameter.Name).ToArray();
        return $"Cell '{cell}' has no number '{name}' "
            + $"({(known.Length == 0 ? "it has none" : "its numbers are " + string.Join(", ", known))})";
    }

    /// <summary>RNNJ018: more dimensions are named than a parameter has.</summary>
    internal static string SurplusDims(string cell, CellParameter parameter, int most)
    {
        string cure = parameter.Kind == ParameterKind.Value
            ? "name the last one only; the first is the batch"
            : most == 0 ? "leave [Dims] out" : $"name {most}";
        return $"Cell '{cell}': '{parameter.Name}' has [Dims({string.Join(", ", parameter.Dims)})], "
            + $"but a {parameter.Kind} has {most} to name ({cure})";
    }

    /// <summary>The cure of RNNJ013. A symbol and a number are never one size.</summary>
    internal static string SameShape(TensorType next, TensorType state)
    {
        for (int axis = 0; axis < next.Rank && axis < state.Rank; axis++)
        {
            Dim[] both = [next.Dims[axis], state.Dims[axis]];
            if (both.FirstOrDefault(dim => dim.AsSymbol is not null) is { } symbol
                && both.FirstOrDefault(dim => dim.Terms.Count == 0) is { } number)
                return $"a state keeps its shape; write {symbol} in place of {number} in [Dims], or {number} in place of {symbol} "
                    + "everywhere";
        }

        return "a state keeps its shape";
    }

    /// <summary>RNNJ003: a parameter is of a type that equations do not know.</summary>
    public static string NoSuchType(string cell, string parameter, string type) =>
        $"Cell '{cell}': parameter '{parameter}' is {type} (Value, Matrix, Vector, Tensor3, Indices, float, "
            + "double or "
            + $"int{(type.EndsWith("]", StringComparison.Ordinal) ? "; for an array write one parameter for each element" : "")})";
}
