namespace RnnJit.Files;

/// <summary>The format of a file of weights.</summary>
internal enum WeightFormat
{
    /// <summary>A header's length, then a header in JSON; also files that are too short to tell.</summary>
    Safetensors,

    /// <summary>None of these.</summary>
    Unknown,

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
