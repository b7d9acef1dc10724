namespace RnnJit.Cli.Converting;

/// <summary>Whose names and shapes weights have.</summary>
internal enum Library
{
    RnnJit,

    PyTorch,

    Keras,
}
