using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using RnnJit.Cells;
using RnnJit.Emit;
using RnnJit.Gpu.Kernels;
using RnnJit.Ir;
using RnnJit.Contracts;
using RnnJit.Gpu.Tests.Ptx;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Training;

namespace RnnJit.Gpu.Tests;

/// <summary>The PTX that ILGPU writes, as text.</summary>
[NonParallelizable]
public class PtxTests
{
    internal static readonly Type[] Own = [typeof(MatMulKernel), typeof(SumKernels), typeof(CopyKernels), typeof(RowKernels),
        typeof(PickKernels), typeof(PackKernels), typeof(CheckKernels), typeof(MaskKernel), typeof(NormKernels), typeof(TableKernels)];

    private static IEnumerable<TestCaseData> OwnMethods =>
        from type in Own
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        from real in new[] { ElementType.F32, ElementType.F64 }
        select new TestCaseData(type, method.Name, real).SetArgDisplayNames(type.Name, method.Name, real.ToString());

    [TestCaseSource(nameof(OwnMethods))]
    public void An_own_kernel_is_compiled(Type type, string method, ElementType real) =>
        AssertSound(Ptx(DeviceMethods.Own(type, method, real)));

    [Test]
    public void Emitted_kernels_are_compiled([Values(typeof(Lstm), typeof(LstmLayerNorm), typeof(SLstm))] Type cell,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        IReadOnlyList<Graph> kernels = KernelList.Of(Pipeline.Run(new CellProgram(CellTracer.Trace(cell), Lengths: true).Build()));
        Assert.That(kernels, Is.Not.Empty);
        foreach (MethodInfo method in EmittedKernels.Of(kernels, real))
            AssertSound(Ptx(method));
    }

    [Test]
    public void Updates_of_all_parameters_are_compiled([Values] bool replacement,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        Graph kernel = KernelCanonical.Run(replacement ? TrainingStep.Replacement() : TrainingStep.Guarded(new Adam()));
        foreach (MethodInfo method in EmittedKernels.Of([kernel], real, overItems: true))
            AssertSound(Ptx(method));
    }

    // Two blocks of the generator: each splits three words and two products. Widened are 4 factors, 6 halves, 4 numbers, 3 of rows and 4
    // of noise.
    [Test]
    public void The_generator_of_masks_is_unsigned()
    {
        string ptx = Ptx(DeviceMethods.Own(typeof(MaskKernel), nameof(MaskKernel.Draw), ElementType.F32));
        Assert.That(Regex.Matches(ptx, @"\bshr\.u64"), Has.Count.EqualTo(10));
        Assert.That(Regex.Matches(ptx, @"\bcvt\.u64\.u32"), Has.Count.EqualTo(21));
    }

    [Test]
    public void A_product_that_may_be_fused_is_seen() =>
        Assert.That(() => AssertSound(Ptx(typeof(PtxTests).GetMethod(nameof(Fusable))!)), Throws.TypeOf<AssertionException>());

    // The day this fails ILGPU is cured, and conditions may become numbers by conversion again.
    [Test]
    public void ILGPU_still_gives_a_converted_condition_the_bits_of_an_integer() =>
        Assert.That(Ptx(typeof(PtxTests).GetMethod(nameof(Converted))!), Does.Not.Contain("cvt.rn.f32").And.Not.Contain("0f3F800000"));

    // The day this fails ILGPU is cured, and comparisons may have any order: 1 < NaN is false.
    [Test]
    public void ILGPU_still_turns_a_comparison_with_a_constant_round_and_NaN_with_it() =>
        Assert.That(Ptx(typeof(PtxTests).GetMethod(nameof(Mirrored))!), Does.Match(@"setp\.(gtu|le)\.f32\s+%p\d+, %f\d+, 0f3F800000"));

    // The day this fails ILGPU is cured, and what an atomic operation returned may be branched on.
    [Test]
    public void ILGPU_still_takes_the_result_of_an_atomic_operation_for_equal_in_all_threads() =>
        Assert.That(Ptx(typeof(PtxTests).GetMethod(nameof(Noted))!), Does.Match(@"atom\.cas[\s\S]*@!?%p\d+ bra\.uni"));

    // The day this fails ILGPU is cured, and loops may return true.
    [Test]
    public void ILGPU_still_takes_constants_for_equal_in_all_threads() =>
        Assert.That(Ptx(typeof(PtxTests).GetMethod(nameof(Found))!), Does.Match(@"@!?%p\d+ bra\.uni"));

    public static void Found(ArrayView<int> x)
    {
        if (HasMore(x, ILGPU.Group.IdxX))
            x[0] = 2;
    }

    private static bool HasMore(ArrayView<int> x, int from)
    {
        for (int i = from; i < x.IntLength; i++)
        {
            if (x[i] > 3)
                return true;
        }

        return false;
    }

    public static void Noted(ArrayView<int> x)
    {
        if (Atomic.CompareExchange(ref x[0], 0, 1) != 0)
            x[1] = 2;
    }

    public static void Mirrored(ArrayView<float> x, float b) => x[0] = 1f < b ? 3f : 4f;

    public static void Fusable(ArrayView<float> x, float a, float b) => x[0] = (x[1] * a) + b;

    public static void Converted(ArrayView<float> x, int a) => x[0] = (float)(a < 3 ? 1 : 0);

    // Products are spelled with their rounding, so that ptxas fuses none; nothing is approximate.
    private static void AssertSound(string ptx)
    {
        Assert.That(ptx, Does.Contain(".entry"));
        Assert.That(Regex.Matches(ptx, @"\bmul\.f(32|64)|\bmad\.f|\.approx|\.ftz").Select(match => match.Value), Is.Empty);
    }

    private static string Ptx(MethodInfo method) => PtxCompiler.Of(method);
}
