using System.Globalization;
using System.Text;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>
/// Each instruction from registers to registers against its definition in NVIDIA's "Parallel Thread Execution ISA", chapter "Instruction
/// Set"; results are worked out by hand.
/// </summary>
public class PtxInstructionTests
{
    /// <summary>Section of the manual, instruction, operands, result.</summary>
    private static readonly (string Section, string Name, object[] Operands, object Result)[] Cases =
    [
        .. PtxCases.Integers, .. PtxCases.Reals, .. PtxCases.Comparisons,
    ];

    private static IEnumerable<TestCaseData> Sources => Cases.GroupBy(one => (one.Section, one.Name))
        .Select(group => new TestCaseData(group.Key.Name).SetArgDisplayNames(group.Key.Section, group.Key.Name));

    [TestCaseSource(nameof(Sources))]
    public void An_instruction_does_what_the_manual_says(string name)
    {
        foreach (var (_, _, operands, result) in Cases.Where(one => one.Name == name))
        {
            string[] types = PtxOperations.All[name].Types;
            Assert.That(operands.Select(Type), Is.EqualTo(types.Skip(1).Select(Class)), $"operands of {name}");
            Assert.That(Type(result), Is.EqualTo(Class(types[0])), $"the result of {name}");
            Assert.That($"0x{Run(name, types, operands):X}", Is.EqualTo($"0x{Bits(result):X}"),
                $"{name} of {string.Join(", ", operands.Select(operand => string.Create(CultureInfo.InvariantCulture, $"{operand}")))}");
        }
    }

    [Test]
    public void Every_instruction_has_a_case() =>
        Assert.That(PtxOperations.All.Keys.Except(Cases.Select(one => one.Name)), Is.Empty);

    // A sum that is wrong by one bit is not taken for right.
    [Test]
    public void A_wrong_bit_is_seen() =>
        Assert.That(Run("add.f32", ["f32", "f32", "f32"], [1f, 2f]), Is.Not.EqualTo(Bits(BitConverter.UInt32BitsToSingle(0x40400001))));

    [TestCase("div.s64", 7L, 0L, "divides by 0, whose result PTX leaves open")]
    [TestCase("div.u32", 7u, 0u, "divides by 0, whose result PTX leaves open")]
    [TestCase("rem.u32", 7u, 0u, "divides by 0, whose result PTX leaves open")]
    [TestCase("rem.s64", 7L, 0L, "divides by 0, whose result PTX leaves open")]
    [TestCase("div.s64", long.MinValue, -1L, "divides the least number by -1, whose result PTX leaves open")]
    public void What_PTX_leaves_open_is_refused(string name, object a, object b, string sentence) =>
        Assert.That(() => Run(name, [.. Enumerable.Repeat(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..], 3)], [a, b]),
            Throws.TypeOf<PtxException>().With.Message.EndsWith(sentence));

    // A kernel of that one instruction: operands come from memory, the result goes there.
    private static ulong Run(string name, string[] types, object[] operands)
    {
        var text = new StringBuilder(Head);
        for (int i = 0; i < operands.Length; i++)
            text.AppendLine(Load(types[i + 1], i, i * 8));
        string sources = string.Join(", ", operands.Select((_, i) => Register(types[i + 1], i)));
        text.AppendLine(CultureInfo.InvariantCulture, $"{name} {Register(types[0], 4)}, {sources};");
        text.AppendLine(Store(types[0], 4, 64)).AppendLine("ret;").AppendLine("}");
        var memory = new PtxMemory();
        PtxRange range = memory.Add("x", 72);
        range.Write(0, new byte[72]);
        for (int i = 0; i < operands.Length; i++)
            range.Write(i * 8, BitConverter.GetBytes(Bits(operands[i])));
        new PtxMachine(text.ToString()).Launch(new PtxLaunch(memory, 1, 1, 1, [.. BitConverter.GetBytes(range.Start)]));
        byte[] result = new byte[8];
        range.Read(64, result);
        return BitConverter.ToUInt64(result);
    }

    private const string Head = """
        .version 8.0
        .target sm_80
        .address_size 64
        .visible .entry Kernel(
            .param .b64 _x
        )
        {
            .reg .pred %p<5>;
            .reg .b32 %r<6>;
            .reg .b64 %rd<6>;
            .reg .f32 %f<5>;
            .reg .f64 %fd<5>;
            ld.param.b64 %rd5, [_x];

        """;

    private static string Load(string type, int i, int at) => type == "pred"
        ? $"ld.global.b32 %r{i}, [%rd5+{at}];\nsetp.ne.s32 %p{i}, %r{i}, 0;"
        : $"ld.global.{Class(type)} {Register(type, i)}, [%rd5+{at}];";

    private static string Store(string type, int i, int at) => type == "pred"
        ? $"selp.b32 %r{i}, 1, 0, %p{i};\nst.global.b32 [%rd5+{at}], %r{i};"
        : $"st.global.{Class(type)} [%rd5+{at}], {Register(type, i)};";

    private static string Register(string type, int i) =>
        Class(type) switch { "pred" => "%p", "b32" => "%r", "b64" => "%rd", "f32" => "%f", _ => "%fd" } + i;

    private static string Class(string type) => type[0] is 's' or 'u' ? "b" + type[1..] : type;

    private static string Type(object value) => value switch
    {
        bool => "pred",
        int or uint => "b32",
        long or ulong => "b64",
        float => "f32",
        _ => "f64",
    };

    private static ulong Bits(object value) => value switch
    {
        bool holds => holds ? 1UL : 0,
        int number => unchecked((uint)number),
        uint number => number,
        long number => unchecked((ulong)number),
        ulong number => number,
        float number => BitConverter.SingleToUInt32Bits(number),
        double number => BitConverter.DoubleToUInt64Bits(number),
        _ => throw new ArgumentException($"{value} is no number"),
    };
}
