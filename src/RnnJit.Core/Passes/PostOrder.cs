namespace RnnJit.Passes;

/// <summary>Visits values in post-order, operands first, on an explicit stack: a step of thousands of nodes has chains deeper than a
/// thread's stack.</summary>
internal static class PostOrder
{
    /// <param name="isKnown">Whether a value, and so all it is made of, needs no visit.</param>
    /// <param name="visit">Makes the value known.</param>
    public static void Run(int root, Func<int, bool> isKnown, Func<int, IEnumerable<int>> operands, Action<int> visit)
    {
        var open = new Stack<(int Value, int[] Operands, int Next)>();
        Open(root);
        while (open.Count > 0)
        {
            var (value, read, next) = open.Pop();
            if (next < read.Length)
            {
                open.Push((value, read, next + 1));
                Open(read[next]);
            }
            else if (!isKnown(value))
            {
                visit(value);
            }
        }

        void Open(int value)
        {
            if (!isKnown(value))
                open.Push((value, operands(value).ToArray(), 0));
        }
    }
}
