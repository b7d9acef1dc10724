using System.Text.Json;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Networks;

/// <summary>A model as texts and tensors of a checkpoint: Program, sizes, precision, parameters.</summary>
internal static class ModelFile
{
    /// <exception cref="NotFiniteNumberException">A parameter holds NaN or an infinity, or is too large for the storage.</exception>
    public static void Write(Model model, Checkpoint checkpoint, WeightStorage weights = WeightStorage.Single)
    {
        checkpoint["program"] = model.Program.ToString();
        checkpoint["sizes"] = JsonSerializer.Serialize(new SortedDictionary<string, int>(model.Sizes.ToDictionary(), StringComparer.Ordinal), CheckpointJson.Default.SortedDictionaryStringInt32);
        checkpoint["precision"] = model.Options.Precision.ToString();
        foreach (var (name, tensor) in model.Parameters)
            checkpoint.Put(name, tensor, weights);
    }

    private static Model Empty(Graph program, SortedDictionary<string, int> sizes, ModelOptions options, Checkpoint checkpoint)
    {
        try
        {
            return Model.Empty(program, sizes, options);
        }
        catch (GraphException e)
        {
            throw new CheckpointException($"'{checkpoint.Path}' holds sizes that do not fit its Program: {e.Message}", e);
        }
    }

    /// <exception cref="CheckpointException">The checkpoint holds no model, its tensors do not fit its Program, or a parameter holds a number that is not finite.</exception>
    public static Model Read(Checkpoint checkpoint, ModelOptions options)
    {
        Graph program;
        SortedDictionary<string, int>? sizes;
        try
        {
            program = Parser.Parse(checkpoint["program"]);
            Verifier.Check(program);
            sizes = JsonSerializer.Deserialize(checkpoint["sizes"], CheckpointJson.Default.SortedDictionaryStringInt32);
        }
        catch (Exception e) when (e is GraphException or JsonException)
        {
            throw new CheckpointException($"'{checkpoint.Path}' holds a Program that cannot be read: {e.Message}", e);
        }

        ElementType precision = Enum.TryParse(checkpoint["precision"], out ElementType found)
            ? found
            : throw new CheckpointException($"'{checkpoint.Path}' has precision '{checkpoint["precision"]}', wanted F32 or F64 (it was written by another version)");
        Model model = Empty(program, sizes ?? [], options with { Precision = precision }, checkpoint);
        foreach (var (name, tensor) in model.Parameters)
            checkpoint.Get(name, tensor);

        return model;
    }
}
