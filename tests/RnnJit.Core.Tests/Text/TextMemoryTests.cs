using RnnJit.Ir;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Core.Tests.Text;

/// <summary>Memory that reading takes for each value of a text, in the graph and as garbage.</summary>
public class TextMemoryTests
{
    private const int Values = 20_000;

    // The limits are 1.5 times what was measured.
    [TestCase("%{1}=tanh %{0}", 950)]
    [TestCase("  %{1}: f32[T, B, 4H + 1] = tanh %{0}", 950)]
    [TestCase("  %{1}: f32[T, B, 4H + 1] = slice[1, 0, B] %{0}", 1700)]
    [TestCase("  %{1}: f32[B, T, 4H + 1] = transpose[1, 0, 2] x", 1300)]
    [TestCase("  %{1}: f32[T, 2B, 4H + 1] = concat[1] x, x", 2400)]
    public void A_value_of_a_text_takes_no_more_than_measured(string line, int limit)
    {
        Read(Text(line, 100));
        string text = Text(line, Values);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(text);
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / Values, Is.LessThan(limit));
    }

    private static void Read(string text)
    {
        Graph graph = Parser.Parse(text);
        Verifier.Check(graph);
    }

    private static string Text(string line, int count)
    {
        IEnumerable<string> lines =
            Enumerable.Range(0, count).Select(n => string.Format(System.Globalization.CultureInfo.InvariantCulture, line, n, n + 1));
        return $"program P\n  input x: f32[T, B, 4H + 1]\n%0=tanh x\n{string.Join('\n', lines)}\n  return y = %{count}\n";
    }
}
