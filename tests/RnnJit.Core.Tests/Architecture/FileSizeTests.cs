namespace RnnJit.Core.Tests.Architecture;

public class FileSizeTests
{
    private static int[] Lines { get; } = new[] { "src", "generators", "tests", "bench" }
        .SelectMany(folder => Repository.Files(folder, "*.cs")).Select(file => Repository.Read(file).Count(c => c == '\n')).Order().ToArray();

    private static IEnumerable<string> Sources => new[] { "src", "generators", "tests", "bench" }.SelectMany(folder => Repository.Files(folder, "*.cs"));

    [Test]
    public void No_file_is_longer_than_500_lines() =>
        Assert.That(Sources.Where(file => Repository.Read(file).Count(c => c == '\n') > 500), Is.Empty);

    [Test]
    public void Nine_files_in_ten_have_at_most_300_lines() => Assert.That(Lines[Lines.Length * 9 / 10], Is.AtMost(300));

    [Test]
    public void Half_of_the_files_have_fewer_than_100_lines() => Assert.That(Lines[Lines.Length / 2], Is.LessThan(100));
}
