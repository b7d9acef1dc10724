// A console program of one file without a runtime: numbers come in by lines, the answer of an LSTM to each goes out at once.
using System.Diagnostics;
using System.Globalization;

using Model model = Model.FromPyTorch(Path.Combine(AppContext.BaseDirectory, "lstm.safetensors"));
using var streaming = new StreamingModel(model);
using StreamState state = streaming.NewState();
var y = new float[streaming.OutputLength];
var x = new float[3];
for (int line = 1; Console.ReadLine() is { } text; line++)
{
    string[] numbers = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    if (numbers.Length != x.Length || !numbers.Select((number, i) => float.TryParse(number, CultureInfo.InvariantCulture, out x[i])
        && float.IsFinite(x[i])).All(read => read))
    {
        Console.Error.WriteLine($"line {line} is '{text}', wanted {x.Length} numbers (give them with spaces between)");
        return 1;
    }

    streaming.Step(x, state, y);
    Console.WriteLine(string.Join(' ', y.Select(value => value.ToString("0.00000", CultureInfo.InvariantCulture))));
}

Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds:0} ms since the start of the process"));
return 0;
