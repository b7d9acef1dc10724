using RnnJit.Planning;
using System.Globalization;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Kernels;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>Random programs, compiled and interpreted, agree. RNNJIT_SEED=n runs one of them again.</summary>
public class RandomProgramTests
{
    private const int Batches = 10, BatchSize = 200;

    // Of each batch so many are compiled, twice as many with RNNJIT_LONG=1; the others run the same plan on interpreted kernels.
    private static readonly int Compiled = Environment.GetEnvironmentVariable("RNNJIT_LONG") == "1" ? 60 : 30;

    // So many failing programs are made small; the others are listed.
    private const int Shrunk = 3;

    // A draw of numbers may meet a kink, where float32 takes the other side; another draw then agrees.
    private const int MostKinks = 3;

    internal static KernelChain Interpreted { get; } = new(new InterpretedKernelProvider());

    [Test]
    public void Compiled_programs_agree_with_the_oracle([Range(0, Batches - 1)] int batch)
    {
        if (Environment.GetEnvironmentVariable("RNNJIT_SEED") is { Length: > 0 } only)
        {
            if (batch == 0)
                Check([int.Parse(only, CultureInfo.InvariantCulture)], compiled: 1);
            return;
        }

        Check(Enumerable.Range(batch * BatchSize, BatchSize).ToArray(), Compiled);
    }

    private static void Check(int[] seeds, int compiled)
    {
        TestContext.Out.WriteLine($"Seeds {seeds[0]} to {seeds[^1]}, the first {compiled} compiled (RNNJIT_SEED=n repeats one)");
        var trials = new List<(ProgramRecipe Recipe, Trial Trial)>();
        var failures = new List<(ProgramRecipe Recipe, string Failure, KernelChain Kernels)>();
        foreach (int seed in seeds)
        {
            ProgramRecipe recipe = RandomRecipes.Of(seed);
            try
            {
                trials.Add((recipe, new Trial(recipe)));
            }
            catch (Exception e)
            {
                failures.Add((recipe, e.GetType().Name + ": " + e.Message, Interpreted));
            }
        }

        JitKernelProvider.Simd.Prepare(
            trials.Take(compiled).SelectMany(trial => KernelList.Of(trial.Trial.Optimised)).Distinct().ToArray());
        int kinks = 0;
        for (int i = 0; i < trials.Count; i++)
        {
            KernelChain kernels = i < compiled ? TestKernels.Chain : Interpreted;
            if (Failure(trials[i].Recipe, trials[i].Trial, kernels, draw: 0) is not { } first)
                continue;
            if (Failure(trials[i].Recipe, trials[i].Trial, kernels, draw: 1) is null
                && Failure(trials[i].Recipe, trials[i].Trial, kernels, draw: 2) is null)
                TestContext.Out.WriteLine($"Kink {++kinks}, seed {trials[i].Recipe.Seed}: {first}");
            else
                failures.Add((trials[i].Recipe, first, kernels));
        }

        foreach (var (recipe, failure, _) in failures)
            TestContext.Out.WriteLine($"Failure, seed {recipe.Seed}: {failure}");
        string[] small = failures.Take(Shrunk).Select(failure => Smallest(failure.Recipe, failure.Failure, failure.Kernels)).ToArray();
        Assert.That(failures, Is.Empty, string.Join("\n", small));

        Assert.That(kinks, Is.LessThanOrEqualTo(MostKinks));
    }

    /// <summary>
    /// The first fault of a program, in both precisions, with one and two threads, and in its derivative; null if it has none.
    /// </summary>
    internal static string? Failure(ProgramRecipe recipe, Trial trial, KernelChain kernels, int draw)
    {
        try
        {
            return trial.Run(kernels, ElementType.F32, 1 + (recipe.Seed % 2), draw)
                ?? (recipe.Seed % 4 < 2 ? trial.Run(kernels, ElementType.F64, 2 - (recipe.Seed % 2), draw) : null)
                ?? (recipe.Seed % 3 == 0 ? trial.CheckGradient(draw) : null);
        }
        catch (Exception e)
        {
            return e.GetType().Name + ": " + e.Message;
        }
    }

    private static string Smallest(ProgramRecipe recipe, string failure, KernelChain kernels)
    {
        bool Fails(ProgramRecipe candidate, KernelChain chain)
        {
            try
            {
                var trial = new Trial(candidate);
                return Enumerable.Range(0, 2)
                    .All(draw => Failure(candidate, trial, chain, draw) is { } found && Kind(found) == Kind(failure));
            }
            catch (Exception e)
            {
                return Kind(failure) == Kind(e.GetType().Name + ": " + e.Message);
            }
        }

        KernelChain fastest = Fails(recipe, Interpreted) ? Interpreted : kernels;
        ProgramRecipe small = Shrink.Run(recipe, candidate => Fails(candidate, fastest));
        string optimised = failure.Contains("runtime") ? "\n" + Printer.Print(new Trial(small).Optimised) : "";
        return $"{failure}\n{small} (RNNJIT_SEED={recipe.Seed} repeats it)\n{Printer.Print(small.Program())}{optimised}";
    }

    // The same kind of failure, not another one that a smaller program has.
    private static string Kind(string failure) =>
        string.Concat(failure.TakeWhile(letter => letter is not ('\'' or ':')).Append(failure.Contains("gradient") ? 'g' : ' '));
}
