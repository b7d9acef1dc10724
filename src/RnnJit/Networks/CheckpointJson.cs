using System.Text.Json.Serialization;

namespace RnnJit.Networks;

/// <summary>JSON serialisation of the objects that checkpoints hold.</summary>
[JsonSerializable(typeof(SortedDictionary<string, int>))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
