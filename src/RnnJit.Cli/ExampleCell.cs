namespace RnnJit.Cli;

/// <summary>The cell of docs/cells/FastSlow.cs as a file of its own, removed at the end.</summary>
internal sealed class ExampleCell : IDisposable
{
    public const string Name = "FastSlow";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rnnjit-cell-");

    public ExampleCell()
    {
        Path = System.IO.Path.Combine(folder.FullName, Name + ".cs");
        using Stream text = typeof(ExampleCell).Assembly.GetManifestResourceStream($"cells/{Name}.cs")!;
        using FileStream file = File.Create(Path);
        text.CopyTo(file);
    }

    public string Path { get; }

    public void Dispose() => folder.Delete(recursive: true);
}
