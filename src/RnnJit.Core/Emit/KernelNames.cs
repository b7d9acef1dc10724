using System.Globalization;
using System.Text;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>A C# identifier for every value: the user's local name where there is one. All names of a kernel differ.</summary>
internal sealed class KernelNames
{
    // What the text of a kernel itself mentions.
    private static readonly string[] Mentioned =
        ("A V T call row start end vectors memory j n Run Text Full Tail VectorMath VectorCalls Finite RowMemory Span MethodImpl MethodImplOptions IAccess ISimd IKernel KernelCall").Split(' ');

    private static readonly HashSet<string> Keywords = new(
        ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern "
        + "false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params "
        + "private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong "
        + "unchecked unsafe ushort using virtual void volatile while").Split(' '),
        StringComparer.Ordinal);

    private readonly HashSet<string> taken = new(Mentioned, StringComparer.Ordinal);
    private readonly string[] values;
    private readonly string[] labels;

    public KernelNames(Graph kernel, string className)
    {
        taken.Add(className);
        values = new string[kernel.Values.Count];
        labels = new string[kernel.Values.Count];
        int next = 0;
        for (int value = 0; value < values.Length; value++)
        {
            int node = kernel.Values.Node(value);
            if (node >= 0 && kernel.Nodes[node].Op is ConstantOp constant)
            {
                labels[value] = values[value] = ConstantOp.Format(constant.Value);
                continue;
            }

            labels[value] = kernel.LocalNames.TryGetValue(value, out string? local) ? local
                : node < 0 ? kernel.Inputs[value].Name : "v" + (next++).ToString(CultureInfo.InvariantCulture);
            values[value] = Unique(labels[value]);
        }
    }

    /// <summary>The identifier of a value; of a constant the number.</summary>
    public string Of(int value) => values[value];

    /// <summary>The name for people, which may be no identifier.</summary>
    public string Label(int value) => labels[value].Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", " ").Replace("\r", " ");

    /// <summary>A new identifier close to <paramref name="wish"/>.</summary>
    public string Unique(string wish)
    {
        string name = Identifier(wish);
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
            unique = name + "_" + i.ToString(CultureInfo.InvariantCulture);

        return unique;
    }

    private static string Identifier(string wish)
    {
        var name = new StringBuilder();
        foreach (char c in wish)
            name.Append(c == '\'' ? "Next" : char.IsLetterOrDigit(c) || c == '_' ? c.ToString() : "_");
        if (name.Length == 0 || char.IsDigit(name[0]))
            name.Insert(0, '_');

        return Keywords.Contains(name.ToString()) ? "@" + name : name.ToString();
    }
}
