using System.ComponentModel;
using RnnJit.Ir;

namespace RnnJit.Kernels;

/// <summary>The kernels of an assembly: that of a canonical text, or null.</summary>
/// <param name="hash"><see cref="Emit.KernelHash"/> of the text.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate KernelBody? KernelTable(string text, ulong hash, ElementType real);
