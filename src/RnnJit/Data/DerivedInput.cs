namespace RnnJit.Data;

/// <summary>An input that is made from another one.</summary>
internal sealed record DerivedInput(string Name, DerivedKind Kind, string Of);
