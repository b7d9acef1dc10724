namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>PTX that was read: its functions by name.</summary>
internal sealed record PtxText(IReadOnlyDictionary<string, PtxFunction> Functions)
{
    public PtxFunction Entry => Functions.Values.Single(function => function.IsEntry);
}

/// <summary>A kernel, or a function that is not inlined.</summary>
internal sealed class PtxFunction(string name, bool isEntry, string? result)
{
    public string Name => name;

    public bool IsEntry => isEntry;

    /// <summary>The variable that takes what the function returns; null for none.</summary>
    public string? Result => result;

    /// <summary>Parameters in their order.</summary>
    public List<PtxVariable> Parameters { get; } = [];

    /// <summary>Types of registers by name, without their dots.</summary>
    public Dictionary<string, string> Registers { get; } = [];

    /// <summary>Variables in shared memory.</summary>
    public List<PtxVariable> Shared { get; } = [];

    /// <summary>Variables of calls.</summary>
    public HashSet<string> CallVariables { get; } = [];

    /// <summary>The instruction that follows each label.</summary>
    public Dictionary<string, int> Labels { get; } = [];

    public List<PtxInstruction> Instructions { get; } = [];
}

/// <summary>A variable and the byte at which it begins.</summary>
internal sealed record PtxVariable(string Name, long Offset, long Bytes);

/// <summary>An instruction as it stands in the text.</summary>
/// <param name="Guard">The predicate register before it; empty for none.</param>
/// <param name="IsNegated">True where the guard has to be false.</param>
internal sealed record PtxInstruction(string Guard, bool IsNegated, string Name, IReadOnlyList<string> Operands, string Place)
{
    public override string ToString()
    {
        string guard = Guard.Length == 0 ? "" : (IsNegated ? "@!" : "@") + Guard + " ";
        return $"'{guard}{Name} {string.Join(", ", Operands)}' ({Place})";
    }
}

/// <summary>PTX that cannot be read, or does what PTX does not define.</summary>
internal sealed class PtxException(string sentence) : Exception(sentence);
