namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>A function as a machine runs it: instructions whose operands are numbers of registers. Constants, special registers and
/// parameters are registers too.</summary>
internal sealed class PtxCode(PtxFunction function)
{
    private readonly List<string> names = [];

    public string Name => function.Name;

    public PtxFunction Function => function;

    public int Registers => names.Count;

    public long SharedBytes { get; } = function.Shared.Sum(variable => variable.Bytes);

    public List<(int Register, ulong Value)> Constants { get; } = [];

    /// <summary>Registers of special registers that are read, by name.</summary>
    public Dictionary<string, int> Specials { get; } = [];

    /// <summary>Registers of the parts of parameters, and of variables of calls, by name and byte.</summary>
    public Dictionary<(string Name, long Offset), (int Register, string Type)> Parameters { get; } = [];

    public PtxStep[] Steps { get; set; } = [];

    /// <summary>For each step, where lanes that part there meet again.</summary>
    public int[] Meetings { get; set; } = [];

    public string NameOf(int register) => names[register];

    public int Add(string name)
    {
        names.Add(name);
        return names.Count - 1;
    }
}
