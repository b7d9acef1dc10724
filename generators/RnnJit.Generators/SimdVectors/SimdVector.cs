namespace RnnJit.Generators.SimdVectors;

/// <summary>A vector type of the runtime: its name, its width and its elements.</summary>
internal sealed record SimdVector(string Name, int Bits, bool IsDouble)
{
    /// <summary>The element, as C# names it.</summary>
    public string Real => IsDouble ? "double" : "float";

    /// <summary>The integer that holds the bits of an element.</summary>
    public string Whole => IsDouble ? "long" : "int";

    public string AsReal => IsDouble ? "AsDouble" : "AsSingle";

    public string AsWhole => IsDouble ? "AsInt64" : "AsInt32";

    /// <summary>The class of <c>System.Runtime.Intrinsics</c>.</summary>
    public string Intrinsics => $"Vector{Bits}";

    /// <summary>The type of its lower and upper half.</summary>
    public SimdVector Half => new(Name.Replace($"{Bits}", $"{Bits / 2}"), Bits / 2, IsDouble);

    public int Lanes => Bits / (IsDouble ? 64 : 32);
}
