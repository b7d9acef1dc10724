using System.Text.RegularExpressions;
using RnnJit.Contracts;
using RnnJit.Gpu.Kernels;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>
/// Faults that are put into PTX on purpose: each is seen, as other bits or in a sentence, and the text as it was passes.
/// </summary>
[NonParallelizable]
public class PtxMutationTests
{
    private const string Bits = "differ";

    private const string Somehow = "differ|never written|which has|races|no memory|not aligned|some lanes only|divides by 0";

    // A place that only some kernels of a Program have; registers and labels have other numbers from build to build.
    private static readonly Fault[] Faults =
    [
        new("sums of groups", "a deleted barrier", @"bar\.sync\s+0;", "", "races with a thread"),
        new("sums of groups", "a deleted predicate", @"@%p\d+ bra\s+(L_\d+);(\s+L_\d+:\s+shr)", "bra $1;$2", "byte 256 of 'shared'"),
        new("sums of groups", "a bound that is one too large", @"setp\.lt\.s32", "setp.le.s32",
            "races with a thread|of 'shared', which has 256"),
        new("sums of groups", "a stride twice as long",
            @"mul\.wide\.u32(\s+%rd\d+, %r\d+), 4;(\s+add\.u64\s+%rd\d+, %rd\d+, %rd\d+;\s+mov)",
            "mul.wide.u32$1, 8;$2", "of 'shared', which has 256"),
        new("sums of groups", "a stride half as long", @"mul\.wide\.u32(\s+%rd\d+, %r\d+), 4;", "mul.wide.u32$1, 2;", "not aligned to 4"),
        new("sums of groups", "shared memory of half the size", @"\[256\]", "[128]", "of 'shared', which has 128"),
        new("sums of groups", "threads that leave before a barrier", @"st\.shared\.f32(\s+\[%rd\d+\], %f\d+);\s+bra\.uni\s+L_\d+;",
            "st.shared.f32$1;\n\tret;", "waits for threads that are done"),
        new("sums of groups", "a branch of some threads that is called uniform", @"@(%p\d+) bra\s", "@$1 bra.uni ",
            "taken by some lanes only"),
        new("rows", "swapped operands of a difference", @"sub\.f32(\s+%f\d+), (\w+), (%f\d+);", "sub.f32$1, $3, $2;", Bits),
        new("rows", "swapped operands of a quotient", @"div\.rn\.f32(\s+%f\d+), (%f\d+), (%f\d+);", "div.rn.f32$1, $3, $2;", Bits),
        new("rows", "a product that is fused with a sum", @"mul\.rn\.f32\s+(%f\d+), (%f\d+), (%f\d+);\s+add\.f32\s+(%f\d+), (%f\d+), \1;",
            "fma.rn.f32 $4, $2, $3, $5;", Bits),
        new("rows", "a product that may be fused", @"mul\.rn\.f32", "mul.f32", "the instruction 'mul.f32' is unknown"),
        new("rows", "a quotient of two roundings", @"div\.rn\.f32", "div.full.f32", "the instruction 'div.full.f32' is unknown"),
        new("rows", "a sum that rounds towards 0", @"add\.f32", "add.rz.f32", "the instruction 'add.rz.f32' is unknown"),
        new("rows", "subnormal numbers that are flushed", @"fma\.rn\.f32", "fma.rn.ftz.f32", "the instruction 'fma.rn.ftz.f32' is unknown"),
        new("rows", "lanes that begin a column late",
            @"add\.s32(\s+%r\d+, %r\d+), %r\d+;((?:(?!add\.s32|L_)[\s\S])*?mov\.f32\s+%f\d+, 0f00000000;)", "add.s32$1, 1;$2", Bits),
        new("rows", "lanes that take every column", @"add\.s32(\s+%r\d+, %r\d+), %r\d+;((?:(?!add\.s32|L_)[\s\S])*?bra\.uni)",
            "add.s32$1, 1;$2", Bits),
        new("rows", "lanes that are added from a quarter on", @"shr\.s32(\s+%r\d+, %r\d+), 1;", "shr.s32$1, 2;", Bits),
        new("rows", "a column too many", @"setp\.ge\.s32(\s+(%p\d+), %r\d+, %r\d+;\s+@\2 bra\s)", "setp.gt.s32$1", Somehow),
        new("rows", "a missing check of the last column", @"(setp\.ge\.s32\s+(%p\d+), %r\d+, %r\d+;)\s+@\2 bra\s+L_\d+;", "$1", Somehow),
        new("rows", "a missing check of the last row", @"(setp\.ge\.s64\s+(%p\d+), %rd\d+, %rd\d+;)\s+@\2 bra\s+L_\d+;", "$1", Somehow),
        new("rows", "threads of one group only", @"%ctaid\.x", "%tid.x", Somehow),
        new("rows", "a column to the left", @"ld\.global\.f32(\s+%f\d+, )\[(%rd\d+)\];", "sub.s64 $2, $2, 4;\n\tld.global.f32$1[$2];",
            Somehow),
        new("rows", "a register that is never set", @"mov\.f32\s+%f\d+, 0f00000000;", "", "never wrote"),
        new("rows", "words of the table at half their distance", @"mad\.lo\.u64(\s+%rd\d+, %rd\d+), 8,", "mad.lo.u64$1, 4,", Somehow),
        new("cell", "swapped factors and term", @"fma\.rn\.f32(\s+%f\d+), (%f\d+), (%f\d+), (%f\d+);", "fma.rn.f32$1, $4, $3, $2;",
            Somehow),
        new("cell", "products that begin at a step that is not theirs", @"and\.b64(\s+%rd\d+, %rd\d+), 1;", "and.b64$1, 0;", Somehow),
        new("cell", "rows that have ended and run on", @"setp\.gt\.s64", "setp.ge.s64", Somehow),
        new("cell", "a predicate turned round", @"not\.pred\s+(%p\d+), (%p\d+);", "mov.pred $1, $2;", Somehow),
        new("mask", "halves of products that are a bit too wide", @"shr\.u64(\s+%rd\d+, %rd\d+), 32;", "shr.u64$1, 31;", Bits),
        new("mask", "words that are widened with their signs", @"cvt\.u64\.u32", "cvt.s64.s32", Bits),
        new("index", "a fault that no thread notes", @"atom\.cas\.global\.b32(\s+%r\d+, \[%rd\d+\]), 0, %r\d+;",
            "atom.cas.global.b32$1, 0, 0;", Bits),
        new("index", "a fault whose place is not the least", @"red\.min\.global\.s64\s+\[%rd\d+\], %rd\d+;", "", Bits),
        new("index", "indices below 0 that pass", @"setp\.ge\.s32(\s+%p\d+, %r\d+), 0;(\s+@%p\d+ bra\s)", "setp.ge.s32$1, -2147483648;$2",
            Bits),
        new("functions", "a minimum that takes NaN for a number", @"setp\.(g|l)eu\.f32", "setp.$1e.f32", Bits, Everywhere: true),
        new("functions", "zeros without signs", @"or\.b32", "and.b32", Bits),
        new("functions", "one as the bits of the integer 1, as ILGPU writes (float)(c ? 1 : 0)", @"0f3F800000, 0f00000000, (%p\d+);",
            "0f00000001, 0f00000000, $1;", Bits, Everywhere: true),
    ];

