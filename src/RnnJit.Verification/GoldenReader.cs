using System.Text.Json;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>Reads golden cases from JSON.</summary>
internal static class GoldenReader
{
    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;

    /// <exception cref="GoldenException">The file is no golden case.</exception>
    public static GoldenCase Read(string path)
    {
        JsonElement root = Document(path);
        return new GoldenCase(
            Text(root, "name"),
            Text(root, "kind"),
            root.TryGetProperty("config", out JsonElement config) ? Object(config, "config") : Empty,
            Optional(root, "inputs"),
            Optional(root, "ints"),
            Optional(root, "params"),
            Optional(root, "lossWeights"),
            Optional(root, "targets"),
            Member(root, "expected"),
            root.TryGetProperty("maxAbsDiff32vs64", out JsonElement spread) ? Double(spread, "maxAbsDiff32vs64") : null);
    }

    /// <exception cref="GoldenException">The file is no JSON.</exception>
    public static JsonElement Document(string path)
    {
        try
        {
            // An element keeps its document alive, so nothing is disposed here.
            return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        }
        catch (JsonException e)
        {
            throw new GoldenException(
                $"The file is no JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} (write the case again)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GoldenException($"The file cannot be read: {e.Message}");
        }
    }

    public static JsonElement Member(JsonElement parent, string name) =>
        Object(parent, "the case").TryGetProperty(name, out JsonElement member)
        ? member
        : throw new GoldenException($"'{name}' is missing (see the schema of golden cases)");

    public static Dictionary<string, NdArray> Tensors(JsonElement parent, string name) =>
        Object(Member(parent, name), name).EnumerateObject().GroupBy(member => member.Name)
            .ToDictionary(group => group.Key, group => Tensor(group.Last().Value, group.Key));

    public static double[] Doubles(JsonElement array, string name) => array.ValueKind == JsonValueKind.Array
        ? array.EnumerateArray().Select(element => Double(element, name)).ToArray()
        : throw new GoldenException($"'{name}' is {array.ValueKind}, wanted an array of numbers");

    /// <summary>The elements of an array.</summary>
    public static JsonElement[] Items(JsonElement array, string name) => array.ValueKind == JsonValueKind.Array
        ? [.. array.EnumerateArray()]
        : throw new GoldenException($"'{name}' is {array.ValueKind}, wanted an array (see the schema of golden cases)");

    public static double Double(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number)
        ? number
        : throw new GoldenException($"'{name}' contains {element.ValueKind}, wanted a number");

    public static int Int(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number) && number >= 0
        ? number
        : throw new GoldenException($"'{name}' contains '{element}', wanted a whole number from 0 to {int.MaxValue}");

    private static Dictionary<string, NdArray> Optional(JsonElement root, string name) =>
        Object(root, "the file").TryGetProperty(name, out JsonElement member)
            && member.ValueKind != JsonValueKind.Null ? Tensors(root, name) : [];

    public static NdArray Tensor(JsonElement element, string name)
    {
        JsonElement extents = Member(Object(element, name), "shape");
        if (extents.ValueKind != JsonValueKind.Array)
            throw new GoldenException($"The shape of '{name}' is {extents.ValueKind}, wanted an array of whole numbers");

        int[] shape = extents.EnumerateArray().Select(extent => Int(extent, "shape")).ToArray();
        double[] data = Doubles(Member(element, "data"), name);
        long size = shape.Aggregate(1L, (product, extent) => Math.Min(product * extent, int.MaxValue + 1L));
        return size == data.Length
            ? new NdArray(shape, data)
            : throw new GoldenException(
                $"'{name}' has the shape [{string.Join(", ", shape)}] but {data.Length} numbers (as many as the shape says)");
    }

    public static string Text(JsonElement root, string name) => Member(root, name) is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : throw new GoldenException($"'{name}' is no text (see the schema of golden cases)");

    public static JsonElement Object(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object
        ? element
        : throw new GoldenException($"'{name}' is {element.ValueKind}, wanted an object");
}
