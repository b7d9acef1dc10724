using System.Globalization;
using System.CommandLine;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Converting;
using RnnJit.Networks;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit convert IN OUT</c>: weights from PyTorch or Keras as a model, and back, with a table of what became what.</summary>
internal static class ConvertCommand
{
    public static Command Create(Terminal terminal)
    {
        var from = new Argument<string>("in")
        {
            Description = "Weights of PyTorch (safetensors, .pt, .pth) or Keras (.npz, .h5, .keras), or a model",
        };
        var to = new Argument<string>("out") { Description = "The file to write: .safetensors, or .npz for Keras" };
        Option<string?> library = CommonOptions.Optional("--to",
            "What to write: rnnjit, pytorch or keras; default: rnnjit, and of a model pytorch, or keras where OUT is .npz", "library");
        Option<string> prefix = CommonOptions.Text("--prefix", "Of PyTorch: read the tensors whose names begin so, without it", "");
        Option<string> nonlinearity =
            CommonOptions.Text("--nonlinearity", "The function of a simple recurrent network: tanh or relu", "tanh");
        var batchFirst = new Option<bool>("--batch-first") { Description = "Of PyTorch: sequences are [B, T, …]" };
        var lastStep = new Option<bool>("--last-step") { Description = "The model's result is that of the last step" };
        var lengths = new Option<bool>("--lengths") { Description = "The model has an input lengths, the steps of each row" };
        var command = new Command("convert",
            "Read weights of PyTorch or Keras as a model, or write a model's, for instance: rnnjit convert lstm.pt lstm.safetensors")
        {
            from, to, library, prefix, nonlinearity, batchFirst, lastStep, lengths,
        };
        command.SetAction(parsed =>
        {
            string input = parsed.GetRequiredValue(from), output = parsed.GetRequiredValue(to);
            if (Directory.Exists(input))
                throw new UsageException($"'{input}' is a folder, wanted a file of weights (name the file in it)");
            var read = WeightSource.Read(input);
            if (read.Library == Library.RnnJit)
                CommonOptions.RequireAbsent(parsed, $"a model of RnnJit, which '{input}' is", prefix, nonlinearity, batchFirst, lastStep,
                    lengths);
            if (read.Library == Library.Keras)
                CommonOptions.RequireAbsent(parsed, $"weights of Keras, which '{input}' holds", prefix, batchFirst);
            Library target = LibraryName.Target(parsed.GetValue(library), library.Name, read.Library, output);
            LibraryName.RequireFile(target, output);

            Nonlinearity function = LibraryName.Nonlinearity(parsed.GetRequiredValue(nonlinearity), nonlinearity.Name);
            using Model model = read.Open(
                new PyTorchOptions
                {
                    Prefix = parsed.GetRequiredValue(prefix),
                    Nonlinearity = function,
                    BatchFirst = parsed.GetValue(batchFirst),
                    LastStep = parsed.GetValue(lastStep),
                    Lengths = parsed.GetValue(lengths),
                },
                new KerasOptions
                {
                    Nonlinearity = function,
                    LastStep = parsed.GetValue(lastStep),
                    Lengths = parsed.GetValue(lengths),
                });
            IReadOnlyList<WeightPlace> places = (target == Library.RnnJit ? read.Library : target) == Library.Keras
                ? model.KerasPlaces()
                : model.PyTorchPlaces();
            Write(model, target, output);
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new
                {
                    from = LibraryName.Of(read.Library),
                    to = LibraryName.Of(target),
                    tensors = places.Select(place => new { name = place.Name, shape = place.Shape, places = place.Places }),
                }));
            else
                Print(terminal.Out, places, model, target, output);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(Model model, Library target, string output)
    {
        if (target == Library.Keras)
            model.ToKeras(output);
        else if (target == Library.PyTorch)
            model.ToPyTorch(output);
        else
            model.Save(output);
    }

    private static void Print(TextWriter to, IReadOnlyList<WeightPlace> places, Model model, Library target, string output)
    {
        var table = new TextTable("tensor", "shape", "place");
        foreach (WeightPlace place in places)
            table.Add([place.Name, $"[{string.Join(", ", place.Shape)}]", place.Places]);
        table.Print(to, markdown: false);
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{places.Count} tensors, {model.ParameterCount} numbers, {model.Options.Precision}; wrote {LibraryName.Of(target)} to "
                + $"{output}"));
    }
}
