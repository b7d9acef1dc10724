namespace RnnJit.Files;

/// <summary>The format of a file of weights.</summary>
internal enum WeightFormat
{
    /// <summary>None of the others: a file that is not recognised is read as this one, whose reader says what is wrong.</summary>
    Safetensors,

    /// <summary>One NumPy array.</summary>
    Npy,

    /// <summary>A zip archive of NumPy arrays.</summary>
    Npz,

    /// <summary>A zip archive of torch.save.</summary>
    Torch,

    /// <summary>A pickle of torch.save before version 1.6.</summary>
    LegacyTorch,

    Hdf5,

    /// <summary>A zip archive of Keras around an HDF5 file.</summary>
    Keras,
}
