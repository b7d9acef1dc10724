using System.Globalization;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Cli.Converting;

/// <summary>Inputs of a model from files of NumPy.</summary>
internal static class ModelInput
{
    public const string Lengths = "lengths";

    /// <summary>The inputs by name: the array of a npy file is the first input, those of a npz file have names.</summary>
    /// <param name="lengths">The steps of each row, <c>5,3</c>; null: the model has no lengths, or the npz file has them.</param>
    /// <exception cref="UsageException">A file, a number or a name does not fit.</exception>
    /// <exception cref="WeightFileException">The file is missing or malformed.</exception>
    public static Dictionary<string, NdArray> Read(string path, string? lengths, Model model)
    {
        if (Directory.Exists(path))
            throw new UsageException($"'{path}' is a folder, wanted a file of NumPy, .npy or .npz (name the file in it)");
        Port[] ports = [.. model.Program.Inputs.Where(port => port.Role == PortRole.Input)];
        var given = new Dictionary<string, NdArray>(StringComparer.Ordinal);
        if (Path.GetExtension(path).Equals(".npz", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var (name, tensor) in NpzFile.Read(path))
                given.Add(name, Array(tensor, $"'{path}': '{name}'"));
        }
        else
            given.Add(ports.First(port => port.Name != Lengths).Name, Array(NpyFile.Read(path), $"'{path}'"));
        if (lengths is not null && !given.TryAdd(Lengths, Numbers(lengths)))
            throw new UsageException($"'{path}' has an array 'lengths' and --lengths is given too (leave one out)");
        if (given.Keys.FirstOrDefault(name => ports.All(port => port.Name != name)) is { } unknown)
            throw new UsageException(unknown == Lengths
                ? $"'{model.Program.Name}' has no input 'lengths' (leave --lengths out)"
                : $"'{path}' has '{unknown}', which is no input of '{model.Program.Name}' ({NearName.Suggest(unknown, ports.Select(
                    port => port.Name))}inputs: {string.Join(", ", ports.Select(port => port.Name))})");
        return given;
    }

    private static NdArray Array(SafetensorsTensor tensor, string what)
    {
        if (tensor.Shape.Any(extent => extent is < 1 or > int.MaxValue))
            throw new UsageException($"{what} is {tensor}, wanted at least one of each axis (give steps and rows)");
        double[] numbers;
        try
        {
            numbers = tensor.ToDouble();
        }
        catch (SafetensorsException e)
        {
            throw new UsageException($"{what}: {e.Message}");
        }

        int[] shape = [.. tensor.Shape.Select(extent => (int)extent)];
        int fault = System.Array.FindIndex(numbers, number => !double.IsFinite(number));
        return fault < 0 ? new NdArray(shape, numbers) : throw new UsageException(
            $"{what} holds {numbers[fault].ToString(CultureInfo.InvariantCulture)} as number {fault} of {tensor}, wanted finite numbers "
                + "(replace it)");
    }

    private static NdArray Numbers(string lengths)
    {
        string[] parts = lengths.Split(',');
        var numbers = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            numbers[i] = int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
                : throw new UsageException($"--lengths is '{lengths}', wanted the steps of each row, such as 5,3 (change it)");
        return new NdArray([numbers.Length], numbers);
    }
}
