using BenchmarkDotNet.Attributes;
using RnnJit.Cpu.Simd;

namespace RnnJit.Bench.Numerics;

/// <summary>The functions over 2048 elements at 256 bits.</summary>
public unsafe class VectorMathBench
{
    private readonly MathData<float> singles = new();
    private readonly MathData<double> doubles = new();

    [Benchmark]
    public void ExpSingle() => MathCase.Exp<Vec256F32, float>(singles.X, singles.Y);

    [Benchmark]
    public void LogSingle() => MathCase.Log<Vec256F32, float>(singles.X, singles.Y);

    [Benchmark]
    public void TanhSingle() => MathCase.Tanh<Vec256F32, float>(singles.X, singles.Y);

    [Benchmark]
    public void SigmoidSingle() => MathCase.Sigmoid<Vec256F32, float>(singles.X, singles.Y);

    [Benchmark]
    public void TanhDouble() => MathCase.Tanh<Vec256F64, double>(doubles.X, doubles.Y);

    [Benchmark]
    public void SigmoidDouble() => MathCase.Sigmoid<Vec256F64, double>(doubles.X, doubles.Y);
}
