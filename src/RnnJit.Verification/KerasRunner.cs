using System.Text.Json;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>Compares a backend with expectations of Keras' own tests: layers of given weights, called in sequence.</summary>
public static class KerasRunner
{
    // What Keras' assertAllClose takes where a test names none.
    private const double Tolerance = 1e-6;

    /// <summary>Runs the cases of files and reports a line for each: its test and number, PASS, FAIL or SKIP, and the
    /// worst error or the reason.</summary>
    /// <param name="precision">F32 or F64; the tolerance is the test's.</param>
    public static GoldenSummary Run(IEnumerable<string> paths, IGoldenBackend backend, ElementType precision, Action<string> onLine)
    {
        return GoldenRunner.Files(paths, onLine, path =>
        {
            var names = new Dictionary<string, int>();
            return Cases(path).Select((given, i) =>
            {
                string name = given.ValueKind == JsonValueKind.Object
                    && given.TryGetProperty("test", out JsonElement test) ? test.ToString() : "case";
                names[name] = names.GetValueOrDefault(name) + 1;
                return ($"{name} {names[name]}", (Func<GoldenComparison>)(() => Run(given, backend, precision)));
            });
        });
    }

    private static JsonElement[] Cases(string path)
    {
        JsonElement root = GoldenReader.Document(path);
        return root.ValueKind == JsonValueKind.Array ? [
            .. root.EnumerateArray()] : throw new GoldenException($"The file is {root.ValueKind}, wanted an array of cases");
    }

    private static GoldenComparison Run(JsonElement given, IGoldenBackend backend, ElementType precision)
    {
        NdArray found = new KerasCalls(GoldenReader.Member(given, "layer"), backend, precision).Run(GoldenReader.Member(given, "sequence"));
        foreach (JsonElement index in GoldenReader.Items(GoldenReader.Member(given, "outputIndex"), "outputIndex"))
            found = Part(found, GoldenReader.Int(index, "outputIndex"));
        double absolute = Number(given, "atol"), relative = Number(given, "rtol");
        var comparison = new GoldenComparison((_, _, expected) => absolute + (relative * Math.Abs(expected)));
        comparison.Add("y", GoldenReader.Tensor(GoldenReader.Member(given, "expected"), "expected"), found);
        return comparison;
    }

    private static NdArray Part(NdArray whole, int index)
    {
        if (whole.Rank == 0 || index >= whole.Shape[0])
            throw new GoldenException($"'outputIndex' is {index}, but the output is [{string.Join(", ", whole.Shape)}]");
        int[] shape = whole.Shape[1..];
        int size = NdArray.Size(shape);
        return new NdArray(shape, whole.Data.AsSpan(index * size, size).ToArray());
    }

    private static double Number(JsonElement given, string name) =>
        given.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : Tolerance;
}
