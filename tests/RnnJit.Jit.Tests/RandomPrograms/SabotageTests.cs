using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Ops;
using RnnJit.Passes;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>Negative controls: one wrong sign in a spelling, a gradient or a pass is found by the same check that finds
/// nothing in the right code.</summary>
public class SabotageTests
{
    private const int MostPrograms = 60;

    private sealed class TanhSpelledWrong : UnaryOp
    {
        public override string Name => "tanhwrong";

        public override double Evaluate(double x) => Math.Tanh(x);

        public override Value Gradient(Value x, Value y, Value dy) => dy * (1 - (y * y));

        public override string Spell(IDialect dialect, string x) => dialect.Negate(dialect.Call("Tanh", x));
    }

    private sealed class TanhDerivedWrong : UnaryOp
    {
        public override string Name => "tanhwronggradient";

        public override double Evaluate(double x) => Math.Tanh(x);

        public override Value Gradient(Value x, Value y, Value dy) => dy * (1 + (y * y));

        public override string Spell(IDialect dialect, string x) => dialect.Call("Tanh", x);
    }

    [Test]
    public void Wrong_spelling_is_found() =>
        Assert.That(Found(new Trial(Candidate(), op => op is TanhOp ? new TanhSpelledWrong() : op), TestKernels.Chain),
            Does.Contain("differs"));

    [Test]
    public void Wrong_gradient_is_found() =>
        Assert.That(Found(new Trial(Candidate(), op => op is TanhOp ? new TanhDerivedWrong() : op), RandomProgramTests.Interpreted),
            Does.Contain("gradient"));

    [Test]
    public void Wrong_pass_is_found() =>
        Assert.That(Found(new Trial(Candidate(), sabotagePass: OneDifferenceTurnedRound), RandomProgramTests.Interpreted),
            Does.Contain("differs"));

    [Test]
    public void The_same_program_without_sabotage_is_right() => Assert.That(Found(new Trial(Candidate()), TestKernels.Chain), Is.Null);

    [Test]
    public void Shrinking_keeps_the_failure_and_little_else()
    {
        bool Fails(ProgramRecipe candidate) =>
            Found(new Trial(candidate, sabotagePass: OneDifferenceTurnedRound), RandomProgramTests.Interpreted) is not null;
        ProgramRecipe small = Shrink.Run(Candidate(), Fails);
        Assert.That(Fails(small), Is.True);
        Assert.That(small.Program().Nodes.Count, Is.LessThan(Candidate().Program().Nodes.Count));
        Assert.That(small.Sizes.Values.Sum(), Is.LessThan(Candidate().Sizes.Values.Sum()));
    }

    private static string? Found(Trial trial, KernelChain kernels) =>
        trial.Run(kernels, ElementType.F32, threads: 1, draw: 0) ?? trial.CheckGradient(draw: 0);

    // A smooth recurrent program with a tanh and a difference in its step.
    private static ProgramRecipe Candidate() => Enumerable.Range(0, MostPrograms).Select(RandomRecipes.Of).First(recipe =>
        recipe is { Backward: true, IsSmooth: true, Layers.Length: 1 } && recipe.Sizes["T"] > 1
        && recipe.Layers[0].Build().Step is var step && new[] { "tanh", "sub" }.All(name => step.Nodes.Any(node => node.Op.Name == name)));

    // a − b ⇒ b − a, in the first body that has it, once.
    private static Graph OneDifferenceTurnedRound(Graph program)
    {
        bool done = false;
        Graph Turned(Graph graph) => graph with
        {
            Nodes = graph.Nodes.Select(node =>
            {
                if (!done && node.Op is ScanOp scan)
                    return node with { Op = new ScanOp(Turned(scan.Body), scan.Time, scan.Reverse, scan.HasLengths) };
                if (done || node.Op is not SubOp)
                    return node;
                done = true;
                return node with { Operands = new[] { node.Operands[1], node.Operands[0] }.ToEquatable() };
            }).ToEquatable(),
        };
        return Turned(program);
    }
}
