using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Networks;

/// <summary>Decoders that attend to a memory inside their loop.</summary>
public class DecoderTests
{
    // Values and bits are held by the contracts of all cells.
    [Test]
    public void Nothing_of_a_decoder_is_interpreted_and_its_rows_are_independent(
        [Values(typeof(LuongDecoder), typeof(BahdanauDecoder))] Type type, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths);
        using Executable executable = CellProgram.Create(cell.Build(), cell.Sizes(steps: 4, batch: 9), threads: 2);
        Assert.That(executable.Interpreted(), Is.Empty);
        ScanInstruction[] loops = ((CompiledExecutable)executable).Instructions.OfType<ScanInstruction>().ToArray();
        Assert.That(loops, Has.Length.EqualTo(2));
        Assert.That(loops.Select(loop => loop.IsRowIndependent), Has.All.True);
    }
}
