namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>
/// The machine's checks of memory, registers, barriers, branches and calls; beside the texts that fail a check stand texts that pass it.
/// </summary>
public class PtxMachineTests
{
    private const string Right = "right";

    /// <summary>
    /// Instructions on the address of eight words, of which the first four were written and the last is fenced; with the wanted sentence.
    /// </summary>
    private static IEnumerable<TestCaseData> Accesses =>
    [
        new TestCaseData("ld.global.b32 %r1, [%rd1+12];", Right),
        new TestCaseData("ld.global.b64 %rd2, [%rd1+8];", Right),
        new TestCaseData("ld.global.b32 %r1, [%rd1+16];\nadd.s32 %r1, %r1, 1;\nst.global.b32 [%rd1], %r1;", Right),
        new TestCaseData("ld.global.b32 %r1, [%rd1+16];\nadd.s32 %r1, %r1, 1;\nsetp.eq.s32 %p1, %r1, 0;\n@%p1 bra L_1;\nL_1:",
            "depends on memory that was never written, by '%r1'"),
        new TestCaseData("ld.global.f32 %f1, [%rd1+16];\nsetp.lt.f32 %p1, %f1, 0f00000000;\n@%p1 bra L_1;\nL_1:", Right),
        new TestCaseData("ld.global.b64 %rd2, [%rd1+16];\nld.global.b32 %r1, [%rd2];",
            "depends on memory that was never written, by '%rd2'"),
        new TestCaseData("ld.global.b64 %rd2, [%rd1+16];\nst.global.b64 [%rd1], %rd2;\nld.global.b64 %rd2, [%rd1];\n"
            + "ld.global.b32 %r1, [%rd2];",
            "depends on memory that was never written, by '%rd2'"),
        new TestCaseData("ld.global.b64 %rd2, [%rd1+16];\nmov.b32 %r1, 1;\nsetp.eq.s32 %p1, %r1, 1;\nselp.b64 %rd2, %rd2, %rd1, %p1;\n"
            + "ld.global.b32 %r2, [%rd2];", "depends on memory that was never written, by '%rd2'"),
        new TestCaseData("ld.global.b64 %rd2, [%rd1+16];\nmov.b32 %r1, 2;\nsetp.eq.s32 %p1, %r1, 1;\nselp.b64 %rd2, %rd2, %rd1, %p1;\n"
            + "ld.global.b32 %r2, [%rd2];", Right),
        new TestCaseData("ld.global.b64 %rd2, [%rd1+12];", "uses byte 12 of 'x', which is not aligned to 8"),
        new TestCaseData("ld.global.b32 %r1, [%rd1+2];", "uses byte 2 of 'x', which is not aligned to 4"),
        new TestCaseData("ld.global.b32 %r1, [%rd1+32];", "uses byte 32 of 'x', which has 32"),
        new TestCaseData("add.s64 %rd1, %rd1, -4;\nld.global.b32 %r1, [%rd1];", "where no memory is"),
        new TestCaseData("mov.b64 %rd2, 64;\nld.global.b32 %r1, [%rd2];", "uses the address 0x40, where no memory is"),
        new TestCaseData("mov.b32 %r1, 5;\nst.global.b32 [%rd1+16], %r1;\nld.global.b32 %r2, [%rd1+16];", Right),
        new TestCaseData("mov.b32 %r1, 5;\nst.global.b32 [%rd1+28], %r1;", "uses what is not its own: byte 28 of 'x'"),
        new TestCaseData("mov.b64 %rd2, 5;\nst.global.b64 [%rd1+28], %rd2;", "uses byte 28 of 'x', which has 32"),
        new TestCaseData("add.s32 %r1, %r2, 1;", "reads '%r2', which lane 0 never wrote"),
        new TestCaseData("st.global.f32 [%rd1], %f1;", "reads '%f1', which lane 0 never wrote"),
        new TestCaseData("@%p1 bra L_1;\nL_1:", "reads '%p1', which lane 0 never wrote"),
        new TestCaseData("mov.b32 %r1, 1;\nsetp.eq.s32 %p1, %r1, 1;\n@!%p1 mov.b32 %r2, 3;\nadd.s32 %r3, %r2, 1;",
            "reads '%r2', which lane 0 never wrote"),
        new TestCaseData("mov.b32 %r1, 1;\nsetp.eq.s32 %p1, %r1, 1;\n@%p1 mov.b32 %r2, 3;\nadd.s32 %r3, %r2, 1;", Right),
        new TestCaseData("atom.cas.global.b32 %r1, [%rd1], 0, 7;\nld.global.b32 %r2, [%rd1];", Right),
        new TestCaseData("atom.cas.global.b32 %r1, [%rd1+16], 0, 7;", "reads what was never written: byte 16 of 'x'"),
        new TestCaseData("L_2:\nbra.uni L_2;", "the kernel does not end"),
        new TestCaseData("add.f16 %f1, %f2, %f3;", "the instruction 'add.f16' is unknown"),
        new TestCaseData("mul.f32 %f1, %f2, %f3;", "the instruction 'mul.f32' is unknown"),
        new TestCaseData("add.s32 %r1, %rd1, 1;", "takes s32 from '%rd1', which is b64"),
        new TestCaseData("add.s32 %r1, %f1, 1;", "takes s32 from '%f1', which is f32"),
        new TestCaseData("add.s32 %r1, %r9, 1;", "uses '%r9', which is no register"),
        new TestCaseData("add.s32 %r1, 1;", "has 2 operands, wanted 3"),
        new TestCaseData("bra L_3;", "leads to a label that is not there"),
        new TestCaseData("ld.param.b32 %r1, [_y];", "uses a parameter that is not there"),
        new TestCaseData("bar.sync 0;", Right),
        new TestCaseData("ld.shared.f32 %f1, [%rd1];", "uses shared memory, of which the kernel has none"),
    ];

