using RnnJit.Cli.Disassembly;

namespace RnnJit.Cli.Tests.Disassembly;

/// <summary>Machine code as the runtime prints it: methods of a class, innermost loops and their constants.</summary>
public class KernelCodeTests
{
    // Two loops in one another, a jump forwards out of them, and a method of another class.
    private const string X64 = """
        ; Assembly listing for method RnnJit.Emit.KernelShapes:Columns(RnnJit.Ir.Graph) (FullOpts)
        G_M000_IG01:                ;; offset=0x0000
               jl       G_M000_IG01
        ; Assembly listing for method N.Kernel0:Columns[A,B,float](byref,int,int,int) (FullOpts)
        ; Emitting BLENDED_CODE for generic X64

        G_M000_IG02:                ;; offset=0x0000
               push     rbp

        G_M000_IG03:                ;; offset=0x0008
               cmp      edx, ecx
               jge      G_M000_IG05

        G_M000_IG04:                ;; offset=0x0010
               vmovups  zmm0, zmmword ptr [r8+4*r9]
               vfmadd213ps zmm0, zmm1, dword ptr [reloc @RWD04] {1to16}
               jl       SHORT G_M000_IG04
               jmp      G_M000_IG03

        G_M000_IG05:                ;; offset=0x0030
               ret

        RWD00  	dd	C2B0999Ah		;     -88.3
        RWD04  	dd	42AE0000h		;        87

        ; Total bytes of code 703

        """;

    private const string Arm64 = """
        ; Assembly listing for method N.Kernel0:Columns[A,B,float](byref,int,int,int) (FullOpts)
        G_M000_IG02:                ;; offset=0x0000
                    ldr     q16, [x0, x1]
                    fmla    v17.4s, v16.4s, v18.4s
                    cbnz    w2, G_M000_IG02
                    ret     lr

        """;

    [Test]
    public void The_innermost_loop_is_printed_with_its_constants()
    {
        string[] lines = KernelCode.Text(X64, "N.Kernel0", whole: false).Split('\n');
        Assert.That(lines[0], Is.EqualTo("; innermost loop of Columns of the kernel: 3 of 8 instructions"));
        Assert.That(lines[1], Does.StartWith($"; vectors of {IsaFlag.Bits} bits, ").And.EndsWith(
            System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription));
        Assert.That(lines[2..], Is.EqualTo(new[]
        {
            "G_M000_IG04:", "       vmovups  zmm0, zmmword ptr [r8+4*r9]",
            "       vfmadd213ps zmm0, zmm1, dword ptr [reloc @RWD04] {1to16}", "       jl       SHORT G_M000_IG04",
            "RWD04  \tdd\t42AE0000h\t\t;        87", "",
        }));
    }

    [Test]
    public void The_whole_method_has_both_loops() => Assert.That(KernelCode.Text(X64, "N.Kernel0", whole: true),
        Does.StartWith("; Columns of the kernel: 8 instructions\n").And.Contains("push").And.Contains("RWD00").And.Not.Contains("offset"));

    [Test]
    public void Branches_of_Arm64_close_loops_too() => Assert.That(KernelCode.Text(Arm64, "N.Kernel0", whole: false),
        Does.StartWith("; innermost loop of Columns of the kernel: 3 of 4 instructions\n").And.Contains("fmla").And.Not.Contains("ret"));

    [TestCase(X64, "N.Other")]
    [TestCase("", "N.Kernel0")]
    public void Without_a_loop_of_the_class_it_says_so(string file, string type) => Assert.That(
        () => KernelCode.Text(file, type, whole: false), Throws.TypeOf<UsageException>().With.Message.Contains("printed no loop"));

    [TestCase("show docs/cells/Minimal.cs --after plan --full", "--full has no meaning with --after plan (leave it out)")]
    [TestCase("show lstm --after cell --isa avx2", "--isa has no meaning with --after cell (leave it out)")]
    [TestCase("show lstm --after asm --seq 5", "--seq has no meaning with --after asm (leave it out)")]
    public void Options_of_other_stages_are_refused(string line, string sentence) =>
        Commands.BadInputTests.Refused(CommandRun.Of(line.Split(' ')), sentence);
}
