using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Runtime;
using RnnJit.Verify;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>One random program on its way from recipe to results, compared with the oracle.</summary>
internal sealed class Trial
{
    private static readonly string[] AllStages = Pipeline.Stages.Select(stage => stage.Name).ToArray();

    private readonly ProgramRecipe recipe;
    private readonly Graph forward;
    private readonly Graph program;
    private readonly Dictionary<int, (Dictionary<string, NdArray> Data, Dictionary<string, NdArray> Wanted)> oracle = [];

    /// <param name="sabotageOp">A wrong op in place of a right one, to prove that it is found.</param>
    /// <param name="sabotagePass">A wrong pass behind the others.</param>
    public Trial(ProgramRecipe recipe, Func<Op, Op>? sabotageOp = null, Func<Graph, Graph>? sabotagePass = null)
    {
        this.recipe = recipe;
        forward = recipe.Forward(sabotageOp);
        program = recipe.Program(sabotageOp);
        Optimised = Pipeline.Run(program, after: (stage, graph) => Verifier.Check(graph));
        if (sabotagePass is not null)
            Optimised = sabotagePass(Optimised);
    }

    public Graph Optimised { get; }

    public Graph Program => program;

    /// <summary>The first result that differs from the oracle's, in words; null if none does.</summary>
    public string? Run(KernelChain kernels, ElementType real, int threads, int draw)
    {
        var (data, wanted) = Oracle(draw);
        Dictionary<string, NdArray>? rounded = null;
        using Executable executable = Executable.Create(Optimised,
            new ExecutableOptions { Sizes = recipe.Sizes, Threads = threads, Precision = real, Kernels = kernels, Without = AllStages });
        foreach (var (name, value) in data)
            executable.Input(name).Set(value.Data);
        executable.Run();
        // What the first run left behind must not matter.
        executable.Run();
        foreach (var (name, value) in wanted)
        {
            NdArray found = executable.Output(name).ToNdArray();
            double difference = Distance(found, value), size = Distance(value, null);
            if (difference <= (real == ElementType.F32 ? 1e-5 : 1e-12) * size)
                continue;

            // The oracle rounded to float32 after each op shows how much the program enlarges a rounding; in float64 that is 2⁻²⁹ of it.
            rounded ??= Interpreter.Run(program, data, recipe.Sizes, single: true);
            // Where terms near 1 cancel, their own roundings are left.
            double left = 8 * Math.ScaleB(Math.Sqrt(value.Length), -24);
            double allowed = ((16 * Distance(rounded[name], value)) + left) * (real == ElementType.F32 ? 1 : Math.ScaleB(1, -29));
            if (!(difference <= allowed))
                return $"'{name}' differs by {difference:E2} of {size:E2} ({real}, {threads} threads), first wrong "
                    + $"{WrongStage(name, data, value)}";
        }

        return null;
    }

    /// <summary>The derivative along a random direction against fourth-order differences, null if they agree or the program has
    /// kinks.</summary>
    public string? CheckGradient(int draw)
    {
        if (!recipe.Backward || !recipe.IsSmooth)
            return null;

        const double Eps = 1e-3;
        var (at, results) = Oracle(draw);
        Dictionary<string, NdArray> along = recipe.Draw(program, draw + 1000);
        double Loss(double step) =>
            Interpreter.Run(forward, at.ToDictionary(pair => pair.Key, pair => program.Inputs[program.InputIndex(pair.Key)].Type.IsReal
            ? new NdArray(pair.Value.Shape, pair.Value.Data.Zip(along[pair.Key].Data, (x, v) => x + (step * v)).ToArray())
            : pair.Value), recipe.Sizes)["loss"].Data[0];
        double numeric = ((8 * (Loss(Eps) - Loss(-Eps))) - (Loss(2 * Eps) - Loss(-2 * Eps))) / (12 * Eps);
        double stated = 0, scale = 0;
        foreach (Port port in program.Inputs.Where(port => port.Type.IsReal))
        {
            for (int i = 0; i < along[port.Name].Length; i++)
            {
                double term = results["d_" + port.Name].Data[i] * along[port.Name].Data[i];
                stated += term;
                scale += Math.Abs(term);
            }
        }

        return Math.Abs(numeric - stated) <= (1e-6 * Math.Abs(stated)) + (1e-7 * scale) + 1e-9
            ? null
            : $"the gradient says {stated:R}, differences say {numeric:R}";
    }

    private (Dictionary<string, NdArray> Data, Dictionary<string, NdArray> Wanted) Oracle(int draw)
    {
        if (!oracle.TryGetValue(draw, out var known))
        {
            Dictionary<string, NdArray> data = recipe.Draw(program, draw);
            oracle[draw] = known = (data, Interpreter.Run(program, data, recipe.Sizes));
        }

        return known;
    }

    // The stage of the pipeline that changes the result, else the runtime.
    private string WrongStage(string name, Dictionary<string, NdArray> data, NdArray wanted)
    {
        string? wrong = null;
        Pipeline.Run(program, after: (stage, graph) =>
        {
            if (wrong is null
                && !(Distance(Interpreter.Run(graph, data, recipe.Sizes)[name], wanted) <= 1e-9 * (1 + Distance(wanted, null))))
                wrong = "after " + stage;
        });
        return wrong ?? "in the runtime";
    }

    private static double Distance(NdArray a, NdArray? b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = a.Data[i] - (b?.Data[i] ?? 0);
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }
}
