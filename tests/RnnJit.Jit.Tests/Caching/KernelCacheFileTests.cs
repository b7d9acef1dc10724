using System.Diagnostics;
using RnnJit.Jit.Caching;

namespace RnnJit.Jit.Tests.Caching;

/// <summary>A cache holds code: it gives out nothing but what this user wrote under that key, byte for byte.</summary>
public class KernelCacheFileTests
{
    private static readonly KernelKey Key = new("simd", "a kernel"), Other = new("simd", "another kernel");
    private static readonly byte[] Image = Enumerable.Range(0, 300).Select(i => (byte)(i * 7)).ToArray();

    [Test]
    public void What_was_written_is_read()
    {
        using var folder = Filled();
        Assert.That(folder.Cache().Read(Key), Is.EqualTo(Image));
        Assert.That(folder.Cache().Read(Other), Is.Null);
        Assert.That(folder.Sentences, Is.Empty);
    }

    [Test]
    public void A_file_altered_in_any_byte_is_refused()
    {
        using var folder = Filled();
        byte[] whole = File.ReadAllBytes(folder.Files[0]);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] altered = [.. whole];
            altered[i] ^= 0x10;
            File.WriteAllBytes(folder.Files[0], altered);
            Assert.That(folder.Cache().Read(Key), Is.Null, $"byte {i}");
        }

        Assert.That(folder.Sentences, Has.Length.EqualTo(whole.Length).And.All.Contains("is not loaded: it"));
    }

    [Test]
    public void A_file_of_any_other_length_is_refused()
    {
        using var folder = Filled();
        byte[] whole = File.ReadAllBytes(folder.Files[0]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder.Files[0], whole[..length]);
            Assert.That(folder.Cache().Read(Key), Is.Null, $"{length} bytes");
        }

        File.WriteAllBytes(folder.Files[0], [.. whole, 0]);
        Assert.That(folder.Cache().Read(Key), Is.Null);
    }

    [Test]
    public void A_kernel_under_the_name_of_another_is_refused()
    {
        using var folder = Filled();
        File.Move(folder.Files[0], System.IO.Path.Combine(folder.Path, Other + ".kernel"));
        Assert.That(folder.Cache().Read(Other), Is.Null);
        Assert.That(folder.Sentences.Single(), Does.Contain("it holds another kernel than its name says"));
    }

    [TestCase(0b110_100_000), TestCase(0b110_010_000), TestCase(0b110_000_100), TestCase(0b110_000_010), Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_file_that_others_may_use_is_refused(int mode)
    {
        using var folder = Filled();
        File.SetUnixFileMode(folder.Files[0], (UnixFileMode)mode);
        Assert.That(folder.Cache().Read(Key), Is.Null);
        Assert.That(folder.Sentences.Single(),
            Does.EndWith($"others may use it, its mode is {Convert.ToString(mode, 8)} (wanted 600) (it is compiled anew)"));

        folder.Cache().Write(Key, Image);
        Assert.That(File.GetUnixFileMode(folder.Files[0]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(folder.Cache().Read(Key), Is.EqualTo(Image));
    }

    [TestCase(0b111_101_000), TestCase(0b111_010_000), TestCase(0b111_000_001), TestCase(0b111_000_010), Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_folder_that_others_may_use_is_not_used(int mode)
    {
        using var folder = Filled();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)mode);
        KernelCache cache = folder.Cache();
        Assert.That(cache.Read(Key), Is.Null);
        cache.Write(Other, Image);
        Assert.That(folder.Files, Has.Length.EqualTo(1));
        Assert.That(folder.Sentences, Is.EqualTo(new[]
        {
            $"The kernel cache '{folder.Path}' is not used: others may use it, its mode is {Convert.ToString(mode, 8)} (wanted 700)"
        }));
    }

    // Only root can give a file away, and everybody else finds root's folders.
    [Test, Platform(Exclude = "Win")]
    public void A_folder_and_a_file_of_another_user_are_refused()
    {
        using var folder = Filled();
        if (Environment.IsPrivilegedProcess)
        {
            GiveAway(folder.Files[0]);
            Assert.That(folder.Cache().Read(Key), Is.Null);
            GiveAway(folder.Path);
        }

        KernelCache cache = Environment.IsPrivilegedProcess ? folder.Cache() : folder.Cache("/");
        Assert.That(cache.Read(Key), Is.Null);
        Assert.That(folder.Sentences, Is.Not.Empty.And.All.Contains("it belongs to another user"));
    }

    [Test, Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void What_is_made_is_the_owners_alone()
    {
        using var folder = new CacheFolder();
        KernelCache cache = folder.Cache("new");
        Assert.That(Directory.Exists(cache.Folder), Is.False);
        cache.Write(Key, Image);
        Assert.That(Convert.ToString((int)File.GetUnixFileMode(cache.Folder), 8), Is.EqualTo("700"));
        Assert.That(Convert.ToString((int)File.GetUnixFileMode(Directory.GetFiles(cache.Folder).Single()), 8), Is.EqualTo("600"));
    }

    [Test]
    public void What_cannot_be_written_is_said_once()
    {
        using var folder = new CacheFolder();
        Directory.CreateDirectory(System.IO.Path.Combine(folder.Path, Key + ".kernel"));
        KernelCache cache = folder.Cache();
        cache.Write(Key, Image);
        cache.Write(Key, Image);
        Assert.That(folder.Sentences.Single(), Does.StartWith("The kernel cache takes no more: "));
    }

    [Test]
    public void Clearing_removes_kernels_and_nothing_else()
    {
        using var folder = Filled();
        string notes = System.IO.Path.Combine(folder.Path, "notes.kernel"), left = folder.Files[0] + ".0123.tmp";
        File.WriteAllText(notes, "");
        File.WriteAllText(left, "");
        KernelCache cache = folder.Cache();
        Assert.That(cache.Clear(), Is.EqualTo(2));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { notes }));
        Assert.That(cache.Files, Is.Zero);
    }

    [Test]
    public void Each_dialect_and_text_has_a_key_of_its_own()
    {
        string[] keys = [Key.ToString(), Other.ToString(), new KernelKey("scalar", "a kernel").ToString()];
        Assert.That(keys, Is.Unique.And.All.Match("^[0-9a-f]{64}$"));
        Assert.That(new KernelKey("simd", "a kernel"), Is.EqualTo(Key));
    }

    [Test]
    public void A_folder_without_a_name_is_refused() =>
        Assert.That(() => new KernelCache(" "),
            Throws.ArgumentException.With.Message.StartsWith("The folder of the kernel cache is '', wanted a path"));

    private static CacheFolder Filled()
    {
        var folder = new CacheFolder();
        folder.Cache().Write(Key, Image);
        return folder;
    }

    private static void GiveAway(string path)
    {
        using Process process = Process.Start("chown", ["65534", path]);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
    }
}
