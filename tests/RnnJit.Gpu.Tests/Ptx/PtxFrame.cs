using System.Numerics;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Registers of a warp in a function: a value for each of 32 lanes, and whether it was written.</summary>
internal sealed class PtxFrame(PtxCode code)
{
    public const int Lanes = 32;

    private readonly ulong[] values = new ulong[code.Registers * Lanes];
    private readonly uint[] written = new uint[code.Registers];
    private readonly uint[] unknown = new uint[code.Registers];

    public PtxCode Code => code;

    /// <summary>Ways that lanes have still to go, the next one on top.</summary>
    public Stack<PtxPath> Paths { get; } = new();

    /// <summary>Lanes that have returned.</summary>
    public uint Done { get; set; }

    /// <summary>True while a call runs in it.</summary>
    public bool IsBusy { get; set; }

    public ref ulong this[int register, int lane] => ref values[(register * Lanes) + lane];

    public Span<ulong> Values(int register) => values.AsSpan(register * Lanes, Lanes);

    /// <summary>Lanes enter the function. What others wrote before is forgotten.</summary>
    public void Begin(uint lanes)
    {
        Array.Clear(written);
        Paths.Clear();
        Paths.Push(new PtxPath(0, code.Steps.Length, lanes));
        Done = 0;
        foreach (var (register, value) in code.Constants)
            Set(register, value);
    }

    /// <summary>Gives all lanes a value.</summary>
    public void Set(int register, ulong value)
    {
        Values(register).Fill(value);
        Mark(register, uint.MaxValue, 0);
    }

    /// <summary>Lanes wrote a register.</summary>
    /// <param name="made">Those whose value was made from memory that nobody wrote.</param>
    public void Mark(int register, uint lanes, uint made)
    {
        written[register] |= lanes;
        unknown[register] = (unknown[register] & ~lanes) | (made & lanes);
    }

    /// <summary>Lanes whose value was made from memory that nobody wrote. It may be computed with and stored.</summary>
    public uint Unknown(int register) => unknown[register];

    /// <exception cref="PtxException">An address or an integer that is compared was made from memory that nobody wrote.</exception>
    public void RequireKnown(int register, uint lanes, PtxInstruction instruction)
    {
        Require(register, lanes, instruction);
        if ((unknown[register] & lanes) != 0)
            throw new PtxException($"{instruction} depends on memory that was never written, by '{code.NameOf(register)}'");
    }

    /// <exception cref="PtxException">Lanes read a register that they did not write.</exception>
    public void Require(int register, uint lanes, PtxInstruction instruction)
    {
        if ((written[register] & lanes) != lanes)
        {
            int lane = BitOperations.TrailingZeroCount(lanes & ~written[register]);
            throw new PtxException($"{instruction} reads '{code.NameOf(register)}', which lane {lane} never wrote");
        }
    }
}

/// <summary>Lanes that are together, the instruction that they execute next, and the one up to which they go.</summary>
internal readonly record struct PtxPath(int Pc, int Meeting, uint Lanes);
