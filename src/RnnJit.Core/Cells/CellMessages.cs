namespace RnnJit.Cells;

/// <summary>Sentences that the doors share.</summary>
public static class CellMessages
{
    /// <summary>RNNJ016: a number is given for a parameter that the cell does not have.</summary>
    public static string NoSuchNumber(string cell, string name, IEnumerable<CellParameter> parameters)
    {
        string[] known = parameters.Where(parameter => parameter.Kind == ParameterKind.Number).Select(parameter => parameter.Name).ToArray();
        return $"Cell '{cell}' has no number '{name}' ({(known.Length == 0 ? "it has none" : "its numbers are " + string.Join(", ", known))})";
    }
}
