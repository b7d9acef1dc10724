using System.Globalization;
using RnnJit.Emit;
using RnnJit.Generators.Reading;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Text;

namespace RnnJit.Generators.Emission;

/// <summary>The file of a kernel.</summary>
/// <param name="Text">The canonical text of the kernel's graph, the planner's key for it.</param>
/// <param name="Name">Name of the kernel's type.</param>
internal sealed record KernelSource(string Text, string Name, string Source)
{
    public const string Namespace = "RnnJit.Generated";

    private static readonly Lazy<EquatableArray<KernelSource>> WithoutCell =
        new(() => Write("Standard", "no cell", StandardPrograms.WithoutCell(), [], default));

    private static readonly Lazy<HashSet<string>> Known = new(() => new HashSet<string>(WithoutCell.Value.Select(kernel => kernel.Text)));

    public string FileName => $"{Namespace}.{Name}.g.cs";

    /// <summary>The kernels that belong to no cell; the same for every compilation.</summary>
    public static EquatableArray<KernelSource> Standard => WithoutCell.Value;

    /// <summary>The kernels of a cell except those that the runtime has. None if a Program of the cell is invalid; running the cell then
    /// reports the error.</summary>
    public static EquatableArray<KernelSource> Of(CellModel model, CancellationToken cancel)
    {
        if (model.Cell is not { } cell)
            return default;

        string name = model.Place.FullName.Replace("_", "__").Replace('.', '_');
        try
        {
            return Write(name, $"cell {cell.Name}", StandardPrograms.Of(cell), Known.Value, cancel);
        }
        catch (GraphException)
        {
            return default;
        }
    }

    private static EquatableArray<KernelSource> Write(
        string name, string owner, IEnumerable<(string Name, Graph Program)> programs, HashSet<string> known, CancellationToken cancel)
    {
        var found = new Dictionary<string, KernelSource>(StringComparer.Ordinal);
        foreach (var (what, program) in programs)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (Graph kernel in KernelList.Of(Pipeline.Run(program, cancel: cancel)))
            {
                cancel.ThrowIfCancellationRequested();
                string text = Printer.Print(kernel);
                if (known.Contains(text) || found.ContainsKey(text))
                    continue;
                string type = $"{name}_Kernel{(found.Count + 1).ToString(CultureInfo.InvariantCulture)}";
                found.Add(text, new KernelSource(text, type,
                    KernelEmitter.Emit(kernel, SimdDialect.Instance, type, $"Kernel of {owner}: {what}.", Namespace)));
            }
        }

        return found.Values.OrderBy(kernel => kernel.Name.Length).ThenBy(kernel => kernel.Name, StringComparer.Ordinal).ToEquatable();
    }
}
