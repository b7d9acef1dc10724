using RnnJit.Gpu.Running;

namespace RnnJit.Gpu.Tests;

/// <summary>A timer whose clock goes on by a second at each mark, so that the seconds of a line are its marks.</summary>
internal sealed class MarkCounter(int lines) : DeviceTimer(lines)
{
    public override void Mark(int line) => Add(line, 1);

    public override void Finish()
    {
    }
}
