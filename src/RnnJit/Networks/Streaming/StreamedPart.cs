using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>The part of a Program that a stream runs, with T as the symbol that it steps along.</summary>
internal static class StreamedPart
{
    // Name of the Program's own T where another symbol is stepped along.
    private const string Other = "T of the whole";

    public static Graph Of(Model model, SessionOptions options, string time)
    {
        Graph program = model.Program;
        options.Check();
        options.CheckSizes(program, model.Sizes);
        string[] wanted = options.Results.Count > 0 ? [.. options.Results] : [program.Outputs[0].Name];
        Graph part = options.Given.Count > 0 ? ProgramCut.Run(program, options.Given, wanted) : program;
        if (time == "T")
            return part;
        return GraphMapper.Run(part,
            TypeMap.OfSymbols(new Dictionary<string, Dim> { [time] = Dim.Symbol("T"), ["T"] = Dim.Symbol(Other) }));
    }

    public static Dictionary<string, int> Sizes(SessionOptions options, string time)
    {
        var sizes = options.Sizes.Where(size => size.Key != time).ToDictionary(size => size.Key, size => size.Value);
        if (time != "T")
            sizes[Other] = options.Steps;
        return sizes;
    }
}
