using System.Text.Json.Serialization;

namespace RnnJit.Networks;

/// <summary>What checkpoints hold as JSON.</summary>
[JsonSerializable(typeof(SortedDictionary<string, int>))]
[JsonSerializable(typeof(Training.CharacterOptions))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
