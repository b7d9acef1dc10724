using System.Globalization;
using System.Runtime.InteropServices;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Damage of what only a training checkpoint holds: options, counters, optimiser, carried states, vocabulary, place in the
/// data.</summary>
internal static class ResumeMutations
{
    private static readonly string[] OptionNames =
    [
        "Layers", "Hidden", "Embedding", "Steps", "CheckpointInterval", "Batch", "Epochs", "Updates", "Momentum", "Dampening",
        "WeightDecay", "Beta1", "Beta2", "Smoothing", "Epsilon", "RateDecay", "LearningRate",
        "WarmUp", "DecayEvery", "Decay", "Patience", "Clip", "ClipValue", "Dropout", "Zoneout", "RecurrentDropout", "VariationalDropout",
        "DropConnect", "Validation", "Seed", "Precision",
    ];

    public static IEnumerable<Mutation> All =>
    [
        Mutation.OfTraining("options.number",
            (file, random) => Option(file, random, random.One(OptionNames), random.Extreme().ToString(CultureInfo.InvariantCulture))),
        Mutation.OfTraining("options.fraction", (file,
            random) => Option(file, random, random.One(OptionNames), random.One(["0.5", "0.999999", "1e-300", "1e300", "1e-45", "1.5"]))),
        Mutation.OfTraining("options.large", (file, random) => Option(file, random,
            random.One(["Layers", "Hidden", "Embedding", "Steps", "Batch", "CheckpointInterval", "Updates", "WarmUp"]),
            random.One(["64", "1000", "65536", "2000000000"]))),
        Mutation.OfTraining("options.type", (file, random) => Option(file, random,
            random.One([.. OptionNames, "Optimiser", "Schedule", "LayerNorm", "Nesterov"]),
            random.One(["null", "\"x\"", "[]", "{}", "true", "\"NaN\"", "1e999"]))),
        Mutation.OfTraining("options.optimiser", (file, random) => Option(file, random, "Optimiser",
            $"\"{random.One(["adam", "amsgrad", "adamw", "sgd", "rmsprop", "adagrad", "adadelta", "", "lion"])}\"")),
        Mutation.OfTraining("options.schedule", (file, random) => Option(file, random, "Schedule",
            $"\"{random.One(["constant", "cosine", "step", "exponential", "plateau", "onecycle", "", "other"])}\"")),
        Mutation.OfTraining("options.switch",
            (file, random) => Option(file, random, random.One(["LayerNorm", "WeightNorm", "Residual", "Centred", "Nesterov"]), "true")),
        Mutation.OfTraining("options.json", (file, random) => file["options"] = random.One(
            ["null", "[]", "{}", "", "{", "5", "{\"Layers\":1,\"Layers\":2}", new string('[', 10_000), random.Flip(file["options"])])),
        Mutation.OfTraining("counter.cursor", (file, random) => file["cursor"] = random.Number()),
        Mutation.OfTraining("counter.steps", (file, random) => file["steps"] = random.Number()),
        Mutation.OfTraining("counter.near",
            (file, random) => file[random.One(["cursor", "steps"])] = random.NextInt32(200).ToString(CultureInfo.InvariantCulture)),
        Mutation.OfTraining("progress.length", (file, random) => Numbers(file, "progress", random.NextInt32(12))),
        Mutation.OfTraining("progress.number", (file, random) => SetNumber(file, "progress", random)),
        Mutation.OfTraining("progress.type",
            (file, random) => Replace(file, "progress", random.One(["F32", "I64", "F16", "U8", "C64", "F8_E4M3", "BOOL"]), random)),
        Mutation.OfTraining("progress.large", (file, random) => Numbers(file, "progress", 2 + (3 * random.NextInt32(500_000)))),
        Mutation.OfTraining("schedule.length", (file, random) => Numbers(file, "schedule", random.NextInt32(6))),
        Mutation.OfTraining("schedule.number", (file, random) => SetNumber(file, "schedule", random)),
        Mutation.OfTraining("schedule.type",
            (file, random) => Replace(file, "schedule", random.One(["F32", "I64", "F16", "C64", "BOOL", "F8_E5M2"]), random)),
        Mutation.OfTraining("state.shape", (file, random) => Reshape(file, random, "state.")),
        Mutation.OfTraining("state.number", (file, random) => OneOf(file, random, "state.",
            tensor => TensorMutations.Put(tensor, random, random.One([float.NaN, float.PositiveInfinity, 1e30f])))),
        Mutation.OfTraining("state.removed", (file, random) => OneOf(file, random, "state.", tensor => file.Tensors.Remove(tensor))),
        Mutation.OfTraining("moments.shape", (file, random) => Reshape(file, random, random.One(["adam.", "sgd."]))),
        Mutation.OfTraining("moments.number", (file, random) => OneOf(file, random, random.One(["adam.", "sgd."]),
            tensor => TensorMutations.Put(tensor, random, random.One([float.NaN, float.NegativeInfinity, -1f, 1e38f])))),
        Mutation.OfTraining("moments.removed",
            (file, random) => OneOf(file, random, random.One(["adam.", "sgd."]), tensor => file.Tensors.Remove(tensor))),
        Mutation.OfTraining("vocabulary.character", (file, random) => file["vocabulary"] = random.Flip(file["vocabulary"])),
        Mutation.OfTraining("vocabulary.length", (file, random) => file["vocabulary"] = random.One([file["vocabulary"] + "\u4e2d",
            file["vocabulary"][1..], "a", "", file["vocabulary"] + string.Concat(Enumerable.Range(0x4e2d, 5000).Select(c => (char)c))])),
        Mutation.OfTraining("vocabulary.order", (file, random) => file["vocabulary"] = new string([.. file["vocabulary"].Reverse()])),
        Mutation.OfTraining("vocabulary.strange",
            (file, random) => file["vocabulary"] = random.One(["\u0000\u0001", "\u001b", "\ufffd", "\ud83d\ude00", " ", "\n"])),
        Mutation.OfTraining("text.source",
            (file, random) => file["text"] = random.One(["/dev/zero", "/proc/self/mem", "../../x", "", random.Word()])),
        Mutation.OfTraining("text.digest", (file, random) => file["text.sha256"] = random.Flip(file["text.sha256"])),
        Mutation.OfTraining("cell.empty", (file, random) => file["cell"] = random.One(["", "cell X", "program X\n  return y = 1",
            "kernel K\n  input a0: f32[R, N]\n  return r0 = a0", "cell X\n  input x: f32[B, X]\n  return y = x"])),
        Mutation.OfTraining("cell.program", (file, _) => file["cell"] = file["program"]),
    ];

