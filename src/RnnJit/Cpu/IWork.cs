namespace RnnJit.Cpu;

/// <summary>Work that every worker of a <see cref="WorkerPool"/> takes its share of.</summary>
internal interface IWork
{
    /// <param name="worker">0 … workers − 1; 0 is the calling thread.</param>
    /// <param name="workers">Number of workers.</param>
    void Execute(int worker, int workers);
}