    [TestCaseSource(nameof(Accesses))]
    public void One_thread(string text, string sentence) => AssertThat(text, 1, sentence);

    /// <summary>Forty threads; the address of the thread's word is %rd2, that of thread 0 is %rd1, the thread's number %r0.</summary>
    private static IEnumerable<TestCaseData> Threads =>
    [
        new TestCaseData("st.global.b32 [%rd2], %r0;\nld.global.b32 %r1, [%rd2];", Right),
        new TestCaseData("st.global.b32 [%rd1], %r0;", "races with a thread that writes byte 0 of 'x'"),
        new TestCaseData("st.global.b32 [%rd2], %r0;\nld.global.b32 %r1, [%rd1];", "races with a thread that"),
        new TestCaseData("st.global.b32 [%rd2], %r0;\nbar.sync 0;\nld.global.b32 %r1, [%rd1];", Right),
        new TestCaseData("ld.global.b32 %r1, [%rd1];\nst.global.b32 [%rd2], %r0;", "races with a thread that"),
        new TestCaseData("ld.global.b32 %r1, [%rd1];\nbar.sync 0;\nst.global.b32 [%rd2], %r0;", Right),
        new TestCaseData("ld.global.b32 %r1, [%rd1];\nld.global.b32 %r2, [%rd1+4];", Right),
        new TestCaseData("red.min.global.s64 [%rd1], 3;", Right),
        new TestCaseData("red.min.global.s64 [%rd1], 3;\nld.global.b32 %r1, [%rd1];\nst.global.b32 [%rd2], %r0;", "races with a thread"),
        new TestCaseData("setp.eq.s32 %p1, %r0, 7;\n@%p1 bra L_1;\nL_1:", Right),
        // Lanes that part in a loop meet in the turn in which they parted.
        new TestCaseData("mov.b32 %r1, 0;\nL_1:\nsetp.ge.s32 %p1, %r1, 3;\n@%p1 bra.uni L_4;\nsetp.le.s32 %p1, %r0, 5;\n@%p1 bra L_3;\n"
            + "L_2:\nadd.s32 %r1, %r1, 1;\nbra.uni L_1;\nL_3:\nmov.b32 %r2, 1;\nbra.uni L_2;\nL_4:\nbar.sync 0;", Right),
        new TestCaseData("setp.eq.s32 %p1, %r0, 7;\n@%p1 bra.uni L_1;\nL_1:", "is taken by some lanes only"),
        new TestCaseData("setp.eq.s32 %p1, %r0, 7;\n@%p1 ret;\nbar.sync 0;", "waits for threads that are done"),
        new TestCaseData("setp.lt.s32 %p1, %r0, 32;\n@%p1 ret;\nbar.sync 0;", "waits for threads that are done"),
        new TestCaseData("setp.lt.s32 %p1, %r0, 32;\n@%p1 bra L_1;\nbar.sync 0;\nret;\nL_1:\nbar.sync 0;",
            "waits for threads that wait elsewhere"),
        new TestCaseData("setp.lt.s32 %p1, %r0, 9;\n@%p1 bra L_1;\nbar.sync 0;\nret;\nL_1:\nbar.sync 0;",
            "is reached by some lanes of a warp only"),
    ];

