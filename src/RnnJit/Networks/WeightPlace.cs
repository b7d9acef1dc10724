namespace RnnJit.Networks;

/// <summary>A tensor of another library and the parameters of a model that it is made of.</summary>
/// <param name="Name">The other library's name.</param>
/// <param name="Shape">The other library's shape.</param>
/// <param name="Places">The parameters, in the order in which they are stacked: a ᵀ stands behind one that is transposed, a + before one
/// to which the tensor is added, as the second of two biases.</param>
public sealed record WeightPlace(string Name, IReadOnlyList<int> Shape, string Places);
