using System.Reflection;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Training;
using RnnJit.Runtime;
using RnnJit.Tests.Ops;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Negative controls of the contracts: each finds a backend that is wrong in one number.</summary>
public class BrokenBackendTests
{
    private static readonly Dictionary<string, Action<BackendContract>> All = new()
    {
        [nameof(BackendContract.Cells_forward_and_backward)] = contract => contract.Cells_forward_and_backward(typeof(Lstm), true, true),
        [nameof(BackendContract.Transformed_cells)] = contract => contract.Transformed_cells(typeof(Lstm), "zoneout", false),
        [nameof(BackendContract.Any_lengths)] = contract => contract.Any_lengths(typeof(Lstm), false, [3, 0, 7, 1, 5, 2, 7, 4, 6]),
        [nameof(BackendContract.Without_any_one_pass)] = contract => contract.Without_any_one_pass("simplify"),
        [nameof(BackendContract.Time_in_blocks)] = contract => contract.Time_in_blocks(typeof(Lstm), 3, false, false),
        [nameof(BackendContract.Op_and_gradient)] = contract => contract.Op_and_gradient("tanh"),
        [nameof(BackendContract.Scans)] = contract => contract.Scans((string)ScanSamples.All.First().Arguments[0]!),
        [nameof(BackendContract.Random_programs_agree)] = contract => contract.Random_programs_agree(),
        [nameof(BackendContract.Second_derivatives)] = contract => contract.Second_derivatives(typeof(Elman), false),
        [nameof(BackendContract.Streams_are_the_whole_sequence_bit_for_bit)] = contract =>
            contract.Streams_are_the_whole_sequence_bit_for_bit(typeof(Lstm), ElementType.F32),
        [nameof(BackendContract.Composed_networks)] = contract => contract.Composed_networks("both directions, lengths"),
        [nameof(BackendContract.Training_steps)] = contract => contract.Training_steps(new Adam(), null),
    };

    private static IEnumerable<string> Names => All.Keys;

    [TestCaseSource(nameof(Names))]
    public void A_wrong_number_is_found(string contract) =>
        Assert.That(() => All[contract](Of(new BrokenBackend(BackendRegistry.Of(Device.Cpu)))), Throws.TypeOf<AssertionException>());

    [TestCaseSource(nameof(Names))]
    public void The_backend_without_it_is_right(string contract) =>
        Assert.That(() => All[contract](Of(BackendRegistry.Of(Device.Cpu))), Throws.Nothing);

    [Test]
    public void A_number_that_is_wrong_in_the_second_run_is_found() => Assert.That(
        () =>
            All[nameof(BackendContract.Cells_forward_and_backward)](Of(new BrokenBackend(BackendRegistry.Of(Device.Cpu), from: 1))),
                Throws.TypeOf<AssertionException>());

    // Golden cases need the reference data.
    [Test]
    public void Every_contract_has_its_control()
    {
        IEnumerable<string> contracts = typeof(BackendContract).GetMethods()
            .Where(method => method.GetCustomAttributes().Any(given => given is TestAttribute or TestCaseSourceAttribute))
            .Select(method => method.Name);
        Assert.That(contracts, Is.EquivalentTo(Names.Append(nameof(BackendContract.Golden_cases))));
    }

    private static CpuContract Of(IBackend backend) => new() { Instead = CpuContract.Cpu with { Backend = backend, Compile = null } };
}
