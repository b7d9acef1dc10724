using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Clockwork network: units run at periods of their own and read only units that run as seldom or more seldom than they do
/// (Koutník et al. 2014, arXiv:1402.3511, section 3). <c>on</c> [B, H] is 1 where a unit's period divides the time and <c>mask</c> [H, H] 1
/// where a unit reads another: <see cref="On"/> and <see cref="Mask"/> give both.</summary>
[RnnCell]
public static partial class Clockwork
{
    public static Value Step(Value x, Value on, Value h, [PerSequence] Matrix mask, Matrix W, Matrix U, Vector b) =>
        on * Tanh(W * x + Hadamard(U, mask) * h + b) + (1 - on) * h;

    /// <summary>The units that run at a time, counted from 0: 1 where the period divides the time, [H].</summary>
    public static float[] On(IReadOnlyList<int> periods, int time) => [.. periods.Select(period => time % period == 0 ? 1f : 0f)];

    /// <summary>Who reads whom, [H, H] row by row: unit i reads unit j where j's period is i's or longer.</summary>
    public static float[] Mask(IReadOnlyList<int> periods) =>
        [.. periods.SelectMany(reader => periods.Select(read => read >= reader ? 1f : 0f))];
}
