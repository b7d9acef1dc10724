using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;

namespace RnnJit.Gallery;

/// <summary>Figures of a run of a system, and the sections of its page in their order.</summary>
public sealed class GalleryReport
{
    private readonly List<Figure> figures = [];
    private readonly List<Section> sections = [];

    /// <summary>The figures; the first one is the system's own, which lists show.</summary>
    public IReadOnlyList<Figure> Figures => figures;

    /// <summary>The sections of the page.</summary>
    public IReadOnlyList<Section> Sections => sections;

    /// <summary>True where every figure is what is wanted.</summary>
    public bool IsMet => figures.All(figure => figure.IsMet);

    public void Add(params ReadOnlySpan<Figure> found) => figures.AddRange(found);

    public void Heading(string text) => sections.Add(new HeadingSection(text));

    public void Paragraph(string text) => sections.Add(new ParagraphSection(text));

    public void Table(string caption, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows) =>
        sections.Add(new TableSection(caption, heads, [.. rows]));

    public void Code(string caption, string text) => sections.Add(new CodeSection(caption, text));

    /// <param name="name">What a file of the picture is called, behind the name of the system.</param>
    public void Picture(string name, string caption, IPicture picture) => sections.Add(new PictureSection(name, caption, picture));

    public void Coloured(string caption, ColouredText text) => sections.Add(new ColouredTextSection(caption, text));

    /// <summary>The equations of a cell.</summary>
    public void Equations(CellDefinition cell) => Code($"The cell {cell.Name}", cell.Source);

    /// <summary>The kernels that a Program is run by, in their readable form.</summary>
    public void Kernels(Graph program)
    {
        IReadOnlyList<Graph> kernels = KernelList.Of(Pipeline.Run(program));
        for (int i = 0; i < kernels.Count; i++)
        {
            string caption = $"Kernel {i + 1} of {kernels.Count} of {program.Name}, in its readable form";
            string text = KernelEmitter.Emit(kernels[i], ScalarDialect.Instance, $"{program.Name}{i + 1}", $"Kernel {i + 1} of "
                + $"{kernels.Count}.");
            sections.Add(new CodeSection(caption, text) { OnlyOnPage = true });
        }
    }
}
