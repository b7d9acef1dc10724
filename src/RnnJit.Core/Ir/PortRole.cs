namespace RnnJit.Ir;

/// <summary>The role of an input of a graph.</summary>
public enum PortRole
{
    /// <summary>Data given at each run, or at each step of a cell.</summary>
    Input,

    /// <summary>An input of a cell that is the same at every step of a sequence.</summary>
    PerSequence,

    /// <summary>A state: of a cell, of a scan body.</summary>
    State,

    /// <summary>A trained tensor.</summary>
    Parameter,

    /// <summary>One step of a sequence inside a scan body.</summary>
    Sequence,

    /// <summary>A value from outside captured by a scan body.</summary>
    Constant,

    /// <summary>
    /// A state of a scan body that only grows: a step gathers rows of it and adds rows to it, and nothing is added to a row once it was
    /// gathered. So any later table serves a reader as well as the one of its step, and one place in memory serves all steps.
    /// </summary>
    Table,
}
