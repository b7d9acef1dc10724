using RnnJit.Cells;
using RnnJit.Cli.Converting;
using RnnJit.Data;
using RnnJit.Files;
using RnnJit.Import;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Takes a file through everything that reads it: Load, Step, Run, streams, writing text, resuming; a cell's
/// text through a layer of it.</summary>
internal sealed class MutantReader(ModelOptions options)
{
    private const int Steps = 3, Batch = 2, LongestInput = 1 << 20, LongestSentence = 4000;

    private readonly List<string> refusals = [];

    /// <summary>Memory that the last Load took over what the process held before.</summary>
    public long LoadBytes { get; private set; }

    /// <returns>The sentences of the refusals, one for each door; empty where all was read.</returns>
    public IReadOnlyList<string> Read(Mutant mutant)
    {
        refusals.Clear();
        LoadBytes = 0;
        if (mutant.IsText)
        {
            Try("ir", e => e is UsageException || IsRefusedRun(e), () => Layer(CellArgument.Find(mutant.Path, terminal: null)));
            return refusals;
        }

        if (mutant.IsWeights)
        {
            ReadWeights(mutant.Path);
            return refusals;
        }

        Model? model = null;
        long before = ProcessMemory.ResetPeak();
        mutant.Class.SabotageOfLoad?.Invoke();
        Try("load", e => e is CheckpointException, () => model = Model.Load(mutant.Path, options));
        LoadBytes = Math.Max(0, ProcessMemory.Peak() - before);
        mutant.Class.Sabotage?.Invoke();
        using (model)
        {
            if (model is not null)
                Use(model, mutant.Index);
        }

        if (!mutant.IsTraining)
            return refusals;
        Try("write", e => e is CheckpointException or TextDataException || IsRefusedRun(e), () => Write(mutant.Path));
        Try("resume", e => e is CheckpointException or DivergenceException, () => Resume(mutant.Path));
        return refusals;
    }

    // The tensors, then the model that they are of, then a step of it.
    private void ReadWeights(string path)
    {
        long before = ProcessMemory.ResetPeak();
        bool read = false;
        Try("read", e => e is WeightFileException or SafetensorsException, () =>
        {
            if (path.EndsWith(".npy", StringComparison.Ordinal))
                NpyFile.Read(path);
            else
                read = WeightFiles.Read(path).Count > 0;
        });
        LoadBytes = Math.Max(0, ProcessMemory.Peak() - before);
        if (read)
            Try("model", e => e is UsageException or ForeignWeightsException or WeightFileException || IsRefusedRun(e), () =>
            {
                using Model model = WeightSource.Read(path).Open(new PyTorchOptions(), new KerasOptions(), options);
                Step(model);
            });
    }

    private void Use(Model model, int index)
    {
        Try("step", IsRefusedRun, () =>
        {
            for (int i = 0; i < 2; i++)
                Step(model);
        });
        if (index % 2 == 0)
            Try("run", IsRefusedRun, () => model.Run(Inputs(model)));
        else
            Try("stream", IsRefusedRun, () => Stream(model));
    }

    private static void Step(Model model)
    {
        Port? first = model.Program.Inputs.FirstOrDefault(port => port.Role == PortRole.Input);
        if (first is null || first.Type.Element == ElementType.I32)
            model.Step(1);
        else
            model.Step(new float[(int)Math.Min(Length(first, model, 1, 1), LongestInput)]);
    }

    private static void Stream(Model model)
    {
        using var stream = new StreamingModel(model);
        using StreamState state = stream.NewState();
        stream.Step(state);
    }

    private static Dictionary<string, NdArray> Inputs(Model model) => model.Program.Inputs.Where(port => port.Role == PortRole.Input)
        .Where(port => Length(port, model, Steps, Batch) <= LongestInput)
        .ToDictionary(port => port.Name, port => new NdArray([.. port.Type.Dims.Select(dim => dim.Evaluate(Sizes(model, Steps, Batch)))]));

    private static long Length(Port port, Model model, int steps, int batch)
    {
        Dictionary<string, int> sizes = Sizes(model, steps, batch);
        long length = 1;
        foreach (Dim dim in port.Type.Dims)
            length = Math.Min(LongestInput + 1L, length * Math.Max(0L, dim.Evaluate(sizes)));
        return length;
    }

    private static Dictionary<string, int> Sizes(Model model, int steps, int batch) => new(model.Sizes) { ["T"] = steps, ["B"] = batch };

    private void Write(string path)
    {
        using CharacterModel model = CharacterModel.Load(path, options);
        foreach (string _ in model.Write(3))
        {
        }
    }

    private void Resume(string path)
    {
        using CharacterTraining training = CharacterTraining.Resume(path, _ => FuzzSeeds.Text, options);
        training.Step();
        training.Measure();
    }

    private void Layer(CellDefinition cell)
    {
        Graph program = Layers.LayerProgram.Forward(cell).Graph;
        Dictionary<string, int> sizes = program.Symbols().ToDictionary(symbol => symbol, symbol => symbol is "T" or "B" ? 1 : 3);
        using var model = new Model(program, sizes, options);
        Step(model);
    }

    private static bool IsRefusedRun(Exception e) => e is GraphException or CheckpointException || e.GetType() == typeof(ArgumentException);

    private void Try(string door, Func<Exception, bool> isRefusal, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (isRefusal(e) && e.Message.Length <= LongestSentence)
        {
            refusals.Add($"{door}: {e.Message}");
        }
    }
}
