using RnnJit.Cpu.Gemm;

namespace RnnJit.Runtime;

/// <summary>One row times packed weights; the table holds the addresses of its operands.</summary>
internal sealed unsafe class RowStreamCall<T>(MatMulInstruction<T> product) : StreamCall
    where T : unmanaged
{
    private readonly GemmArguments<T> shape = product.Row;
    private readonly WeightStorage storage = product.Storage;
    private readonly int panels = Gemm.Panels<T>(product.Form.N.Extent);

    public override int TableBytes => sizeof(GemmArguments<T>);

    public override void BindAddresses(byte* memory)
    {
        var (a, b, c, start) = product.At(new LoopIndices { Base = (nint)memory });
        GemmArguments<T> g = shape;
        g.A = (T*)a;
        g.B = (T*)b;
        g.C = (T*)c;
        g.Start = (T*)start;
        *(GemmArguments<T>*)(memory + Table) = g;
    }

    public override void Run(byte* memory) => Gemm.Multiply(in *(GemmArguments<T>*)(memory + Table), 0, panels, storage);
}
