namespace RnnJit.Verification;

/// <summary>A golden case that cannot be read.</summary>
public sealed class GoldenException(string message) : Exception(message);

/// <summary>A golden case of a kind or variant that has no program here; the message says which.</summary>
internal sealed class GoldenUnsupportedException(string message) : Exception(message);
