namespace RnnJit.Charts;

/// <summary>
/// Images side by side, a word below each, with a map of numbers over it where one is given: the regions that a decoder attends to while it
/// writes a caption (Xu et al. 2015, Show, attend and tell, figure 3; from memory).
/// </summary>
public sealed class ImageStrip : IPicture
{
    private const double Edge = 20;
    private const double TitleSize = 18;
    private const double WordSize = 12.5;
    private const double Gap = 10;
    private const double WordHeight = 22;

    // The largest number of a map leaves this share of the image visible.
    private const double Visible = 0.3;
    private static readonly (byte R, byte G, byte B) Colour = (200, 80, 0);

    private readonly List<Item> items = [];

    public string Title { get; init; } = "";

    /// <summary>The width of the picture; a row that is full continues below.</summary>
    public int Width { get; init; } = 800;

    /// <summary>The longer side of an image.</summary>
    public int ImageSize { get; init; } = 96;

    /// <summary>True to interpolate between the cells of a map, false to draw each cell as a rectangle.</summary>
    public bool Smooth { get; init; }

    /// <summary>Adds an image behind the others.</summary>
    public void Add(string word, PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(image);
        items.Add(new Item(word, image, 0, 0, []));
    }

    /// <summary>Adds an image behind the others, with a map over the whole of it.</summary>
    /// <param name="word">A word below the image.</param>
    /// <param name="rows">Rows of the map, from top to bottom; no more than the image needs.</param>
    /// <param name="columns">Columns of the map, from left to right.</param>
    /// <param name="map">[rows, columns], 0 or more: the largest number of this map has the strongest colour, 0 has none.</param>
    /// <exception cref="ArgumentException">A size is not positive, there is another count of numbers, or one is negative or not
    /// finite.</exception>
    public void Add(string word, PixelImage image, int rows, int columns, ReadOnlySpan<double> map)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(image);
        if (rows <= 0 || columns <= 0 || map.Length != (long)rows * columns)
            throw new ArgumentException($"The map over image '{word}' is {rows} × {columns} and has {map.Length} numbers (give one for "
                + "each cell)");
        foreach (double number in map)
        {
            if (!double.IsFinite(number) || number < 0)
                throw new ArgumentException(FormattableString.Invariant(
                    $"The map over image '{word}' has the number {number}, wanted 0 or more (give weights, such as those of attention)"));
        }

        items.Add(new Item(word, image, rows, columns, map.ToArray()));
    }

    /// <inheritdoc/>
    public string ToSvg()
    {
        if (items.Count == 0)
            throw new InvalidOperationException($"The strip '{Title}' has no image (add some before drawing)");
        double cell = Math.Max(ImageSize, items.Max(item => Svg.WidthOf(item.Word, WordSize)));
        int columns = (int)((Width - 2 * Edge + Gap) / (cell + Gap));
        if (ImageSize <= 0 || columns < 1)
            throw new InvalidOperationException($"A strip {Width} wide has no room for an image and its word, {Svg.Number(cell)} wide "
                + "(make it wider, or images or words smaller)");
        double top = Edge + (Title.Length > 0 ? TitleSize + 12 : 0), height = ImageSize + WordHeight + Gap;
        int lines = (items.Count + columns - 1) / columns;
        var svg = new Svg(Width, top + lines * height - Gap + Edge, Title);
        if (Title.Length > 0)
            svg.Text(Edge, Edge + TitleSize - 2, Title, TitleSize, $"""class="title" font-weight="600" fill="{Svg.Ink}" """);
        for (int i = 0; i < items.Count; i++)
            Draw(svg, items[i], Edge + i % columns * (cell + Gap) + cell / 2, top + i / columns * height);
        return svg.Finish();
    }

    // An image is as far from the top as the room for its longer side allows, so that words stand on one line.
    private void Draw(Svg svg, Item item, double middle, double top)
    {
        double scale = ImageSize / (double)Math.Max(item.Image.Width, item.Image.Height);
        double width = item.Image.Width * scale, height = item.Image.Height * scale;
        double x = middle - width / 2, y = top + (ImageSize - height) / 2;
        Place(svg, "image", x, y, width, height, item.Image.ToPng(), "pixelated");
        if (item.Map.Length > 0)
            Place(svg, "overlay", x, y, width, height, Veil(item), Smooth ? "auto" : "pixelated");
        svg.Line($"""<rect class="frame" x="{x}" y="{y}" width="{width}" height="{height}" fill="none" stroke="{Svg.Grid}"/>""");
        svg.Text(middle, top + ImageSize + 15, item.Word, WordSize, $"""class="word" fill="{Svg.Ink}" text-anchor="middle" """);
    }

    private static byte[] Veil(Item item)
    {
        double largest = item.Map.Max();
        double[] shares = [.. item.Map.Select(number => largest > 0 ? number / largest * (1 - Visible) : 0)];
        return PixelImage.Veil(item.Rows, item.Columns, shares, Colour);
    }

    private static void Place(Svg svg, string kind, double x, double y, double width, double height, byte[] png, string rendering) =>
        svg.Line($"""<image class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" preserveAspectRatio="none" """
            + $"""style="image-rendering:{rendering}" href="data:image/png;base64,{Convert.ToBase64String(png)}"/>""");

    private sealed record Item(string Word, PixelImage Image, int Rows, int Columns, double[] Map);
}
