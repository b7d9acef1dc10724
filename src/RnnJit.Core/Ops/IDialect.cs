namespace RnnJit.Ops;

/// <summary>A vocabulary in which one emitter writes kernels: how an operator, a function and a number are spelled.</summary>
public interface IDialect
{
    string Name { get; }

    /// <summary>A function of the dialect, such as <c>Tanh</c>.</summary>
    string Call(string function, params string[] arguments);

    /// <summary>An infix operator.</summary>
    string Infix(string left, string sign, string right);

    string Negate(string x);

    string Number(double value);
}
