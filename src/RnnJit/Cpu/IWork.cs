namespace RnnJit.Cpu;

/// <summary>Work in phases that follow each other. A phase has as many shares as the <see cref="WorkerPool"/>; shares of one phase
/// do not depend on each other.</summary>
internal interface IWork
{
    /// <summary>
    /// Goes through all phases: <c>while (thread.Take(out int share)) …</c> for each. Every thread of the pool calls this once a run, or
    /// later, or not at all, so the number of phases is fixed and memory is touched for a share that was taken only.
    /// </summary>
    void Execute(ref TeamThread thread);
}