    [TestCaseSource(nameof(Threads))]
    public void Forty_threads(string text, string sentence)
    {
        const string Own = "mov.b32 %r0, %tid.x;\ncvt.s64.s32 %rd2, %r0;\nmad.lo.u64 %rd2, %rd2, 4, %rd1;\n";
        AssertThat(Own + text, 40, sentence);
    }

    [Test]
    public void Groups_share_no_barrier([Values] PtxOrder order)
    {
        const string Text = "mov.b32 %r0, %ctaid.x;\nbar.sync 0;\nst.global.b32 [%rd1], %r0;";
        Assert.That(() => Run(Text, 1, groups: 2, order),
            Throws.TypeOf<PtxException>().With.Message.Contains("races with a thread that writes"));
        Assert.That(() => Run(Text, 1, groups: 1, order), Throws.Nothing);
    }

    [Test]
    public void A_launch_may_use_what_one_before_it_wrote()
    {
        var memory = new PtxMemory();
        PtxRange range = memory.Add("x", 8);
        range.Write(0, new byte[8]);
        var machine = new PtxMachine(Kernel("ld.global.b32 %r1, [%rd1];\nmov.b32 %r0, %tid.x;\nadd.s32 %r1, %r1, 1;\n"
            + "setp.eq.s32 %p1, %r0, 0;\n@%p1 st.global.b32 [%rd1], %r1;"));
        for (int launch = 1; launch <= 3; launch++)
            machine.Launch(new PtxLaunch(memory, launch, 1, 1, BitConverter.GetBytes(range.Start)));
        byte[] found = new byte[4];
        range.Read(0, found);
        Assert.That(BitConverter.ToInt32(found), Is.EqualTo(3));
    }

    [Test]
    public void Sums_of_groups_meet_at_barriers([Values] PtxOrder order)
    {
        float[] x = [.. Enumerable.Range(0, 3 * PtxTestKernels.Threads).Select(i => i * 0.5f)];
        float[] sums = PtxTestRuns.Run(PtxTestRuns.GroupSums, order, x, new float[3]);
        Assert.That(sums, Is.EqualTo(x.Chunk(PtxTestKernels.Threads).Select(part => part.Sum())));
    }

    [Test]
    public void Functions_return_to_the_lanes_that_called_them([Values] PtxOrder order)
    {
        Assert.That(PtxTestRuns.Squares, Does.Contain("call.uni"));
        float[] x = [.. Enumerable.Range(0, 70).Select(i => (i % 7) - 2.5f)];
        Assert.That(PtxTestRuns.Run(PtxTestRuns.Squares, order, x, new float[70]), Is.EqualTo(x.Select(one => (one - 1) * (one - 1))));
    }

    [TestCase(".reg .b32 %r<3>;", ".reg .v4 %r<3>;")]
    [TestCase(".visible .entry", ".visible .alias")]
    [TestCase("ret;", "ret")]
    [TestCase(".target sm_80", ".pragma \"none\"")]
    public void What_is_not_read_is_refused(string from, string to)
    {
        string text = Kernel("mov.b32 %r1, 1;").Replace(".reg .b32 %r<5>;", ".reg .b32 %r<3>;", StringComparison.Ordinal);
        Assert.That(() => new PtxMachine(text), Throws.Nothing);
        Assert.That(() => new PtxMachine(text.Replace(from, to, StringComparison.Ordinal)), Throws.TypeOf<PtxException>());
    }

    private static void AssertThat(string text, int threads, string sentence)
    {
        foreach (PtxOrder order in Enum.GetValues<PtxOrder>())
        {
            if (sentence == Right)
                Assert.That(() => Run(text, threads, 1, order), Throws.Nothing);
            else
                Assert.That(() => Run(text, threads, 1, order), Throws.TypeOf<PtxException>().With.Message.Contains(sentence));
        }
    }

    private static void Run(string text, int threads, int groups, PtxOrder order)
    {
        var memory = new PtxMemory();
        PtxRange range = memory.Add("x", threads == 1 ? 32 : threads * sizeof(int));
        range.Write(0, new byte[threads == 1 ? 16 : range.Bytes]);
        if (threads == 1)
            range.Fence(28, 4);
        new PtxMachine(Kernel(text)).Launch(new PtxLaunch(memory, 1, groups, threads, BitConverter.GetBytes(range.Start), order));
    }

    private static string Kernel(string body) => $$"""
        .version 8.0
        .target sm_80
        .address_size 64
        .visible .entry Kernel(
            .param .b64 _x
        )
        {
            .reg .pred %p<2>;
            .reg .b32 %r<5>;
            .reg .b64 %rd<3>;
            .reg .f32 %f<4>;
            ld.param.b64 %rd1, [_x];
        {{body}}
            ret;
        }
        """;
}
