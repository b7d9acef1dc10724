using BenchmarkDotNet.Attributes;
using RnnJit.Ir;
using RnnJit.Passes;

namespace RnnJit.Bench.Passes;

/// <summary>Each stage of the pipeline on what the stages before it made of a training step.</summary>
public class PassBench
{
    private Graph before = null!;
    private Func<Graph, Graph> run = null!;

    [Params("lstm", "gruresetafter", "lstmlayernorm")]
    public string Cell { get; set; } = "";

    [ParamsSource(nameof(Stages))]
    public string Stage { get; set; } = "";

    public static IEnumerable<string> Stages => Pipeline.Stages.Select(stage => stage.Name);

    [GlobalSetup]
    public void Setup()
    {
        before = Pipeline.Stages.TakeWhile(stage => stage.Name != Stage)
            .Aggregate(BenchLayer.Training(Cell), (graph, stage) => stage.Run(graph));
        run = Pipeline.Stages.Single(stage => stage.Name == Stage).Run;
    }

    [Benchmark]
    public object Run() => run(before);
}
