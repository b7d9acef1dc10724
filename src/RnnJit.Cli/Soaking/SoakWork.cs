using RnnJit.Cells;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Data;
using RnnJit.Jit;
using RnnJit.Training;

namespace RnnJit.Cli.Soaking;

/// <summary>
/// The tasks that a soak test runs in turns, in a folder of its own: training, loading, streaming, compiling, damaged files.
/// </summary>
internal sealed class SoakWork : IDisposable
{
    private const int Damages = 4, Updates = 4, Letters = 30, Blocks = 20;

    /// <summary>The work that parses.</summary>
    public const string CompileName = "compile cells";

    private static readonly CharacterText Text =
        CharacterText.From(string.Concat(Enumerable.Repeat("she sells sea shells. ", 60)), "a text in memory");
    private static readonly string[] Cells = ["lstm", "gru", "elman", "lstmlayernorm", "mingru"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rnnjit-soak-");
    private readonly ExampleCell example = new();

    /// <summary>The work of one round, each with its name.</summary>
    public IReadOnlyList<(string Name, Action<int> Run)> All =>
        [("train and resume", Train), ("open and close", Open), ("stream", Stream), (CompileName, Compile),
            ("load damaged files", LoadDamaged)];

    /// <summary>Fills the compiler's cache with the text that is compiled later.</summary>
    public void FillCaches(CancellationToken interrupted) => SyntaxCache.Fill(System.IO.File.ReadAllText(example.Path), interrupted);

    // What one work reads another may not have written in this run.
    private string Saved()
    {
        if (!System.IO.File.Exists(File))
            Train(0);
        return File;
    }

    private string File => Path.Combine(folder.FullName, "model.safetensors");

    private string Damaged => Path.Combine(folder.FullName, "damaged.safetensors");

    public void Dispose()
    {
        example.Dispose();
        folder.Delete(recursive: true);
    }

    private void Train(int round)
    {
        var options = new CharacterOptions { Hidden = 16, Embedding = 8, Steps = 8, Batch = 4, Updates = 2 * Updates, Seed = (ulong)round };
        using (var training = new CharacterTraining(Text, CellRegistry.Find(Cells[round % Cells.Length]), options))
        {
            Advance(training);
            training.Save(File);
        }

        using var resumed = CharacterTraining.Resume(File, _ => Text);
        Advance(resumed);
        resumed.Save(File);
    }

    private static void Advance(CharacterTraining training)
    {
        for (int update = 0; update < Updates; update++)
            training.Step();
        training.Measure();
    }

    private void Open(int round)
    {
        using CharacterModel model = CharacterModel.Load(Saved());
        _ = string.Concat(model.Write(Letters, seed: (ulong)round));
    }

    private static void Stream(int round)
    {
        using var stream =
            new StreamedLayer(new LayerRequest(CellRegistry.Find(Cells[round % 3])) { Batch = 1, Inputs = 4, Hidden = 16, Threads = 1 });
        for (int block = 0; block < Blocks; block++)
            stream.Run();
    }

    // The file is read and compiled anew each time. Its kernels are compiled in the first rounds only: a
    // process keeps those of a text for good.
    private void Compile(int round)
    {
        using var executable = LayerBuilder.Bind(
            new LayerRequest(CellFile.Load(example.Path)) { Training = round % 2 == 0, Steps = 4, Batch = 2, Hidden = 8, Threads = 1 });
        executable.Run();
    }

    private void LoadDamaged(int round)
    {
        byte[] whole = System.IO.File.ReadAllBytes(Saved());
        var random = new Random(round);
        for (int i = 0; i < Damages; i++)
        {
            byte[] bytes = whole[..(i % 2 == 0 ? whole.Length : random.Next(whole.Length))];
            for (int flips = 0; flips < 3 && bytes.Length > 0; flips++)
                bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            System.IO.File.WriteAllBytes(Damaged, bytes);
            try
            {
                CharacterModel.Load(Damaged).Dispose();
            }
            catch (Exception e) when (Failures.Code(e) is not null)
            {
                // A sentence is what a damaged file gives.
            }
        }
    }
}
