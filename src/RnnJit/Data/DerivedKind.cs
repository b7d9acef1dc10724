namespace RnnJit.Data;

/// <summary>The kind of an input that is made from another one.</summary>
internal enum DerivedKind
{
    /// <summary>The number of steps, i32[B], for parts i32[W].</summary>
    Lengths,

    /// <summary>Mask: 1 at steps, 0 past them, f32[T, B, 1]; of parts f32[C, W, 1]; of trees 1 at nodes, f32[N, 1].</summary>
    Mask,

    /// <summary>The part of each step of each row, i32[T, B].</summary>
    Places,

    /// <summary>The node at the root of each row's tree, i32[B].</summary>
    Roots,
}
