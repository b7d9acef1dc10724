using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>
/// Budget for inlining functions into one pass of a kernel: functions are emitted inline while they fit, and as calls after that. The JIT
/// stops inlining in a method that has reached 512 locals; every operator after that point would be a call, ten times slower.
/// </summary>
internal sealed class InlineBudget(EmitDialect dialect, int others) : IDialect
{
    // Locals available for inlining, and locals per other statement, measured with .NET 10.
    private const int Limit = 500, PerStatement = 3;

    private int left = Limit - (PerStatement * others);

    /// <summary>Budget for code that runs once per row: nothing is inlined.</summary>
    public static InlineBudget None(EmitDialect dialect) => new(dialect, Limit);

    public string Name => dialect.Name;

    public string Call(string function, params string[] arguments)
    {
        if (!EmitDialect.IsFunction(function))
            return dialect.Call(function, arguments);

        int cost = function switch { "Sigmoid" => 86, "Tanh" => 88, _ => 112 };
        if (cost > left)
            return dialect.Outlined(function, arguments);

        left -= cost;
        return dialect.Call(function, arguments);
    }

    public string Infix(string left, string sign, string right) => dialect.Infix(left, sign, right);

    public string Negate(string x) => dialect.Negate(x);

    public string Number(double value) => dialect.Number(value);
}
