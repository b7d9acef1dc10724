namespace RnnJit.Charts;

/// <summary>A picture that is complete as SVG text.</summary>
public interface IPicture
{
    /// <summary>The picture as one SVG element; all texts in it are escaped.</summary>
    /// <exception cref="InvalidOperationException">There is nothing to draw, or the picture is too small for its texts.</exception>
    string ToSvg();
}
