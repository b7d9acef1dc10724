using System.Text.Json;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Networks;

/// <summary>A model as texts and tensors of a checkpoint: Program, sizes, precision, parameters, metadata and vocabularies.</summary>
internal static class ModelFile
{
    /// <summary>The prefix of the names of the parameters of a training loop's best epoch.</summary>
    public const string BestPrefix = "fit.best.";

    /// <exception cref="NotFiniteNumberException">A parameter holds NaN or an infinity, or is too large for the storage.</exception>
    public static void Write(Model model, Checkpoint checkpoint, WeightStorage weights = WeightStorage.Single)
    {
        checkpoint["program"] = ProgramText(model);
        checkpoint["sizes"] = JsonSerializer.Serialize(
            new SortedDictionary<string, int>(model.Sizes.ToDictionary(), StringComparer.Ordinal),
            CheckpointJson.Default.SortedDictionaryStringInt32);
        checkpoint["precision"] = model.Options.Precision.ToString();
        model.Metadata.Write(checkpoint);
        model.Vocabularies.Write(checkpoint);
        foreach (var (name, tensor) in model.Parameters)
            checkpoint.Put(name, tensor, weights);
    }

    /// <summary>The Program's text, as written to a checkpoint.</summary>
    /// <exception cref="GraphException">It would not be read back (RNNJ246): a text has limits.</exception>
    public static string ProgramText(Model model)
    {
        string name = model.Program.Name, program = model.Program.ToString();
        if (program.Length > Checkpoint.LongestText)
            throw new GraphException("RNNJ246",
                $"The text of '{name}' has {program.Length} characters where a file holds at most {Checkpoint.LongestText} "
                    + "(write repeated steps as a scan)");
        try
        {
            Parser.Parse(program);
        }
        catch (GraphException e)
        {
            throw new GraphException("RNNJ246", $"The text of '{name}' would not be read back: {e.Message}");
        }

        return program;
    }

    /// <exception cref="CheckpointException">
    /// The checkpoint holds no model, its tensors do not fit its Program, a parameter holds a number that is not finite, or metadata or a
    /// vocabulary is not usable.
    /// </exception>
    /// <param name="best">True to take the parameters of the best epoch instead of the last ones.</param>
    public static Model Read(Checkpoint checkpoint, ModelOptions options, bool best = false)
    {
        Graph program = ReadProgram(checkpoint);
        Dictionary<string, int> sizes = ReadSizes(checkpoint);
        options = options with { Precision = ReadPrecision(checkpoint) };
        string prefix = best ? BestPrefix : "";
        if (best && program.Inputs.FirstOrDefault(port => port.Role == PortRole.Parameter) is { } first
            && !checkpoint.HasTensor(prefix + first.Name))
            throw new CheckpointException($"'{checkpoint.Path}' holds no parameters of a best epoch "
                + "(train with KeepBest and Checkpoint of FitOptions, or load the last ones)");
        RequireParameters(checkpoint, program, sizes, options.Precision, prefix);
        Model model;
        try
        {
            model = Model.Empty(program, sizes, options);
        }
        catch (GraphException e)
        {
            throw Unreadable(checkpoint, "Program", e);
        }

        try
        {
            ReadParameters(checkpoint, model, prefix);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Reads metadata, vocabularies and all parameters.</summary>
    /// <param name="prefix">What stands before their names in the file.</param>
    /// <exception cref="CheckpointException">
    /// A parameter is missing, has another shape or type, or holds a number that is not finite, or metadata or a vocabulary is not usable.
    /// </exception>
    public static void ReadParameters(Checkpoint checkpoint, Model model, string prefix = "")
    {
        model.Metadata.Read(checkpoint);
        model.Vocabularies.Read(checkpoint);
        foreach (var (name, tensor) in model.Parameters)
            checkpoint.Get(prefix + name, tensor);
    }

    /// <summary>Reads a graph that a checkpoint holds as text, and verifies it.</summary>
    /// <param name="what">Noun for the graph in messages: Program, cell.</param>
    /// <exception cref="CheckpointException">The text is no such graph.</exception>
    public static Graph ReadGraph(Checkpoint checkpoint, string key, string what)
    {
        try
        {
            Graph graph = Parser.Parse(checkpoint.ProgramText(key));
            Verify.Verifier.Check(graph);
            return graph;
        }
        catch (GraphException e)
        {
            throw Unreadable(checkpoint, what, e);
        }
    }

    public static CheckpointException Unreadable(Checkpoint checkpoint, string what, Exception e) =>
        new($"'{checkpoint.Path}' holds a {what} that cannot be read: {e.Message}", e);

    private static Graph ReadProgram(Checkpoint checkpoint)
    {
        Graph program = ReadGraph(checkpoint, "program", "Program");
        return program.Kind == "program" ? program : throw new CheckpointException(
            $"'{checkpoint.Path}' holds a {program.Kind} as its Program, wanted a program (use another copy)");
    }

    private static Dictionary<string, int> ReadSizes(Checkpoint checkpoint)
    {
        // A document needs less code before a first result than the serialiser.
        var sizes = new Dictionary<string, int>();
        try
        {
            using JsonDocument table = JsonDocument.Parse(checkpoint["sizes"]);
            foreach (JsonProperty size in table.RootElement.EnumerateObject())
                sizes[size.Name] = size.Value.GetInt32();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Unreadable(checkpoint, "table of sizes", e);
        }

        foreach (var (symbol, size) in sizes)
        {
            if (size < 1)
                throw new CheckpointException(
                    $"'{checkpoint.Path}': the size of '{symbol}' is {size}, wanted at least 1 (use another copy)");
        }

        return sizes;
    }

    /// <summary>The precision of the parameters.</summary>
    /// <exception cref="CheckpointException">There is none that is known.</exception>
    public static ElementType ReadPrecision(Checkpoint checkpoint) => checkpoint["precision"] switch
    {
        nameof(ElementType.F32) => ElementType.F32,
        nameof(ElementType.F64) => ElementType.F64,
        var other => throw new CheckpointException(
            $"'{checkpoint.Path}' has precision '{other}', wanted F32 or F64 (it was written by another version)"),
    };

    // Checks before any allocation that the file has all parameters of the Program, so that they cannot be larger than the file.
    private static void RequireParameters(Checkpoint checkpoint, Graph program, IReadOnlyDictionary<string, int> sizes,
        ElementType precision, string prefix)
    {
        foreach (Port port in program.Inputs.Where(port => port.Role == PortRole.Parameter))
        {
            try
            {
                checkpoint.Require(prefix + port.Name, precision, SizeCheck.Shape(port.Type, sizes));
            }
            catch (GraphException e)
            {
                throw Unreadable(checkpoint, "Program", e);
            }
        }
    }
}
