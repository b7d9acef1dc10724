namespace RnnJit;

/// <summary>A part of a plan that is slower or wider than it could be.</summary>
/// <param name="Id">Id of the warning.</param>
/// <param name="Key">Warnings with the same id and key are said once.</param>
/// <param name="Sentence">Finding and cure.</param>
internal sealed record SlowPath(string Id, string Key, string Sentence);
