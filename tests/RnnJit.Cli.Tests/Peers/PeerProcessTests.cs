using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cli.Peers;

namespace RnnJit.Cli.Tests.Peers;

/// <summary>Tools that answer lines, here scripts of the shell.</summary>
[Platform(Exclude = "Win")]
public class PeerProcessTests
{
    private static (PeerProcess? Process, string Missing) Start(string script) =>
        PeerProcess.Start(new ProcessStartInfo("sh", ["-c", script]), threads: 1, bits: 0);

    [Test]
    public void A_tool_is_made_and_timed()
    {
        using PeerProcess peer = Start("echo ready Tool 1.2; read a; echo ok; read b; echo 0.5 0.25")!.Process!;
        Assert.That(peer.Tool, Is.EqualTo("Tool 1.2"));
        peer.Do("mk");
        Assert.That(peer.Time(1), Is.EqualTo([0.5, 0.25]));
        Assert.That(() => peer.Time(1), Throws.TypeOf<PeerException>().With.Message.StartsWith("it ended and said:"));
    }

    [TestCase("echo missing it is not here", "it is not here")]
    [TestCase("echo hello", "it says 'hello'")]
    [TestCase("echo first >&2; echo the reason >&2; exit 1", "it ended and said: the reason")]
    [TestCase("exit 1", "it ended and said: nothing")]
    public void A_tool_that_does_not_start_says_why(string script, string why)
    {
        var (process, missing) = Start(script);
        Assert.That((process, missing), Is.EqualTo(((PeerProcess?)null, why)));
    }

    [Test]
    public void A_program_that_is_not_installed() =>
        Assert.That(PeerProcess.Start(new ProcessStartInfo("no-such-program"), 1, 0).Missing,
            Does.StartWith("'no-such-program' is not installed"));

    [Test]
    public void Errors_are_sentences_and_the_tool_stays()
    {
        using PeerProcess peer =
            Start("echo ready Tool 1; read a; echo error no such layer; read b; echo error too late; read c; echo ok")!.Process!;
        Assert.That(() => peer.Do("mk"), Throws.TypeOf<PeerException>().With.Message.EqualTo("no such layer"));
        Assert.That(() => peer.Time(1), Throws.TypeOf<PeerException>().With.Message.EqualTo("too late"));
        peer.Do("mk");
    }

    [TestCase(false, 256, 512, false)]
    [TestCase(false, 256, 256, true)]
    [TestCase(false, 0, 512, true)]
    [TestCase(true, 128, 512, true)]
    public void A_tool_is_measured_where_its_vectors_are_no_wider_than_ours(bool canNarrow, int bits, int machine, bool fits) =>
        Assert.That(new PeerTool("Tool", "tool.py", canNarrow).Fits(bits, machine), Is.EqualTo(fits));

    // The document says of each tool what the variables below do to it.
    [Test]
    public void Which_tools_can_be_narrowed_is_documented() => Assert.That(
        PeerTool.All.Where(tool => !tool.CanNarrow).Select(tool => tool.Name),
        Is.EqualTo(Repository.Read("bench/peers/README.md").Split('\n')
            .Where(line => line.StartsWith('|') && line.TrimEnd().EndsWith("| no |", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1].Trim())));

    [TestCase(0, "2,2,2,,,")]
    [TestCase(256, "2,2,2,AVX2,avx2,Haswell")]
    [TestCase(128, "2,2,2,SSE41,default,Nehalem")]
    public void Threads_and_vectors_are_given(int bits, string expected)
    {
        const string Script =
            "echo ready "
                + "$OMP_NUM_THREADS,$OPENBLAS_NUM_THREADS,$MKL_NUM_THREADS,$ONEDNN_MAX_CPU_ISA,$ATEN_CPU_CAPABILITY,$OPENBLAS_CORETYPE";
        var command = new ProcessStartInfo("sh", ["-c", Script]);
        command.Environment["OPENBLAS_CORETYPE"] = "Prescott";
        using PeerProcess peer = PeerProcess.Start(command, threads: 2, bits).Process!;
        bool wide = bits == 0 && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported;
        Assert.That(peer.Tool, Is.EqualTo(wide ? expected + "SkylakeX" : expected));
    }
}
