using RnnJit.Files;

namespace RnnJit.Tests.Files;

[Platform(Exclude = "Win")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class LinkedPathTests
{
    [Test]
    public void Links_in_any_part_are_resolved_even_of_a_file_that_does_not_exist()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("deep/er"));
        Directory.CreateSymbolicLink(folder.File("link"), folder.File("deep/er"));
        File.CreateSymbolicLink(folder.File("deep/er/up"), "../../x");
        string root = LinkedPath.Resolve(folder.Path);

        Assert.That(LinkedPath.Resolve(folder.File("link/new")), Is.EqualTo(Path.Combine(root, "deep/er/new")));
        Assert.That(LinkedPath.Resolve(folder.File("link/up")), Is.EqualTo(Path.Combine(root, "x")));
        Assert.That(LinkedPath.Same(folder.File("link/new"), folder.File("deep/./er/new")), Is.True);
        Assert.That(LinkedPath.Same(folder.File("link/new"), folder.File("deep/er/other")), Is.False);
    }

    [Test]
    public void A_circle_of_links_is_an_io_exception()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.File("a"), folder.File("b"));
        File.CreateSymbolicLink(folder.File("b"), folder.File("a"));
        Assert.That(() => LinkedPath.Resolve(folder.File("a")), Throws.InstanceOf<IOException>().With.Message.Contains("links"));
    }
}
