
namespace RnnJit.Gallery.Systems;

/// <summary>All systems of the gallery, in the order of the lectures.</summary>
public static class GallerySystems
{
    public static IReadOnlyList<IGallerySystem> All { get; } =
    [
        new SumSystem(), new ParitySystem(), new BackPropagationSystem(), new RecognizerSystem(), new HelloSystem(),
        new CharacterSystem(), new NamesSystem(), new WriterSystem(), new TaggingSystem(), new TransliterationSystem(),
    ];

    /// <returns>The system with a name, in any case; null where there is none.</returns>
    public static IGallerySystem? Find(string name) =>
        All.FirstOrDefault(system => system.Facts.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
