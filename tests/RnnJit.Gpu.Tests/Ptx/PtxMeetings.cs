namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>
/// The reconvergence points of lanes that diverge at a branch: the immediate post-dominator, which is the first instruction on every path
/// from there to the end. By K. D. Cooper, T. J. Harvey, K. Kennedy, "A simple, fast dominance algorithm", 2001, on the reversed graph.
/// </summary>
internal static class PtxMeetings
{
    /// <summary>For each instruction the index at which all paths from it meet; the number of instructions where that is the end.</summary>
    public static int[] Of(PtxStep[] steps)
    {
        int end = steps.Length;
        int[][] after = [.. steps.Select((step, i) => After(step, i, end)), []];
        int[] order = Order(after, end), place = new int[end + 1], meeting = new int[end + 1];
        Array.Fill(place, int.MaxValue);
        Array.Fill(meeting, -1);
        for (int i = 0; i < order.Length; i++)
            place[order[i]] = i;
        meeting[end] = end;
        for (bool changes = true; changes;)
        {
            changes = false;
            foreach (int node in order.Skip(1))
            {
                int found = -1;
                foreach (int next in after[node].Where(next => meeting[next] >= 0))
                    found = found < 0 ? next : Common(found, next, meeting, place);
                changes |= found != meeting[node];
                meeting[node] = found;
            }
        }

        // Nothing leads from an endless loop to the end.
        return [.. meeting.Select(one => one < 0 ? end : one)];
    }

    private static int[] After(PtxStep step, int i, int end) => step switch
    {
        PtxJump { Kind: PtxJumpKind.Branch } branch => branch.Guard < 0 ? [branch.Target] : [i + 1, branch.Target],
        PtxJump { Kind: PtxJumpKind.Return, Guard: < 0 } => [end],
        PtxJump { Kind: PtxJumpKind.Return } => [i + 1, end],
        _ => [i + 1],
    };

    private static int Common(int a, int b, int[] meeting, int[] place)
    {
        while (a != b)
        {
            while (place[a] > place[b])
                a = meeting[a];
            while (place[b] > place[a])
                b = meeting[b];
        }

        return a;
    }

    // Instructions from which the end is reached, the end first: each behind one that may follow it.
    private static int[] Order(int[][] after, int end)
    {
        var before = after.Select(_ => new List<int>()).ToArray();
        for (int node = 0; node < end; node++)
        {
            foreach (int next in after[node])
                before[next].Add(node);
        }

        var order = new List<int>();
        var seen = new bool[end + 1];
        var open = new Stack<(int Node, int Child)>();
        open.Push((end, 0));
        seen[end] = true;
        while (open.TryPop(out var top))
        {
            if (top.Child == before[top.Node].Count)
            {
                order.Add(top.Node);
                continue;
            }

            open.Push((top.Node, top.Child + 1));
            int child = before[top.Node][top.Child];
            if (!seen[child])
            {
                seen[child] = true;
                open.Push((child, 0));
            }
        }

        order.Reverse();
        return [.. order];
    }
}
