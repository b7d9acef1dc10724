namespace RnnJit.Cli.Layers;

/// <summary>Names of the inputs that the Program of a layer has beside those of its cell; null where it has no such input.</summary>
/// <param name="Lengths">The number of steps of each row, i32[B].</param>
/// <param name="Target">What the output is compared with, in its shape.</param>
/// <param name="OutputGradient">The gradient of the output, in its shape.</param>
internal sealed record LayerPorts(string? Lengths = null, string? Target = null, string? OutputGradient = null);
