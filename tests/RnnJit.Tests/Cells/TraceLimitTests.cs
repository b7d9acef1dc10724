using RnnJit.Cells;
using RnnJit.Ir;
using static RnnJit.Rnn;

namespace RnnJit.Tests.Cells;

/// <summary>A step without an end is stopped by the graph that it builds.</summary>
public class TraceLimitTests
{
    [TestCase(typeof(Endless), "RNNJ204")]
    [TestCase(typeof(Recursive), "RNNJ205")]
    public void A_step_without_an_end_is_refused(Type cell, string id)
    {
        // So little stack that a recursion meets its end before the limit of nodes.
        string? found = null;
        var thread = new Thread(() => found = Assert.Catch<GraphException>(() => CellTracer.Trace(cell, null))?.Id, maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();

        Assert.That(found, Is.EqualTo(id));
    }

    private static class Endless
    {
        public static Value Step(Value h)
        {
            while (true)
                h = Tanh(h);
        }
    }

    private static class Recursive
    {
        public static Value Step(Value h) => Deeper(h);

        // The call is no tail call, so each level has a frame.
        private static Value Deeper(Value h) => Deeper(Tanh(h)) + h;
    }
}
