using System.Runtime.CompilerServices;

namespace RnnJit.Ir;

/// <summary>The stack of the current thread, for code that a caller may reach through recursion of its own.</summary>
internal static class StackDepth
{
    /// <summary>False where less stack is left than the runtime recommends for a call of average depth.</summary>
    public static bool IsSufficient()
    {
#if NETSTANDARD2_0
        try
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            return true;
        }
        catch (InsufficientExecutionStackException)
        {
            return false;
        }
#else
        return RuntimeHelpers.TryEnsureSufficientExecutionStack();
#endif
    }

    /// <summary>Ends a walk along the operands of a graph before it ends the process.</summary>
    /// <exception cref="GraphException">RNNJ205: no stack is left.</exception>
    public static void Require(Graph graph)
    {
        if (!IsSufficient())
            throw new GraphException("RNNJ205",
                $"The {graph.Kind} '{graph.Name}' has so long a chain of nodes that no stack is left to follow it "
                    + "(write repeated steps as a scan)");
    }
}
