namespace RnnJit.Data;

/// <summary>The order of the first two axes of padded sequences.</summary>
public enum SequenceOrder
{
    /// <summary>[T, B, …], as networks read sequences.</summary>
    TimeMajor,

    /// <summary>[B, T, …], a row after the other.</summary>
    BatchMajor,
}
