using System.Reflection;
using RnnJit.Cells;
using RnnJit.Jit.Tests.Documents;
using RnnJit.Jit.Tests.Kernels;
using RnnJit.Jit.Tests.Passes;
using RnnJit.Jit.Tests.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>The contracts of cells run over every file of a cell, and none is listed by hand.</summary>
public class CoverageTests
{
    // Each takes the cell as a parameter.
    private static readonly (Type Tests, string Contract)[] Contracts =
    [
        (typeof(CpuContract), nameof(CpuContract.Cells_forward_and_backward)),
        (typeof(CpuContract), nameof(CpuContract.Streams_are_the_whole_sequence_bit_for_bit)),
        (typeof(MaskTests), nameof(MaskTests.Masked_cells_agree_with_the_oracle)),
        (typeof(BitwiseTests), nameof(BitwiseTests.One_two_and_three_threads_agree)),
        (typeof(BitwiseTests), nameof(BitwiseTests.Both_schedules_agree)),
        (typeof(BitwiseTests), nameof(BitwiseTests.A_row_alone_is_that_row_of_the_batch)),
        (typeof(BitwiseTests), nameof(BitwiseTests.A_sequence_in_pieces_is_the_whole_sequence)),
        (typeof(BitwiseTests), nameof(BitwiseTests.Read_at_build_time_or_traced_gives_the_same_bits)),
        (typeof(GeneratedKernelTests), nameof(GeneratedKernelTests.Generated_kernels_give_the_bits_of_compiled_ones)),
        (typeof(CheckpointTests), nameof(CheckpointTests.Gradients_are_bit_for_bit_those_of_the_full_tape)),
        (typeof(ActiveRowTests), nameof(ActiveRowTests.No_cell_reads_what_was_left_out)),
    ];

    private static string[] Files => Directory.GetFiles(Repository.Path("src/RnnJit/Cells"), "*.cs")
        .Where(file => File.ReadAllText(file).Contains("[RnnCell]\n", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)).ToArray();

    private static IEnumerable<TestCaseData> All => Contracts.Select(pair => new TestCaseData(pair.Tests, pair.Contract));

    [TestCaseSource(nameof(All))]
    public void A_contract_runs_over_every_cell(Type tests, string contract) =>
        Assert.That(Cells(tests, contract).Select(type => type.Name), Is.EquivalentTo(Files));

    [Test]
    public void Second_derivatives_are_those_of_every_cell_without_a_kink()
    {
        string[] smooth = Files.Where(
            name => Kinks.Of(CellTracer.Trace(typeof(Lstm).Assembly.GetType("RnnJit.Cells." + name)!).Step).Length == 0).ToArray();
        (Type Tests, string Contract)[] contracts =
        [
            (typeof(CpuContract), nameof(CpuContract.Second_derivatives)),
            (typeof(SecondDerivativeTests), nameof(SecondDerivativeTests.The_oracle_agrees_with_differences_of_the_first_gradient)),
        ];
        foreach (var (tests, contract) in contracts)
            Assert.That(Cells(tests, contract).Select(type => type.Name), Is.EquivalentTo(smooth));
    }

    [Test]
    public void A_list_that_lacks_a_cell_is_found() =>
        Assert.That(Cells(typeof(CoverageTests), nameof(Two_cells)).Select(type => type.Name), Is.Not.EquivalentTo(Files));

    // A contract over a list by hand.
    [Test]
    public void Two_cells([Values(typeof(Lstm), typeof(Gru))] Type type) => Assert.That(Files, Does.Contain(type.Name));

    // The cells that a test gets for its parameter.
    private static Type[] Cells(Type tests, string contract)
    {
        MethodInfo method = tests.GetMethod(contract)!;
        ParameterInfo cell = method.GetParameters().Single(parameter => parameter.ParameterType == typeof(Type));
        if (cell.GetCustomAttribute<CellsAttribute>() is { } given)
            return [.. given.Of(tests)];
        string? source = cell.GetCustomAttribute<ValueSourceAttribute>()?.SourceName
            ?? method.GetCustomAttribute<TestCaseSourceAttribute>()?.SourceName;
        return source is null
            ? []
            : [.. (IEnumerable<Type>)tests.GetProperty(source, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!
                .GetValue(null)!];
    }
}
