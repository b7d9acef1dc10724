using System.Globalization;
using System.CommandLine;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Converting;
using RnnJit.Networks;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit convert IN OUT</c>: weights from PyTorch or Keras as a model, and back, with a table of what became what.</summary>
internal sealed class ConvertCommand
{
    private readonly Terminal terminal;

    private readonly Argument<string> from = new("in")
    {
        Description = "Weights of PyTorch (safetensors, .pt, .pth) or Keras (.npz, .h5, .keras), or a model",
    };

    private readonly Argument<string> to = new("out") { Description = "The file to write: .safetensors, or .npz for Keras" };

    private readonly Option<string?> library = CommonOptions.Optional("--to",
        "What to write: rnnjit, pytorch or keras; default: rnnjit, and of a model pytorch, or keras where OUT is .npz", "library");

    private readonly ForeignFlags foreign = new();
    private readonly Option<bool> lengths = new("--lengths") { Description = "The model has an input lengths, the steps of each row" };

    private ConvertCommand(Terminal terminal) => this.terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var convert = new ConvertCommand(terminal);
        ForeignFlags foreign = convert.foreign;
        var command = new Command("convert",
            "Read weights of PyTorch or Keras as a model, or write a model's, for instance: rnnjit convert lstm.pt lstm.safetensors")
        {
            convert.from, convert.to, convert.library, foreign.Prefix, foreign.Nonlinearity, foreign.BatchFirst, foreign.LastStep,
            convert.lengths,
        };
        command.SetAction(convert.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string input = parsed.GetRequiredValue(from), output = parsed.GetRequiredValue(to);
        if (Directory.Exists(input))
            throw new UsageException($"'{input}' is a folder, wanted a file of weights (name the file in it)");
        var read = WeightSource.Read(input);
        foreign.Require(parsed, read.Library, input, lengths);
        Library target = LibraryName.Target(parsed.GetValue(library), library.Name, read.Library, output);
        LibraryName.RequireFile(target, output);

        bool given = parsed.GetValue(lengths);
        using Model model = read.Open(foreign.Torch(parsed, given), foreign.Keras(parsed, given));
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