    private static void Option(ForgedFile file, RandomStream random, string name, string value) =>
        MetadataMutations.Edit(file, "options", json => json.Contains($"\"{name}\":", StringComparison.Ordinal)
        ? MetadataMutations.Replaced(json, $@"(?<=""{name}"":)[^,}}]*", value, random)
        : "{" + $"\"{name}\":{value}," + json.TrimStart('{'));

    private static void OneOf(ForgedFile file, RandomStream random, string prefix, Action<ForgedTensor> change)
    {
        ForgedTensor[] found = [.. file.Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))];
        change(found.Length > 0 ? random.One(found) : random.One(file.Tensors));
    }

    private static void Reshape(ForgedFile file, RandomStream random, string prefix) => OneOf(file, random, prefix, tensor =>
    {
        tensor.Shape = random.One<long[]>([[1], [0], [3, 7], [1, .. tensor.Shape], [100_000]]);
        tensor.Bytes = new byte[tensor.Shape.Aggregate(1L, (a, b) => a * b) * 4];
    });

    private static void Numbers(ForgedFile file, string name, int count)
    {
        file.Tensors.RemoveAll(tensor => tensor.Name == name);
        file.Tensors.Add(new ForgedTensor(name, "F64", [count], new byte[count * sizeof(double)]));
    }

    private static void SetNumber(ForgedFile file, string name, RandomStream random)
    {
        ForgedTensor? tensor = file.Tensors.Find(tensor => tensor.Name == name);
        if (tensor is null || tensor.Bytes.Length < sizeof(double))
            Numbers(file, name, 4);
        else
            MemoryMarshal.Cast<byte, double>(tensor.Bytes.AsSpan())[random.NextInt32(tensor.Bytes.Length / sizeof(double))] =
                random.One([double.NaN, double.PositiveInfinity, -1, 1e300, 0.5, 3e9, -3e9]);
    }

    private static void Replace(ForgedFile file, string name, string dtype, RandomStream random)
    {
        file.Tensors.RemoveAll(tensor => tensor.Name == name);
        int count = 2 + random.NextInt32(8), bytes = dtype switch { "I64" or "C64" => 8, "F32" => 4, "F16" => 2, _ => 1 };
        file.Tensors.Add(new ForgedTensor(name, dtype, [count], new byte[count * bytes]));
    }
}
