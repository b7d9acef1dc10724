using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Import.Tests;

/// <summary>A model of PyTorch's weights, run as PyTorch runs its module.</summary>
internal static class ModelRun
{
    /// <summary>The results by name: <c>y</c>, <c>hn</c> and, where there is one, <c>cn</c>.</summary>
    /// <param name="states">h0, c0 [layers · directions, B, ·] in this order; none: zeros.</param>
    public static Dictionary<string, NdArray> Of(
        Model model, NdArray x, bool batchFirst = false, NdArray? lengths = null, params NdArray[] states)
    {
        string[] results = [.. model.Program.Outputs.Select(output => output.Name).Where(name => name is "y" or "hn" or "cn")];
        using Session session = model.Open(new SessionOptions
        {
            Steps = x.Shape[batchFirst ? 1 : 0],
            Batch = x.Shape[batchFirst ? 0 : 1],
            Results = results,
        });
        Set(session.Input("x"), x.Data);
        if (lengths is not null)
            Set(session.Input("lengths"), lengths.Data);
        for (int s = 0; s < states.Length; s++)
        {
            string state = s == 0 ? ".h0" : ".c0";
            string[] names = [.. session.State.Names.Where(name => name.EndsWith(state, StringComparison.Ordinal))];
            int size = states[s].Data.Length / names.Length;
            for (int i = 0; i < names.Length; i++)
                session.State[names[i]].Set(states[s].Data.AsSpan(i * size, size));
        }

        session.Run();
        return results.ToDictionary(name => name, name => session.Output(name).ToNdArray());
    }

    /// <summary>The largest difference, with equal numbers of elements.</summary>
    public static double Difference(NdArray found, NdArray wanted)
    {
        Assert.That(found.Shape, Is.EqualTo(wanted.Shape));
        return found.Data.Zip(wanted.Data, (a, b) => Math.Abs(a - b)).Max();
    }

    private static void Set(Tensor tensor, double[] values) => tensor.Set(values);
}
