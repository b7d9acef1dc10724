using RnnJit.Contracts;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Gpu.Tests;

/// <summary>Numbers that a device finds wrong: the sentence of the CPU, and the next run is right.</summary>
public class CheckTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 4, ["B"] = 3, ["V"] = 6, ["H"] = 5, ["P"] = 2, ["Q"] = 2 };

    private const string InStep = """
        input x: f32[T, B, H]
        input i: i32[T, B]
        input h: f32[B, H]
        parameter table: f32[V, H]
        """;

    // Name, inputs and statements, the integers, and what one of them may be at most.
    private static IEnumerable<TestCaseData> Cases()
    {
        static TestCaseData Case(string name, string text, int largest = 5, string given = "i") =>
            new TestCaseData("program P\n" + text, given, largest).SetArgDisplayNames(name);

        yield return Case("gather", "input i: i32[T, B]\nparameter table: f32[V, H]\n%0 = gather table, i\n%1 = tanh %0\nreturn y = %1\n");
        yield return Case("scatter", "input i: i32[T, B]\ninput x: f32[T, B, H]\n%0 = scatter[V] i, x\nreturn y = %0\n");
        yield return Case("scatteradd", "input i: i32[T, B]\ninput x: f32[T, B, H]\ninput table: f32[V, H]\n"
            + "%0 = scatteradd table, i, x\nreturn y = %0\n");
        yield return Case("take", "input i: i32[B]\ninput x: f32[T, V, H]\n%0 = take[1] x, i\nreturn y = %0\n");
        yield return Case("inverse permutation", "input i: i32[B]\ninput x: f32[B, H]\n"
            + "%0 = inverse_permutation i\n%1 = take[0] x, %0\nreturn y = %1\n", largest: 2);
        yield return Case("onehot", "input i: i32[T, B]\ninput x: f32[T, B, V]\n"
            + "%0 = onehot[V : f32, ignore -100] i\n%1 = mul %0, x\nreturn y = %1\n");
        yield return Case("sequence mask", "input i: i32[B]\ninput x: f32[B, V]\n"
            + "%0 = sequence_mask[V : f32] i\n%1 = mul %0, x\nreturn y = %1\n", largest: 6);
        yield return Case("bound", "input i: i32[B]\ninput b: i32[B]\ninput x: f32[B, V]\n"
            + "%0 = assert_le i, b\n%1 = sequence_mask[V : f32] %0\n%2 = mul %1, x\nreturn y = %2\n", largest: 3);
        yield return Case("gather in a step", $"{InStep}\n{Step("", "", "gather table, i", "add %0, h")}");
        yield return Case("gather in a step, backwards", $"{InStep}\n{Step(", reverse", "", "gather table, i", "add %0, h")}");
        yield return Case("onehot in a step", $"{InStep}\n{Step("", "", "onehot[V : f32] i", "contract[ab,bc->ac] %0, table")}");
        yield return Case("gather in loops three deep", Deep());
    }

    private static string Step(string direction, string lengths, string first, string second) => $$"""
        %0, %1 = scan[T{{direction}}] x, i, h, table{{lengths}} {
          sequence x: f32[B, H]
          sequence i: i32[B]
          state h: f32[B, H]
          constant table: f32[V, H]
          %0 = {{first}}
          %1 = {{second}}
          %2 = add %1, x
          %3 = tanh %2
          next h = %3
          yield y = %3
        }
        return y = %1

        """;

    private static string Deep() => """
        input i: i32[P, Q, T, B]
        input h: f32[B, H]
        parameter table: f32[V, H]
        %0 = scan[P] i, h, table {
          sequence i: i32[Q, T, B]
          state h: f32[B, H]
          constant table: f32[V, H]
          %0 = scan[Q] i, h, table {
            sequence i: i32[T, B]
            state h: f32[B, H]
            constant table: f32[V, H]
            %0 = scan[T] i, h, table {
              sequence i: i32[B]
              state h: f32[B, H]
              constant table: f32[V, H]
              %0 = gather table, i
              %1 = add %0, h
              next h = %1
            }
            next h = %0
          }
          next h = %0
        }
        return y = %0

        """;

    [TestCaseSource(nameof(Cases))]
    public void A_wrong_number_is_refused_as_on_the_CPU_and_the_next_run_is_right(string text, string given, int largest)
    {
        Graph program = Parser.Parse(text);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        int[] shape = [.. program.Inputs[program.InputIndex(given)].Type.Dims.Select(dim => dim.Evaluate(Sizes))];
        int count = NdArray.Size(shape);
        data[given] = new NdArray(shape, [.. Enumerable.Range(0, count).Select(n => (double)(n % Math.Min(largest + 1, 3)))]);
        if (data.ContainsKey("b"))
            data["b"] = new NdArray([3], [3, 3, 3]);
        using Executable cpu = CellProgram.Create(program, Sizes), device = Create(program);
        Dictionary<string, NdArray> wanted = CellProgram.Run(device, data);
        Assert.That(Bits.Distance(wanted["y"], CellProgram.Run(cpu, data)["y"]), Is.LessThan(1e-5));
        int refused = 0;
        (int, int,
            int)[] numbers = [(0, largest + 1, -1), (count - 1, -1, 0), (count / 2, int.MaxValue, 0), (1, int.MinValue, largest + 7)];
        foreach (var (place, number, other) in numbers)
        {
            var wrong = new Dictionary<string, NdArray>(data) { [given] = new NdArray(shape, [.. data[given].Data]) };
            (wrong[given].Data[place], wrong[given].Data[^1]) = (number, place == count - 1 ? number : other);
            string? sentence = Sentence(cpu, wrong);
            Assert.That(Sentence(device, wrong), Is.EqualTo(sentence), $"{number} at {place}");
            refused += sentence is null ? 0 : 1;
            Bits.AssertEqual(CellProgram.Run(device, data), wanted, "the next run");
        }

        Assert.That(refused, Is.GreaterThan(0));
    }

    // A row that has ended reads no index: what stands there is never looked at.
    [Test]
    public void An_index_behind_the_end_of_a_row_is_not_looked_at()
    {
        Graph program = Parser.Parse(
            $"program P\n{InStep}\ninput lengths: i32[B]\n{Step(", lengths", ", lengths", "gather table, i", "add %0, h")}");
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        data["i"] = new NdArray([4, 3]);
        data["lengths"] = new NdArray([3], [4, 2, 1]);
        using Executable cpu = CellProgram.Create(program, Sizes), device = Create(program);
        data["i"].Data[(2 * 3) + 1] = 77;
        Bits.AssertEqual(CellProgram.Run(device, data), CellProgram.Run(cpu, data), "a row that has ended");
        data["i"].Data[(1 * 3) + 1] = 78;
        string? sentence = Sentence(cpu, data);
        Assert.That(sentence, Does.Contain("78"));
        Assert.That(Sentence(device, data), Is.EqualTo(sentence));
    }

    [Test]
    public void A_length_that_cannot_be_is_refused_before_the_run([Values(-1, 5, int.MaxValue)] int length)
    {
        Graph program = Parser.Parse(
            $"program P\n{InStep}\ninput lengths: i32[B]\n{Step(", lengths", ", lengths", "gather table, i", "add %0, h")}");
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        data["i"] = new NdArray([4, 3]);
        data["lengths"] = new NdArray([3], [4, 2, 1]);
        using Executable cpu = CellProgram.Create(program, Sizes), device = Create(program);
        Dictionary<string, NdArray> wanted = CellProgram.Run(cpu, data), before = CellProgram.Run(device, data);
        var wrong = new Dictionary<string, NdArray>(data) { ["lengths"] = new NdArray([3], [4, length, 1]) };
        string? sentence = Sentence(cpu, wrong);
        Assert.That(sentence, Does.StartWith($"'lengths' holds {length} for row 1, wanted 0 to 4"));
        Assert.That(Sentence(device, wrong), Is.EqualTo(sentence));
        Bits.AssertEqual(CellProgram.Outputs(device), before, "nothing ran");
        Bits.AssertEqual(CellProgram.Run(device, data), wanted, "the next run");
    }

    private static Executable Create(Graph program) => OnDevices.Create(program, Sizes, lanes: OnDevices.Lanes(ElementType.F32));

    private static string? Sentence(Executable executable, Dictionary<string, NdArray> data)
    {
        try
        {
            CellProgram.Run(executable, data);
            return null;
        }
        catch (ArgumentException refused)
        {
            return refused.Message;
        }
    }
}
