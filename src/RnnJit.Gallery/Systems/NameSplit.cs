using RnnJit.Data;
using RnnJit.Randomness;

namespace RnnJit.Gallery.Systems;

/// <summary>A name and the number of its language.</summary>
internal readonly record struct NameRow(string Name, int Language);

/// <summary>Names of several languages, split by name: a name that two languages have never stands in two parts.</summary>
/// <param name="Languages">A name for each language.</param>
internal sealed record NameSplit(string[] Languages, NameRow[] Train, NameRow[] Development, NameRow[] Test)
{
    private const int MadeNames = 500, LeastSyllables = 2, MostSyllables = 3;

    public static readonly DataSet Source =
        new("surnames of 18 languages", "names", "github.com/spro/practical-pytorch, folder data/names", "MIT");

    /// <summary>The names of a data directory, a file for each language; where it is null, names that are made here.</summary>
    public static NameSplit Of(string? data) => data is null ? Made() : Read(Path.Combine(data, Source.File));

    private static NameSplit Read(string folder)
    {
        string[] files = [.. Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal)];
        if (files.Length < 2)
        {
            throw new TextDataException($"'{folder}' has {files.Length} files of names, wanted LANGUAGE.txt for each of several languages "
                + "(get the data set again)");
        }

        NameRow[] rows = [.. files.SelectMany((file, language) => DataFile.Lines(file).Select(line => line.Text.Trim().ToLowerInvariant())
            .Where(name => name.Length > 0).Select(name => new NameRow(name, language)))];
        if (Enumerable.Range(0, files.Length).FirstOrDefault(language => !rows.Any(row => row.Language == language), -1) is >= 0
            and var empty)
            throw new TextDataException($"'{files[empty]}' has no name, wanted one in each line (get the data set again)");
        return Split([.. files.Select(file => Path.GetFileNameWithoutExtension(file))], rows);
    }

    // First and last vowel are the same, or differ: parts of a name do not tell. The third language has letters of its own.
    private static NameSplit Made()
    {
        var random = new RandomStream(1);
        char Of(string letters) => letters[random.NextInt32(letters.Length)];
        string Name(int language)
        {
            int syllables = LeastSyllables + random.NextInt32(MostSyllables - LeastSyllables + 1);
            char[] vowels = [.. Enumerable.Range(0, syllables).Select(_ => Of(language == 2 ? "ie" : "ao"))];
            if (language < 2)
                vowels[^1] = language == 0 ? vowels[0] : vowels[0] == 'a' ? 'o' : 'a';
            return string.Concat(vowels.Select(vowel => $"{Of(language == 2 ? "sml" : "ptkrdg")}{vowel}"));
        }

        return Split(["same ends", "other ends", "other letters"],
            Enumerable.Range(0, 3 * MadeNames).Select(i => new NameRow(Name(i % 3), i % 3)));
    }

    // A tenth of the names is for testing, a tenth for development.
    private static NameSplit Split(string[] languages, IEnumerable<NameRow> rows)
    {
        NameRow[] pairs = [.. rows.Distinct().OrderBy(row => row.Name, StringComparer.Ordinal).ThenBy(row => row.Language)];
        string[] names = [.. pairs.Select(row => row.Name).Distinct()];
        new RandomStream(1).Shuffle<string>(names);
        HashSet<string> test = [.. names[..(names.Length / 10)]], development = [.. names[(names.Length / 10)..(names.Length / 5)]];
        return new NameSplit(languages, [.. pairs.Where(row => !test.Contains(row.Name) && !development.Contains(row.Name))],
            [.. pairs.Where(row => development.Contains(row.Name))], [.. pairs.Where(row => test.Contains(row.Name))]);
    }
}
