using System.Text.Json.Serialization;

namespace RnnJit.Networks;

/// <summary>JSON serialisation of the objects that checkpoints hold.</summary>
[JsonSerializable(typeof(SortedDictionary<string, int>))]
[JsonSerializable(typeof(Training.CharacterOptions))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
