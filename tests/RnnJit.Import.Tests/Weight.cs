using RnnJit.Files;

namespace RnnJit.Import.Tests;

/// <summary>Comparisons of named tensors.</summary>
internal static class Weight
{
    /// <summary>Names, types, shapes and bytes are equal; the order is not asked.</summary>
    public static void AssertEqual(
        IReadOnlyDictionary<string, SafetensorsTensor> found, IReadOnlyDictionary<string, SafetensorsTensor> wanted)
    {
        Assert.That(found.Keys, Is.EquivalentTo(wanted.Keys));
        foreach (var (name, tensor) in wanted)
        {
            Assert.That(found[name].ToString(), Is.EqualTo(tensor.ToString()), name);
            Assert.That(found[name].Bytes.Span.SequenceEqual(tensor.Bytes.Span), Is.True, name);
        }
    }
}
