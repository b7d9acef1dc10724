using System.Text;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Passes;

/// <summary>v = v + tanh(a · v) · v, many times in one step: every round reads v three times, so a recursion without
/// memory would take 3ⁿ visits.</summary>
public class LongStepTests
{
    private const int Rounds = 300;

    // A guard against hanging, not a measurement.
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(1);

    [Test]
    public void Rounds_that_read_a_value_again_and_again_are_compiled([Values] bool training)
    {
        Graph program = Parser.Parse(Program(Rounds, ahead: 0));
        if (training)
            program = Differentiate.Run(program, "loss", ["W", "a"]);
        Task<IReadOnlyList<Graph>> kernels = Task.Run(() => KernelList.Of(Pipeline.Run(program)));
        Assert.That(kernels.Wait(Guard), Is.True, "within a minute");
        Assert.That(kernels.Result.Sum(kernel => kernel.Nodes.Count), Is.InRange(1, 30 * Fuse.MostOperations),
            "equal rounds have equal kernels");
    }

    [Test]
    public void Kernels_stay_within_their_bounds_and_no_product_is_cut_from_its_addition([Range(0, 3)] int ahead, [Values] bool training)
    {
        Graph program = Parser.Parse(Program(Rounds, ahead));
        if (training)
            program = Differentiate.Run(program, "loss", ["W", "a"]);
        Graph optimised = Pipeline.Run(program);
        foreach (Graph region in optimised.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(scan => scan.Body).Prepend(optimised))
        {
            ILookup<int, Node> readers = region.Nodes.SelectMany(node => node.Operands.Select(operand => (operand, node)))
                .ToLookup(pair => pair.operand, pair => pair.node);
            foreach (ScheduledKernel step in Fuse.Run(region).Ops.OfType<ScheduledKernel>())
            {
                int products = step.Kernel.Nodes.Count(node => node.Op is MulOp);
                Assert.That(step.Kernel.Nodes.Count(node => node.Op is not ConstantOp) - products, Is.AtMost(Fuse.MostOperations));
                Assert.That(step.Kernel.Inputs.Count, Is.AtMost(Fuse.MostInputs + (2 * products)));
                Assert.That(step.Outputs.Where(value => region.Nodes[region.Values.Node(value)].Op is MulOp
                    && region.Outputs.All(output => output.Value != value)
                    && readers[value].ToArray() is [{ Op: AddOp or SubOp }]), Is.Empty);
            }
        }
    }

    [Test]
    public void Remarks_say_which_kernels_are_full([Values] bool isLong)
    {
        const string Full = "for a kernel has at most 128 operations and 32 inputs";
        IReadOnlyList<string> remarks = Remarks.Of(Parser.Parse(Program(isLong ? Rounds : 3, ahead: 0)));
        Assert.That(remarks.Count(remark => remark.Contains(" nodes fused over ")), isLong ? Is.GreaterThan(2) : Is.AtLeast(1));
        Assert.That(remarks, isLong ? Has.Some.Contains(Full).And.Some.Contains("for one of the two is full") : Has.None.Contains(Full));
    }

    [Test]
    public void Cancellation_stops_before_the_next_stage()
    {
        using var source = new CancellationTokenSource();
        var seen = new List<string>();
        Assert.That(() => Pipeline.Run(Parser.Parse(Program(3, ahead: 0)), after: (stage, _) => { seen.Add(stage); source.Cancel(); },
            cancel: source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(seen, Is.EqualTo(new[] { ReassociateSums.Name }));
    }

    private static string Program(int rounds, int ahead)
    {
        var text = new StringBuilder("""
            program P
              input x: f32[T, B, H]
              input h: f32[B, H]
              parameter W: f32[H, H]
              parameter a: f32[H]
              %0, %1 = scan[T] x, h, W, a {
                sequence x: f32[B, H]
                state h: f32[B, H]
                constant W: f32[H, H]
                constant a: f32[H]

            """);
        int next = 0;
        string v = "x";
        string Make(string expression)
        {
            text.Append($"    %{next} = {expression}\n");
            return "%" + next++;
        }

        for (int i = 0; i < ahead; i++)
            v = Make("tanh " + v);
        for (int i = 0; i < rounds; i++)
            v = Make($"add {v}, {Make($"mul {Make($"tanh {Make($"mul a, {v}")}")}, {v}")}");
        v = Make($"tanh {Make($"add {Make($"contract[ab,cb->ac] {v}, W")}, {Make($"contract[ab,cb->ac] h, W")}")}");
        return text.Append($$"""
                next h = {{v}}
                yield h = {{v}}
              }
              %2 = sum[0, 1, 2] %1
              %3 = reshape[] %2
              return loss = %3

            """).ToString();
    }
}