    private static IEnumerable<TestCaseData> Sources => Faults.Select((fault, i) => new TestCaseData(i).SetArgDisplayNames(fault.Kernel,
        fault.Name));

    private static IEnumerable<string> Kernels => Faults.Select(fault => fault.Kernel).Distinct();

    [TestCaseSource(nameof(Sources))]
    public void A_fault_is_seen(int index)
    {
        Fault fault = Faults[index];
        int edited = 0;
        string found = Run(fault.Kernel, text =>
        {
            var pattern = new Regex(fault.From);
            edited += pattern.IsMatch(text) ? 1 : 0;
            return pattern.Replace(text, fault.To, fault.Everywhere ? -1 : 1);
        });
        Assert.That(edited, Is.GreaterThan(0), "the place of the fault is there");
        Assert.That(found, Does.Match(fault.Sentence));
    }

    [TestCaseSource(nameof(Kernels))]
    public void The_text_as_it_is_passes(string kernel) => Assert.That(Run(kernel, text => text), Is.Empty);

    // The sentence that says what is wrong with an edited text; empty for nothing.
    private static string Run(string kernel, Func<string, string> edit)
    {
        try
        {
            return kernel switch
            {
                "sums of groups" => GroupSums(edit),
                "rows" => OfProgram(PtxMutants.Rows(), edit),
                "cell" => OfProgram(PtxMutants.Cell(), edit),
                "mask" => OfProgram(PtxMutants.Mask(), edit),
                "index" => OfProgram(PtxMutants.Index(), edit),
                _ => PtxFunctionTests.Differences<Device32, float>(ElementType.F32, x => (float)x, x =>
                    BitConverter.SingleToUInt32Bits(x), edit)
                    .Count > 0 ? Bits : "",
            };
        }
        catch (PtxException seen)
        {
            return seen.Message;
        }
    }

    private static string GroupSums(Func<string, string> edit)
    {
        float[] x = [.. Enumerable.Range(0, 3 * PtxTestKernels.Threads).Select(i => i * 0.5f)];
        float[] sums = PtxTestRuns.Run(edit(PtxTestRuns.GroupSums), PtxOrder.Descending, x, new float[3]);
        return sums.SequenceEqual(x.Chunk(PtxTestKernels.Threads).Select(part => part.Sum())) ? "" : Bits;
    }

    private static string OfProgram((Graph Program, Dictionary<string, int> Sizes, Dictionary<string, NdArray> Data) given, Func<string,
        string> edit)
    {
        var options = new ExecutableOptions { Sizes = given.Sizes, RowLanes = 4, Poison = true };
        using Executable calls = Executable.Create(given.Program, options with { Device = Device.Parse("ilgpu-cpu") }),
            machine = new GpuBackend("ptx", () => 1, _ => new PtxDevice(PtxOrder.Random, edit)).Create(given.Program, options);
        return Result(machine, given.Data) == Result(calls, given.Data) ? "" : Bits;
    }

    private static string Result(Executable executable, Dictionary<string, NdArray> data)
    {
        try
        {
            return string.Join('\n', CellProgram.Run(executable, data).OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key}: {string.Join(' ', pair.Value.Data.Select(x => BitConverter.DoubleToInt64Bits(x)))}"));
        }
        catch (ArgumentOutOfRangeException refused)
        {
            return refused.Message;
        }
    }

    /// <param name="Kernel">What it is put into.</param>
    /// <param name="From">The place: the first that matches in each text.</param>
    /// <param name="Sentence">What is said of it.</param>
    /// <param name="Everywhere">True for all places of a text.</param>
    private sealed record Fault(string Kernel, string Name, string From, string To, string Sentence, bool Everywhere = false);
}
