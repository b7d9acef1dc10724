using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>Kernels as cells, losses and optimisers need them: the files of the emitter's tests.</summary>
internal static class KernelTexts
{
    public static readonly string LstmGates = Named("LstmGates");

    public static readonly string LayerNorm = Named("LayerNorm");

    public static readonly string[] All = [LstmGates, Named("LstmGatesBackward"), Named("CrossEntropy"), Named("Adam"), LayerNorm];

    public static Graph Read(string text) => KernelCanonical.Run(Parser.Parse(text));

    private static string Named(string name)
    {
        using var reader = new StreamReader(typeof(KernelTexts).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
