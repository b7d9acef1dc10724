using System.Reflection;
using RnnJit.Cells;
using RnnJit.Contracts;
using RnnJit.Emit;
using RnnJit.Gpu.Kernels;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Kernels;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Every standard kernel, each planned as a Program of its own and executed as PTX, bit for bit as the scalar backend.</summary>
[NonParallelizable]
public class PtxKernelTests
{
    // Rows and columns of no vector and no group; 5 · 19 units are two groups where threads share a row.
    private static readonly Dictionary<string, int> Sizes = new() { ["R"] = 5, ["N"] = 19 };

    private static readonly Lazy<Graph[]> Kernels = new(() =>
    [
        .. CellRegistry.Names.SelectMany(name => StandardPrograms.Of(CellRegistry.Find(name))).Concat(StandardPrograms.WithoutCell())
            .SelectMany(standard => KernelList.Of(Pipeline.Run(standard.Program))).DistinctBy(Printer.Print),
    ]);

    /// <summary>Kernels of all standard Programs, each once.</summary>
    internal static Graph[] Standard => Kernels.Value;

    [Test]
    public void Standard_kernels_have_the_bits_of_the_scalar_backend([Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        JitKernelProvider.Checked.Prepare(Standard);
        EmittedKernels.Of(Standard, real);
        var failures = new List<string>();
        long numbers = 0;
        for (int k = 0; k < Standard.Length; k++)
        {
            try
            {
                numbers += Compare(Standard[k], k, real);
            }
            catch (Exception wrong)
            {
                failures.Add($"kernel {k}: {wrong.Message.Trim()}\n{Printer.Print(Standard[k])}");
            }
        }

        TestContext.Out.WriteLine($"{Standard.Length} kernels, {numbers} numbers, {real}");
        Assert.That(failures, Is.Empty);
        Assert.That(Standard, Has.Length.GreaterThanOrEqualTo(209));
    }

    // Comparisons, loads and stores are listed as whole families.
    [Test]
    public void The_list_of_instructions_holds_those_of_kernels_and_no_others()
    {
        var texts = new List<string> { PtxTestRuns.GroupSums, PtxTestRuns.Squares };
        foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
        {
            texts.Add(PtxCompiler.Of(DeviceMethods.Own(typeof(PtxTestKernels), nameof(PtxTestKernels.Functions), real)));
            texts.AddRange(EmittedKernels.Of(Standard, real).Select(PtxCompiler.Of));
            texts.AddRange(PtxTests.Own.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static)
                .Select(method => PtxCompiler.Of(DeviceMethods.Own(type, method.Name, real)))));
        }

        string[] used = [.. texts.SelectMany(text => PtxReader.Read(text).Functions.Values).SelectMany(function => function.Instructions)
            .Select(instruction => instruction.Name).Distinct()];
        string[] known = [.. PtxOperations.All.Keys, .. PtxDecoder.Others];
        Assert.That(used.Except(known), Is.Empty);
        Assert.That(known.Except(used).Where(name => name.Split('.')[0] is not ("setp" or "ld" or "st")), Is.Empty);
    }

    private static long Compare(Graph kernel, int number, ElementType real)
    {
        var options = new ExecutableOptions
        {
            Sizes = Sizes, Precision = real, Threads = 1, RowLanes = 1, Poison = true,
            Without = [.. Pipeline.Stages.Select(stage => stage.Name)],
        };
        using Executable scalar = Executable.Create(kernel, options with { Device = Device.Scalar, RowLanes = 0 }),
            device = Executable.Create(kernel, options with { Device = Device.Parse($"ptx:{number % 3}") });
        KernelCommand[] planned = [.. Executable.PlanOf(kernel, device.Options).AllCommands.OfType<KernelCommand>()];
        Assert.That(planned.Select(command => Printer.Print(command.Op.Kernel)), Is.EqualTo(new[] { Printer.Print(kernel) }));
        var (data, wanted) = Reference(scalar, number);
        Bits.AssertEqual(CellProgram.Run(device, data), wanted, real.ToString());
        return wanted.Values.Sum(array => (long)array.Length);
    }

    // The scalar backend refuses what is not a number, such as the root of a variance of numbers that have none: then they are small.
    private static (Dictionary<string, NdArray> Data, Dictionary<string, NdArray> Wanted) Reference(Executable scalar, int seed)
    {
        Dictionary<string, NdArray> data = Draw(scalar.Program, seed, 2);
        try
        {
            return (data, CellProgram.Run(scalar, data));
        }
        catch (NumericException)
        {
            data = Draw(scalar.Program, seed, 0.05);
            return (data, CellProgram.Run(scalar, data));
        }
    }

    // Positive numbers, which every function of a kernel is defined for; integers count columns.
    private static Dictionary<string, NdArray> Draw(Graph kernel, int seed, double most)
    {
        var random = new Random(seed);
        return kernel.Inputs.ToDictionary(port => port.Name, port =>
        {
            var array = new NdArray([.. port.Type.Dims.Select(dim => dim.Evaluate(Sizes))]);
            for (int i = 0; i < array.Length; i++)
                array.Data[i] = port.Type.IsReal ? (float)((random.NextDouble() * most) + 0.05) : random.Next(Sizes["N"]);
            return array;
        });
    }
}
