using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Runtime;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Verification;

/// <summary>Random Programs that were planned, refused with a sentence, run and compared, and those that failed.</summary>
/// <param name="Planned">Every view was proven inside its block.</param>
/// <param name="Refused">A <see cref="GraphException"/> said why.</param>
/// <param name="Run">Planned ones small enough to run; their results equal those of the interpreter.</param>
/// <param name="Faults">A sentence with seed, number and text for each other end.</param>
public sealed record ViewReport(int Planned, int Refused, int Run, IReadOnlyList<string> Faults);

/// <summary>Plans random Programs with sizes from −2³¹ to 2³¹ − 1 and proves that no view leaves its block. No memory
/// is allocated for large ones.</summary>
public static class ViewCheck
{
    private const long LargestRun = 1 << 14;

    /// <summary>Checks Programs 0 to <paramref name="count"/> − 1 of a seed.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ViewReport Run(int count, ulong seed, CancellationToken cancellation = default)
    {
        int planned = 0, refused = 0, ran = 0;
        var faults = new List<string>();
        for (int number = 0; number < count; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            RandomProgram random = RandomProgram.Of(seed, (ulong)number);
            try
            {
                Graph program = Parser.Parse(random.Text);
                Verifier.Check(program);
                SizeCheck.Run(program, random.Sizes);
                Plan(program, random.Sizes);
                planned++;
                if (Elements(program, random.Sizes) <= LargestRun)
                {
                    Compare(program, random.Sizes);
                    ran++;
                }
            }
            catch (GraphException)
            {
                refused++;
            }
            catch (Exception e)
            {
                faults.Add(
                    $"Program {number} of seed {seed} ends with {e.GetType().Name}: {e.Message}\nK = {random.Sizes["K"]}, "
                        + $"T = {random.Sizes["T"]}\n{random.Text}");
            }
        }

        return new ViewReport(planned, refused, ran, faults);
    }

    private static ExecutableOptions Options(IReadOnlyDictionary<string, int> sizes, Device device) =>
        new() { Sizes = sizes, Threads = 1, Device = device, Kernels = device == Device.Interpreter ? null : Interpreted };

    private static KernelChain Interpreted { get; } = new(new InterpretedKernelProvider());

    // A stream's inputs have buffers in the plan, so they are placed too, without memory.
    private static void Plan(Graph program, IReadOnlyDictionary<string, int> sizes) =>
        ((CpuBackend)BackendRegistry.Of(Device.Cpu)).StreamPlanOf(program, Options(sizes, Device.Cpu));

    private static double Elements(Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        double total = 0;
        for (int value = 0; value < program.Values.Count; value++)
            total += program.Values.Type(value).Dims.Aggregate(1.0, (product, dim) => product * dim.Evaluate(sizes));
        return total;
    }

    private static void Compare(Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        using Executable compiled = Executable.Create(program, Options(sizes, Device.Cpu) with { Poison = true });
        using Executable oracle = Executable.Create(program, Options(sizes, Device.Interpreter));
        foreach (Port port in program.Inputs)
        {
            int length = compiled.Input(port.Name).Length;
            double[] numbers = Enumerable.Range(0, length).Select(i => ((i * 37) % 64 / 32.0) - 1).ToArray();
            compiled.Input(port.Name).Set(numbers);
            oracle.Input(port.Name).Set(numbers);
        }

        compiled.Run();
        oracle.Run();
        double[] found = compiled.Output("y").ToNdArray().Data, wanted = oracle.Output("y").ToNdArray().Data;
        for (int i = 0; i < wanted.Length; i++)
        {
            // Both may overflow float32 by repeated squares; sums in another order differ by roundings.
            bool agrees = found[i] == wanted[i] || Math.Abs(found[i] - wanted[i]) <= 1e-4 * (1 + Math.Abs(wanted[i]))
                || (!double.IsFinite(found[i]) && !double.IsFinite(wanted[i]));
            if (!agrees)
                throw new InvalidOperationException($"element {i} is {found[i]}, the interpreter has {wanted[i]}");
        }
    }
}
