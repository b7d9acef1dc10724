namespace RnnJit.Charts;

/// <summary>Heads of arrows as triangles, which need no marker with a name, so that many pictures fit into one page.</summary>
internal static class Arrow
{
    private const double Length = 8, HalfWidth = 3.6;

    public static (double X, double Y) Middle((double X, double Y) a, (double X, double Y) b) => ((a.X + b.X) / 2, (a.Y + b.Y) / 2);

    /// <summary>Draws a head whose tip is at a place, seen from another one.</summary>
    /// <param name="shortest">No head is drawn where tip and origin are nearer.</param>
    public static void DrawHead(Svg svg, (double X, double Y) tip, (double X, double Y) from, string colour, double shortest = 0)
    {
        double dx = tip.X - from.X, dy = tip.Y - from.Y, length = Math.Sqrt(dx * dx + dy * dy);
        if (length < Math.Max(shortest, 1e-9))
            return;
        (dx, dy) = (dx / length, dy / length);
        var (backX, backY) = (tip.X - Length * dx, tip.Y - Length * dy);
        (double X,
            double Y)[] corners = [tip, (backX - HalfWidth * dy, backY + HalfWidth * dx), (backX + HalfWidth * dy, backY - HalfWidth * dx)];
        string places = string.Join(' ', corners.Select(corner => $"{Svg.Number(corner.X)},{Svg.Number(corner.Y)}"));
        svg.Line($"""<polygon class="head" points="{places}" fill="{colour}"/>""");
    }
}
