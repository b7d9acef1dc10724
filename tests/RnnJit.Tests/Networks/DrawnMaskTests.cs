using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Tests.Networks;

/// <summary>A mask is a function of seed, update, site, row and unit: the same for the interpreter, and for parts of a batch.</summary>
public class DrawnMaskTests
{
    private static readonly string[] Inits = [MaskPort.Dropout("m", 0.3), MaskPort.Zoneout("m", 0.3), MaskPort.Training, MaskPort.Noise];

    private static readonly TensorType[] Types =
    [
        new(ElementType.F32, "T", "B", "H"), new(ElementType.F64, "T", "B", "H"), new(ElementType.F32, "B", "H"),
        new(ElementType.F32, "T", "B"), new(ElementType.F32, "H", "H"), new(ElementType.F32),
    ];

    [Test]
    public void The_interpreter_draws_the_same_bits([ValueSource(nameof(Inits))] string init,
        [ValueSource(nameof(Types))] TensorType type) =>
        Assert.That(DrawnMask.Of(init, type, update: 3, site: 1, device: Device.Interpreter),
            Is.EqualTo(DrawnMask.Of(init, type, update: 3, site: 1)));

    [Test]
    public void Seed_update_and_site_change_a_mask()
    {
        TensorType type = Types[0];
        double[][] drawn = [DrawnMask.Of(Inits[0], type, 1), DrawnMask.Of(Inits[0], type, 2), DrawnMask.Of(Inits[0], type, 1, site: 1),
            DrawnMask.Of(Inits[0], type, 1, seed: 2)];
        Assert.That(drawn.Select(mask => string.Join(' ', mask)).Distinct().Count(), Is.EqualTo(4));
    }

    // Two parts of 10 rows of a batch of 20, which is drawn row by row.
    [Test]
    public void Parts_of_a_batch_draw_the_rows_of_the_whole_batch([Values("T,B,H", "B,H", "T,B")] string dims)
    {
        var type = new TensorType(ElementType.F32, [.. dims.Split(',').Select(symbol => (Dim)symbol)]);
        double[] first = DrawnMask.Of(Inits[0], type, 1, first: 0, whole: 20),
            second = DrawnMask.Of(Inits[0], type, 1, first: 10, whole: 20);
        double[] whole = DrawnMask.Of(Inits[0], type, 1, batch: 20);
        int units = type.Dims[^1] == Dim.Symbol("H") ? 50 : 1, part = 10 * units;
        for (int block = 0; block < whole.Length / (2 * part); block++)
        {
            Assert.That(whole[(block * 2 * part)..((block * 2 * part) + part)], Is.EqualTo(first[(block * part)..((block + 1) * part)]));
            Assert.That(whole[((block * 2 * part) + part)..((block + 1) * 2 * part)],
                Is.EqualTo(second[(block * part)..((block + 1) * part)]));
        }
    }
}
