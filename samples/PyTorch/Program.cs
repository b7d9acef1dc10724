// Runs the state dict of torch.nn.LSTM(3, 4) that Python saved: safetensors.torch.save_file(lstm.state_dict(), "lstm.safetensors").
using System.Globalization;
using RnnJit.Ir;
using RnnJit.Networks;

string path = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "lstm.safetensors");

// A pulse in the first of three inputs, then silence: x is [T, B, X].
var x = new NdArray([8, 1, 3]);
x.Data[0] = 1;

// The three lines. Cell, layers, directions and sizes follow from the names and shapes of the tensors.
using Model model = Model.FromPyTorch(path);
NdArray y = model.Run(new Dictionary<string, NdArray> { ["x"] = x });
for (int t = 0; t < y.Shape[0]; t++)
    Console.WriteLine($"t = {t}:{string.Concat(y.Data.Skip(t * y.Shape[2]).Take(y.Shape[2]).Select(Number))}");

static string Number(double value) => string.Create(CultureInfo.InvariantCulture, $" {value,8:0.00000}");
