using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cli.Converting;
using RnnJit.Cli.Training;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit run MODEL --input F.npy</c>: a model, or weights of PyTorch or Keras, on arrays of NumPy.</summary>
internal static class RunCommand
{
    private const int MostPrinted = 8;

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("model")
        {
            Description = "A model, or weights of PyTorch (safetensors, .pt, .pth) or Keras (.npz, .h5, .keras)",
        };
        var input = new Option<string>("--input")
        {
            Description = "The input: .npy, an array [T, B, …] for the model's first input, or .npz with inputs by name",
            HelpName = "file",
            Required = true,
        };
        Option<string?> output = CommonOptions.Optional("--output", "Where to write the result: .npy", "file");
        Option<string?> lengths = CommonOptions.Optional("--lengths", "The steps of each row, such as 5,3", "numbers");
        var foreign = new ForeignFlags();
        var command = new Command("run",
            """
            Run a model on arrays of NumPy, from states of zeros, and print its first result or write it.

            Examples:
              rnnjit run model.safetensors --input x.npy
              rnnjit run lstm.pt --batch-first --input x.npy --lengths 5,3 --output y.npy
            """)
        {
            file, input, output, lengths, foreign.Prefix, foreign.Nonlinearity, foreign.BatchFirst, foreign.LastStep,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            if (Directory.Exists(path))
                throw new UsageException($"'{path}' is a folder, wanted a model or weights (name the file in it)");
            if (parsed.GetValue(output) is { } wanted && !Path.GetExtension(wanted).Equals(".npy", StringComparison.OrdinalIgnoreCase))
                throw new UsageException($"{output.Name} is '{wanted}', wanted a name that ends in .npy (change it)");
            string given = parsed.GetRequiredValue(input);
            if (parsed.GetValue(output) is { } made)
            {
                OutputFile.Check(made);
                OutputFile.RequireApart((output.Name, made), (input.Name, given), ("the model", path));
            }

            var read = WeightSource.Read(path);
            foreign.Require(parsed, read.Library, path);
            bool hasLengths = parsed.GetValue(lengths) is not null;
            using Model model = read.Open(foreign.Torch(parsed, hasLengths), foreign.Keras(parsed, hasLengths),
                new ModelOptions { Threads = parsed.GetValue(CommonOptions.Threads) });
            NdArray result = model.Run(ModelInput.Read(given, parsed.GetValue(lengths), model));
            if (NotFinite(model, result) is { } sentence)
            {
                terminal.Error.WriteLine($"rnnjit: {sentence}");
                return ExitCode.Failure;
            }

            Report(terminal, parsed.GetValue(CommonOptions.Json), model, result,
                parsed.GetValue(output) is { } to ? Write(to, result, model.Options.Precision) : null);
            return ExitCode.Success;
        });
        return command;
    }

    // Weights and input are finite, so the model made the number that is not.
    private static string? NotFinite(Model model, NdArray result)
    {
        int fault = Array.FindIndex(result.Data, number => !double.IsFinite(number));
        if (fault < 0)
            return null;
        string name = model.Program.Outputs[0].Name, shape = string.Join(", ", result.Shape);
        string found = result.Data[fault].ToString(CultureInfo.InvariantCulture);
        return $"'{name}' holds {found} as number {fault} of [{shape}], wanted finite numbers, and nothing was written (scale the input; "
            + "if it is small, look where the model divides by 0 or takes a logarithm or root of a negative number)";
    }

    // The message on the file that was written.
    private static string Write(string path, NdArray result, ElementType precision)
    {
        bool replaced = File.Exists(path);
        long[] shape = [.. result.Shape.Select(extent => (long)extent)];
        NpyFile.Write(path, precision == ElementType.F64
            ? SafetensorsTensor.From(result.Data, shape)
            : SafetensorsTensor.From([.. result.Data.Select(value => (float)value)], shape));
        return $"{(replaced ? "replaced" : "wrote")} {path}";
    }

    private static void Report(Terminal terminal, bool json, Model model, NdArray result, string? written)
    {
        string name = model.Program.Outputs[0].Name;
        double mean = result.Data.Average(), least = result.Data.Min(), most = result.Data.Max();
        if (json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(new { name, shape = result.Shape, mean, least, most, written }));
            return;
        }

        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name} [{string.Join(", ", result.Shape)}]: mean {mean:g6}, least {least:g6}, most {most:g6}"));
        IEnumerable<string> texts = result.Data.Take(MostPrinted).Select(value => value.ToString("g6", CultureInfo.InvariantCulture));
        string numbers = string.Join(' ', texts);
        terminal.Out.WriteLine(written ?? (result.Length > MostPrinted ? $"{numbers} …" : numbers));
    }
}
