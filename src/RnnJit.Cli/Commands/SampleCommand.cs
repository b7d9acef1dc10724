using System.CommandLine;
using System.Text;
using System.Text.Json;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit sample FILE</c>: writes text with a trained model.</summary>
internal static class SampleCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "A checkpoint that train wrote" };
        Option<int> length = CommonOptions.Number("--length", "Characters to write", 500);
        Option<double> temperature = CommonOptions.Number("--temperature", "1: as trained; lower: likelier characters only", 1.0);
        var argmax = new Option<bool>("--argmax") { Description = "Always the likeliest character; without --temperature and --seed" };
        Option<string> prompt = CommonOptions.Text("--prompt", "What the model reads first and goes on from", "");
        Option<ulong> seed = CommonOptions.Seed();
        Option<string> weights = WeightsFlag.Create();
        var command = new Command("sample",
            "Write text with a trained model, for instance: rnnjit sample rnnjit.safetensors --prompt \"public \" --temperature 0.7")
        {
            file, length, temperature, argmax, prompt, seed, weights,
        };
        command.SetAction(parsed =>
        {
            if (Directory.Exists(parsed.GetRequiredValue(file)))
                throw new UsageException($"'{parsed.GetRequiredValue(file)}' is a folder, wanted a checkpoint (name the file in it)");
            if (parsed.GetValue(length) < 0)
                throw new UsageException($"--length is {parsed.GetValue(length)}, wanted 0 or more (change it)");
            if (parsed.GetValue(temperature) is not (>= 0 and < double.PositiveInfinity))
                throw new UsageException($"--temperature is {parsed.GetValue(temperature)}, wanted 0 or more (1 is usual)");

            if (parsed.GetValue(argmax))
                CommonOptions.RequireAbsent(parsed, argmax.Name, temperature, seed);

            var options =
                new ModelOptions { Threads = parsed.GetValue(CommonOptions.Threads), Weights = WeightsFlag.Read(parsed, weights) };
            using CharacterModel model = CharacterModel.Load(parsed.GetRequiredValue(file), options);
            IEnumerable<string> characters = model.Write(
                parsed.GetValue(length), parsed.GetValue(argmax) ? 0 : parsed.GetValue(temperature), parsed.GetRequiredValue(prompt),
                parsed.GetValue(seed));
            if (parsed.GetValue(CommonOptions.Json))
                WriteJson(terminal, parsed.GetRequiredValue(prompt), characters);
            else
                WriteText(terminal, parsed.GetRequiredValue(prompt), characters);
            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteText(Terminal terminal, string prompt, IEnumerable<string> characters)
    {
        terminal.Data.Write(prompt);
        foreach (string character in characters)
        {
            terminal.Interrupted.ThrowIfCancellationRequested();
            terminal.Data.Write(character);
        }

        terminal.Data.WriteLine();
    }

    private static void WriteJson(Terminal terminal, string prompt, IEnumerable<string> characters)
    {
        var text = new StringBuilder();
        foreach (string character in characters)
        {
            terminal.Interrupted.ThrowIfCancellationRequested();
            text.Append(character);
        }

        terminal.Out.WriteLine(JsonSerializer.Serialize(new { prompt, text = text.ToString() }));
    }
}
