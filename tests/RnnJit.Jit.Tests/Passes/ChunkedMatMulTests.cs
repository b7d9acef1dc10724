using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Input products of long sequences are computed some steps ahead of the loop that reads them.</summary>
public class ChunkedMatMulTests
{
    private static readonly string[] Off = [Executable.ChunkPass];

    // 16 rows: chunks of 16 steps; 3 · 64 numbers a row or more: 8.6 MB for 701 steps.
    private static Dictionary<string, int> Sizes(CellProgram cell, int steps) => cell.Sizes(steps, batch: 16, units: 64);

    [Test]
    public void Chunks_change_no_bit([Values(typeof(Lstm), typeof(Gru), typeof(LstmPeephole))] Type type, [Values] bool reverse,
        [Values] bool lengths, [Values(1, 2)] int threads)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, reverse);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = Sizes(cell, 701);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable with = CellProgram.Create(program, sizes, threads),
            without = CellProgram.Create(program, sizes, threads, without: Off);
        Assert.That(with.Chunked().Select(product => product.Chunk), Has.Some.EqualTo(16));
        Assert.That(without.Chunked(), Is.Empty);
        Bits.AssertEqual(CellProgram.Run(with, data), CellProgram.Run(without, data), "chunks");
    }

    // Rows of 1,024 numbers would lie a page apart: they have room in between, in chunks too.
    [Test]
    public void Chunks_of_wide_rows_change_no_bit([Values] bool lengths, [Values(1, 2)] int threads, [Values(6, 16)] int batch)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), lengths);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: batch == 16 ? 136 : 401, batch, units: 256);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable with = CellProgram.Create(program, sizes, threads),
            without = CellProgram.Create(program, sizes, threads, without: Off);

        // Each worker has rows of all steps of a chunk: 8 of each, or 3, which are fewer than steps.
        foreach (ScanInstruction loop in ((CompiledExecutable)with).Instructions.OfType<ScanInstruction>())
            loop.Forced = ScanSchedule.BatchParallel;
        Assert.That(((CompiledExecutable)with).Instructions.OfType<ScanInstruction>().SelectMany(loop => loop.Chunked)
            .SelectMany(chunk => chunk.Views), Has.Some.Matches<BufferView>(view => view!.Ring > 0 && view.Strides[1] == 1024 + 16));
        Bits.AssertEqual(CellProgram.Run(with, data), CellProgram.Run(without, data), "chunks");
    }

    // Two workers share each chunk and its steps; rows with lengths go to one of them.
    [Test]
    public void Chunks_change_no_bit_of_hidden_parallel_loops([Values] bool reverse, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), lengths, reverse);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = Sizes(cell, 701);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable together = CellProgram.Create(program, sizes, threads: 2),
            alone = CellProgram.Create(program, sizes, threads: 1, without: Off);
        ScanInstruction[] loops = ((CompiledExecutable)together).Instructions.OfType<ScanInstruction>().ToArray();
        Assert.That(loops.SelectMany(loop => loop.Chunked), Is.Not.Empty);
        foreach (ScanInstruction loop in loops)
            loop.Forced = ScanSchedule.HiddenParallel;
        Bits.AssertEqual(CellProgram.Run(together, data), CellProgram.Run(alone, data), "chunks of two workers");
    }

    // A step has no product, so what reads a chunk first are kernels over all columns, of which another worker made a half.
    [Test]
    public void No_worker_reads_a_chunk_before_all_of_it_is_there([Values] bool reverse)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(IndRnn)), Reverse: reverse, Backward: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 701, batch: 16, units: 200);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable together = CellProgram.Create(program, sizes, threads: 2),
            alone = CellProgram.Create(program, sizes, threads: 1, without: Off);
        ScanInstruction loop = ((CompiledExecutable)together).Instructions.OfType<ScanInstruction>().Single();
        Assert.That(loop.Chunked, Is.Not.Empty);
        Assert.That(together.Commands<ScanCommand>().Single().Body.OfType<MatMulCommand>(), Is.Empty);
        loop.Forced = ScanSchedule.HiddenParallel;
        Dictionary<string, NdArray> wanted = CellProgram.Run(alone, data);
        for (int run = 0; run < 5; run++)
            Bits.AssertEqual(CellProgram.Run(together, data), wanted, $"run {run}");
    }

    [Test]
    public void Rows_of_a_step_that_lie_apart_have_no_chunks()
    {
        Graph program = Parser.Parse("""
            program BatchFirst
              input x: f32[B, T, X]
              input h: f32[B, H]
              parameter W: f32[H, X]
              %0 = transpose[1, 0, 2] x
              %1 = contract[abc,dc->abd] %0, W
              %2, %3 = scan[T] %1, h {
                sequence p: f32[B, H]
                state h: f32[B, H]
                %0 = mul h, p
                %1 = add %0, p
                %2 = tanh %1
                next h = %2
                yield y = %2
              }
              return final = %2
              return y = %3
            """);

        // 8.7 MB.
        OracleContract.Check(program, new Dictionary<string, int> { ["T"] = 530, ["B"] = 16, ["H"] = 256, ["X"] = 2 },
            planned: executable =>
            Assert.That(executable.Chunked(), Is.Empty));
    }

    // Half of the rows have no steps, and a chunk is little work beside a step: a worker that left its rows for the next chunk would be
    // there long before the other one has read this chunk.
    [Test]
    public void A_worker_without_rows_does_not_run_ahead_into_the_next_chunk([Values] bool reverse)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Lengths: true, reverse, Backward: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 401, batch: 16, units: 192);
        sizes["X"] = 1;
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        for (int row = 0; row < 16; row++)
            data["lengths"].Data[row] = row < 8 ? sizes["T"] : 0;
        using Executable together = CellProgram.Create(program, sizes, threads: 2),
            alone = CellProgram.Create(program, sizes, threads: 1, without: Off);
        ScanInstruction loop = ((CompiledExecutable)together).Instructions.OfType<ScanInstruction>().Single();
        Assert.That(loop.Chunked, Is.Not.Empty);
        loop.Forced = ScanSchedule.HiddenParallel;
        Dictionary<string, NdArray> wanted = CellProgram.Run(alone, data);
        for (int run = 0; run < 5; run++)
            Bits.AssertEqual(CellProgram.Run(together, data), wanted, $"run {run}");
    }

    [Test]
    public void A_loop_that_falls_back_to_the_interpreter_reads_products_of_all_steps()
    {
        // Rows that still run read each other, so the loop is interpreted. Its two products become one, in
        // views of which it reads them: 8.5 MB.
        Graph program = Parser.Parse("""
            program Mixed
              input x: f32[T, B, X]
              input h: f32[B, H]
              input lengths: i32[B]
              parameter A: f32[H, X]
              parameter C: f32[H, X]
              %0, %1 = scan[T, lengths] x, h, A, C, lengths {
                sequence x: f32[B, X]
                state h: f32[B, H]
                constant A: f32[H, X]
                constant C: f32[H, X]
                %0 = contract[ab,cb->ac] x, A
                %1 = contract[ab,cb->ac] x, C
                %2 = sum[0] h
                %3 = mul %1, %2
                %4 = add %0, %3
                %5 = tanh %4
                next h = %5
                yield y = %5
              }
              return final = %0
              return y = %1
            """);
        var sizes = new Dictionary<string, int> { ["T"] = 520, ["B"] = 16, ["H"] = 128, ["X"] = 1 };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable executable = CellProgram.Create(program, sizes, threads: 2);
        HostOpCommand loop = executable.Commands<HostOpCommand>().Single();
        Assert.That(loop.Op, Is.TypeOf<ScanOp>());
        Assert.That(loop.Reason, Does.StartWith("its rows read each other"));
        Assert.That(executable.Chunked(), Is.Empty);
        Assert.That(((CompiledExecutable)executable).Instructions.SelectMany(instruction => instruction.Views),
            Has.None.Matches<BufferView>(view => view!.Ring > 0));
        Dictionary<string, NdArray> found = CellProgram.Run(executable, data), wanted = Interpreter.Run(program, data, sizes);
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(1e-5), name);
    }

    [Test]
    public void A_chunk_takes_the_memory_of_its_steps_only()
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Backward: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = Sizes(cell, 1024);
        using Executable with = CellProgram.Create(program, sizes), without = CellProgram.Create(program, sizes, without: Off);
        long row = 16 * 4 * 64 * sizeof(float);
        MatMulChunks chunk = ((CompiledExecutable)with).Instructions.OfType<ScanInstruction>().Single().Chunked.Single();
        Assert.That(chunk.Views.Last().Buffer.Bytes, Is.EqualTo(16 * row));
        Assert.That(with.ArenaBytes, Is.LessThan(without.ArenaBytes));
        TestContext.Out.WriteLine($"arena {without.ArenaBytes} ⇒ {with.ArenaBytes} bytes");
    }

    [Test]
    public void Short_sequences_have_no_chunks()
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Backward: false);
        using Executable executable = CellProgram.Create(cell.Build(), Sizes(cell, 50));
        Assert.That(executable.Chunked(), Is.Empty);
    }
}
