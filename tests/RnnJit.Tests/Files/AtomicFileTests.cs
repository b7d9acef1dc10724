using RnnJit.Files;

namespace RnnJit.Tests.Files;

internal sealed partial class AtomicFileTests
{
    [Test]
    public void A_new_file_holds_what_was_written()
    {
        using var folder = new TemporaryFolder();

        AtomicFile.Write(folder.File("a"), stream => stream.Write("abc"u8));

        Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("abc"));
        Assert.That(folder.Names, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void An_old_file_is_replaced_even_by_a_shorter_one()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "a long old content");

        AtomicFile.Write(folder.File("a"), stream => stream.Write("new"u8));

        Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("new"));
    }

    [Test]
    public void The_old_file_is_whole_while_the_new_one_is_written()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "old");

        AtomicFile.Write(folder.File("a"), stream =>
        {
            stream.Write("half"u8);
            stream.Flush();
            Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("old"));
        });
    }

    [TestCase(0), TestCase(1), TestCase(5000)]
    public void A_full_disk_leaves_the_old_file_and_nothing_else(int room)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "old");

        Assert.That(
            () => AtomicFile.Write(folder.File("a"), stream => new FullDisk(stream, room).Write(new byte[5001])),
            Throws.InstanceOf<IOException>().With.Message.Contains("No space left on device (check the path and the free space)"));
        Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("old"));
        Assert.That(folder.Names, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_failing_writer_leaves_the_old_file_and_its_own_exception()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "old");

        Assert.That(
            () => AtomicFile.Write(folder.File("a"), _ => throw new OperationCanceledException("stopped")),
            Throws.TypeOf<OperationCanceledException>());
        Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("old"));
        Assert.That(folder.Names, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_missing_folder_is_named()
    {
        using var folder = new TemporaryFolder();

        Assert.That(
            () => AtomicFile.Write(folder.File("none/a"), _ => { }),
            Throws.InstanceOf<IOException>().With.Message.Contains("does not exist (create the folder first)"));
    }

    [Test]
    public void A_folder_is_no_target()
    {
        using var folder = new TemporaryFolder();

        Assert.That(() => AtomicFile.Write(folder.Path, _ => { }),
            Throws.InstanceOf<IOException>().With.Message.Contains("it is a folder, wanted a file"));
        Assert.That(folder.Names, Is.Empty);
    }

    [Test]
    [Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_read_only_folder_is_an_io_exception_with_a_cure()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "old");
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            if (CanCreate(folder.File("probe")))
                Assert.Ignore("This user may write in read-only folders, so there is no refusal to test (run as an ordinary user)");

            Assert.That(
                () => AtomicFile.Write(folder.File("a"), stream => stream.Write("new"u8)),
                Throws.InstanceOf<IOException>().With.Message.Contains("(allow writing in its folder or choose another one)"));
            Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("old"));
        }
        finally
        {
            File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Test]
    [Platform(Include = "Linux")]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void A_read_only_file_is_not_replaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "precious");
        File.SetUnixFileMode(folder.File("a"), UnixFileMode.UserRead);
        Action write = () => AtomicFile.Write(folder.File("a"), stream => stream.Write("new"u8));
        if (Environment.IsPrivilegedProcess)
        {
            // Of sys/fsuid.h: the files of this thread are those of another user until it is set back.
            File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_111_111);
            _ = SetUser(65534);
            try
            {
                Refused(write);
            }
            finally
            {
                _ = SetUser(0);
            }
        }
        else
        {
            Refused(write);
        }

        Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("precious"));
        Assert.That(folder.Names, Is.EqualTo(new[] { "a" }));

        static void Refused(Action write) => Assert.That(write, Throws.InstanceOf<IOException>().With.Message.Contains(
            "could not be written and is as it was before: it is read-only for this user (allow writing into it or choose another name)"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Permissions_and_links_survive()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "old");
        File.SetUnixFileMode(folder.File("a"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(folder.File("link"), folder.File("a"));

        AtomicFile.Write(folder.File("link"), stream => stream.Write("new"u8));

        Assert.That(File.ReadAllText(folder.File("a")), Is.EqualTo("new"));
        Assert.That(new FileInfo(folder.File("link")).LinkTarget, Is.EqualTo(folder.File("a")));
        Assert.That(File.GetUnixFileMode(folder.File("a")),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
    }

    private static bool CanCreate(string path)
    {
        try
        {
            File.WriteAllText(path, "");
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetUser(int user);
}
