using RnnJit.Files;

namespace RnnJit.Tests.Files;

internal sealed class TemporaryFileTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    [Test]
    public void A_leftover_goes_at_the_next_start_and_nothing_else_does()
    {
        using var folder = new TemporaryFolder();
        string[] others = ["a", "b", $"ab.{Id}.tmp", $"a.b.{Id}.tmp", "a.0123.tmp", $"a.{Id.ToUpperInvariant()}.tmp", $"a.{Id}.tmp.txt"];
        foreach (string name in (string[])[.. others, $"a.{Id}.tmp"])
            File.WriteAllText(folder.File(name), name);
        Directory.CreateDirectory(folder.File($"a.{Id[1..]}f.tmp"));

        AtomicFile.Prepare(folder.File("a"));

        Assert.That(folder.Names, Is.EquivalentTo(others));
        Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("a"));
        Assert.That(Directory.Exists(folder.File($"a.{Id[1..]}f.tmp")), Is.True);
    }

    [Test]
    [Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_link_with_the_name_of_a_leftover_stays_with_its_target()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("precious"), "x");
        File.CreateSymbolicLink(folder.File($"a.{Id}.tmp"), folder.File("precious"));

        AtomicFile.Prepare(folder.File("a"));

        Assert.That(folder.Names, Is.EquivalentTo(new[] { "precious", $"a.{Id}.tmp" }));
    }

    [Test]
    public void A_temporary_file_that_is_being_written_stays()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder.File("a"), stream =>
        {
            stream.Write("whole"u8);
            AtomicFile.Prepare(folder.File("a"));
        });
        Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("whole"));
        Assert.That(folder.Names, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Writers_and_starts_at_once_lose_nothing()
    {
        using var folder = new TemporaryFolder();
        byte[][] contents = [.. Enumerable.Range(0, 2).Select(i => Enumerable.Repeat((byte)i, 20_000).ToArray())];
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            for (int turn = 0; turn < 100; turn++)
            {
                if (i < contents.Length)
                    AtomicFile.Write(folder.File("a"), stream => stream.Write(contents[i]));
                else
                    AtomicFile.Prepare(folder.File("a"));
            }
        });
        Assert.That(contents, Does.Contain(File.ReadAllBytes(folder.File("a"))));
        Assert.That(folder.Names, Is.EqualTo(new[] { "a" }));
    }
}
