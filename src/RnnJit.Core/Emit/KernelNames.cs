using System.Globalization;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>A C# identifier for every value: the user's local name where there is one. All names of a kernel differ.</summary>
internal sealed class KernelNames
{
    // Identifiers that the text of every kernel uses; a frame may use more.
    private static readonly string[] Mentioned =
        ("A V T call row start end vectors memory j n Run Text Full Tail VectorMath VectorCalls Finite RowMemory Span MethodImpl "
            + "MethodImplOptions IAccess ISimd IKernel KernelCall")
            .Split(' ');

    private readonly HashSet<string> taken = new(Mentioned, StringComparer.Ordinal);
    private readonly string[] values;
    private readonly string[] labels;

    /// <param name="mentioned">Further identifiers, which the frame uses.</param>
    public KernelNames(Graph kernel, string className, IEnumerable<string> mentioned)
    {
        taken.UnionWith(mentioned);
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

    /// <summary>A name for the type of a kernel: a valid one that the kernel's text does not mention.</summary>
    public static string Type(string wish) => CSharpText.TypeName(wish) is var name && Mentioned.Contains(name) ? name + "_" : name;

    /// <summary>The identifier of a value; of a constant the number.</summary>
    public string Of(int value) => values[value];

    /// <summary>The name for people, which may be no identifier, as a string literal holds it.</summary>
    public string Label(int value) => CSharpText.Literal(labels[value]);

    /// <summary>An identifier not used before: <paramref name="wish"/> itself, or with a number appended.</summary>
    public string Unique(string wish)
    {
        string name = CSharpText.Identifier(wish);
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
            unique = name + "_" + i.ToString(CultureInfo.InvariantCulture);

        return unique;
    }
}
