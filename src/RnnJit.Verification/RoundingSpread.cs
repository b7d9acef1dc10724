using RnnJit.Interpretation;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>
/// The error that float32 rounding alone causes in a program: the largest difference between the interpreter in float32, rounded after each
/// op, and in float64. It is taken over several draws, in each of which every input number stays or moves to one of its float32 neighbours.
/// One float32 run is one sample of accumulated rounding. Where terms cancel, samples differ by more than any fixed factor on one of them
/// covers.
/// </summary>
internal static class RoundingSpread
{
    private const int Draws = 8;

    /// <param name="single">The program with real inputs in float32.</param>
    /// <param name="wide">The same one in float64.</param>
    /// <param name="inputs">By name; integers stay as they are.</param>
    /// <returns>By the name of the output; 0 where a draw has no finite number.</returns>
    public static IReadOnlyDictionary<string, double> Of(Graph single, Graph wide, IReadOnlyDictionary<string, NdArray> inputs)
    {
        var spread = single.Outputs.ToDictionary(output => output.Name, _ => 0.0);
        for (int draw = 0; draw < Draws; draw++)
        {
            // The same draws each time: a verdict must not change from run to run.
            var random = new Random(draw);
            Dictionary<string, NdArray> moved = single.Inputs.ToDictionary(
                port => port.Name,
                port => port.Type.Element == ElementType.F32 ? Moved(inputs[port.Name], random) : inputs[port.Name]);
            IReadOnlyDictionary<string, NdArray> rounded = Interpreter.Run(single, moved, single: true),
                exact = Interpreter.Run(wide, moved, single: false);
            foreach (var (name, found) in rounded)
            {
                NdArray wanted = exact[name];
                for (int i = 0; i < found.Length; i++)
                    spread[name] = Math.Max(spread[name], Math.Abs(found.Data[i] - wanted.Data[i]));
            }
        }

        return spread.ToDictionary(pair => pair.Key, pair => double.IsFinite(pair.Value) ? pair.Value : 0);
    }

    private static NdArray Moved(NdArray given, Random random) =>
        new(given.Shape, given.Data.Select(number => Moved((float)number, random.Next(3))).ToArray());

    // 0 stands for what is absent, such as padding, and stays.
    private static double Moved(float number, int way) => number == 0 ? 0 : way switch
    {
        1 => MathF.BitIncrement(number),
        2 => MathF.BitDecrement(number),
        _ => number,
    };
}
