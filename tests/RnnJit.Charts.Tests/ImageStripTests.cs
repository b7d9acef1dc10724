using System.Xml.Linq;
using StbImageSharp;
using static RnnJit.Charts.Tests.LineChartTests;

namespace RnnJit.Charts.Tests;

internal sealed class ImageStripTests
{
    private const string Picture = "docs/pictures-strip.svg";

    [Test]
    public void An_image_has_its_pixels()
    {
        ImageResult grey = Read(new PixelImage(2, 3, [0, 0.5, 1, -1, 2, double.NaN]).ToPng());
        Assert.That((grey.Height, grey.Width, grey.Comp), Is.EqualTo((2, 3, ColorComponents.Grey)));
        Assert.That(grey.Data, Is.EqualTo(new byte[] { 0, 128, 255, 0, 255, 0 }));

        ImageResult colours = Read(new PixelImage(1, 2, [1, 0, 0, 0.2, 0.4, 0.6]).ToPng());
        Assert.That(colours.Comp, Is.EqualTo(ColorComponents.RedGreenBlue));
        Assert.That(colours.Data, Is.EqualTo(new byte[] { 255, 0, 0, 51, 102, 153 }));
    }

    [Test]
    public void Images_stand_in_rows_with_words_and_maps()
    {
        var strip = new ImageStrip { Title = "<t>", Width = 260 };
        strip.Add("a", new PixelImage(2, 2, [0, 1, 1, 0]));
        strip.Add("b & c", new PixelImage(1, 2, [0, 1]), 1, 3, [0, 2, 4]);
        strip.Add("d", new PixelImage(4, 2, new double[8]));
        XElement svg = Parse(strip.ToSvg());
        XElement[] images = [.. Elements(svg, "image", "image")];

        Assert.That(Texts(svg, "word"), Is.EqualTo(new[] { "a", "b & c", "d" }));
        Assert.That(Number(images[1], "x") - Number(images[0], "x"), Is.EqualTo(106));
        Assert.That(Number(images[1], "y") - Number(images[0], "y"), Is.EqualTo(24), "half as high, in the middle");
        Assert.That((Number(images[1], "width"), Number(images[1], "height")), Is.EqualTo((96.0, 48.0)));
        Assert.That((Number(images[2], "width"), Number(images[2], "height")), Is.EqualTo((48.0, 96.0)));
        Assert.That(Number(images[2], "y"), Is.GreaterThan(Number(images[0], "y") + 96), "a new row");
        ImageResult map = Read(Content(Elements(svg, "image", "overlay").Single()));
        Assert.That((map.Height, map.Width), Is.EqualTo((1, 3)));
        Assert.That(map.Data, Is.EqualTo(new byte[] { 200, 80, 0, 0, 200, 80, 0, 89, 200, 80, 0, 178 }));
    }

    [Test]
    public void A_map_of_zeros_hides_nothing()
    {
        var strip = new ImageStrip();
        strip.Add("a", new PixelImage(1, 1, [1]), 1, 2, [0, 0]);
        ImageResult map = Read(Content(Elements(Parse(strip.ToSvg()), "image", "overlay").Single()));
        Assert.That((map.Data[3], map.Data[7]), Is.EqualTo(((byte)0, (byte)0)));
    }

    [Test]
    public void What_cannot_be_drawn_is_refused()
    {
        Assert.That(() => new PixelImage(0, 1, []), Throws.ArgumentException.With.Message.Contains("0 × 1 pixels"));
        Assert.That(() => new PixelImage(2, 2, [1, 2]), Throws.ArgumentException.With.Message.Contains("has 2 values, wanted 4 or 12"));
        Assert.That(() => new PixelImage(int.MaxValue, 2, [1]), Throws.ArgumentException.With.Message.Contains("wanted 4294967294 or"));
        var strip = new ImageStrip { Title = "s" };
        Assert.That(strip.ToSvg, Throws.InvalidOperationException.With.Message.Contains("The strip 's' has no image"));
        var image = new PixelImage(1, 1, [1]);
        Assert.That(() => strip.Add("w", image, 2, 2, [1]), Throws.ArgumentException.With.Message.Contains("2 × 2 and has 1 numbers"));
        Assert.That(() => strip.Add("w", image, 1, 1, [-1]), Throws.ArgumentException.With.Message.Contains("the number -1, wanted 0"));
        Assert.That(() => strip.Add("w", image, 1, 1, [double.NaN]), Throws.ArgumentException.With.Message.Contains("the number NaN"));
        var narrow = new ImageStrip { Width = 100 };
        narrow.Add("w", image);
        Assert.That(narrow.ToSvg, Throws.InvalidOperationException.With.Message.Contains("100 wide has no room"));
    }

    // The picture of docs/pictures.md: a bright square that moves over a slope of grey, and the cells of a map that it covers.
    [Test]
    public void The_documented_strip_is_drawn_here()
    {
        const int Size = 24, Cells = 6, Side = 6;
        var strip = new ImageStrip { Title = "A square that moves, and where it is", Width = 660, ImageSize = 80 };
        for (int frame = 0; frame < 7; frame++)
        {
            var (left, top) = (3 * frame, 18 - 3 * frame);
            var (pixels, map) = (new double[Size * Size], new double[Cells * Cells]);
            for (int place = 0; place < pixels.Length; place++)
            {
                var (y, x) = (place / Size, place % Size);
                bool covered = x >= left && x < left + Side && y >= top && y < top + Side;
                pixels[place] = covered ? 1 : 0.15 + 0.4 * x / Size;
                map[y * Cells / Size * Cells + x * Cells / Size] += covered ? 1 : 0;
            }

            strip.Add($"frame {frame + 1}", new PixelImage(Size, Size, pixels), Cells, Cells, map);
        }

        string svg = strip.ToSvg(), file = Path.Combine(BenchmarkChartTests.Root, Picture);
        if (Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1")
            File.WriteAllText(file, svg);
        XElement[] Pictures(string text) => [.. Parse(text).Elements().Where(element => element.Name.LocalName == "image")];
        XElement[] drawn = Pictures(svg), stored = Pictures(File.ReadAllText(file));
        Assert.That(stored.Select(image => Read(Content(image)).Data), Is.EqualTo(drawn.Select(image => Read(Content(image)).Data)));
        Assert.That(Texts(Parse(File.ReadAllText(file)), "word"), Is.EqualTo(Texts(Parse(svg), "word")));
    }

    private static ImageResult Read(byte[] png) => ImageResult.FromMemory(png);

    private static byte[] Content(XElement image)
    {
        const string Begin = "data:image/png;base64,";
        string link = image.Attribute("href")!.Value;
        Assert.That(link, Does.StartWith(Begin));
        return Convert.FromBase64String(link[Begin.Length..]);
    }
}
