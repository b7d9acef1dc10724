using System.ComponentModel;

namespace RnnJit.Emit;

/// <summary>Asks for the kernels that belong to no cell (heads, losses, dropout, optimisers) in this assembly. The runtime has
/// them; nothing else needs them.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class StandardKernelsAttribute : Attribute
{
}
