// Runs the model that the sample Training saved.
using System.Globalization;
using RnnJit;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Networks;

JitKernels.Install();
string path = args.Length > 0 ? args[0] : "parity.safetensors";
if (!File.Exists(path))
{
    Console.Error.WriteLine($"'{path}' is missing (run the sample Training first: dotnet run -c Release --project samples/Training)");
    return 2;
}

// The file holds the whole Program: the cell's class is not needed here.
using Model model = Model.Load(path);
Console.WriteLine($"{model.Program.Name}, {model.ParameterCount} parameters, trained on {model.Metadata["data"]}");
string[] rows = ["1", "1011", "111000111001", "10101010101010101010"];
var x = new NdArray([rows.Max(row => row.Length), rows.Length, 1]);
for (int row = 0; row < rows.Length; row++)
{
    for (int t = 0; t < rows[row].Length; t++)
        x.Data[(t * rows.Length) + row] = rows[row][t] - '0';
}

NdArray logits = model.Run(new Dictionary<string, NdArray>
{
    ["x"] = x,
    ["lengths"] = new NdArray([rows.Length], [.. rows.Select(row => (double)row.Length)]),
});
for (int row = 0; row < rows.Length; row++)
{
    double odd = 1 / (1 + Math.Exp(logits.Data[2 * row] - logits.Data[(2 * row) + 1]));
    Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{rows[row],-20} {(odd > 0.5 ? "odd" : "even"),-4} p(odd) = {odd:0.000}"));
}

return 0;
