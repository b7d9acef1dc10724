using System.Text.Json.Serialization;

namespace RnnJit.Training;

/// <summary>JSON serialisation of a character model's options.</summary>
[JsonSerializable(typeof(CharacterOptions))]
internal sealed partial class CharacterJson : JsonSerializerContext;
