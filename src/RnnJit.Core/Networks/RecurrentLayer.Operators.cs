namespace RnnJit.Networks;

/// <content>A layer as a value: operators are those of <see cref="Value"/> on <see cref="Output"/>.</content>
public sealed partial class RecurrentLayer
{
    public static implicit operator Value(RecurrentLayer layer) => layer.Output;

    public static Value operator +(RecurrentLayer a, RecurrentLayer b) => a.Output + b.Output;

    public static Value operator +(RecurrentLayer a, Value b) => a.Output + b;

    public static Value operator +(Value a, RecurrentLayer b) => a + b.Output;

    public static Value operator +(RecurrentLayer a, double b) => a.Output + b;

    public static Value operator +(double a, RecurrentLayer b) => a + b.Output;

    public static Value operator -(RecurrentLayer a, RecurrentLayer b) => a.Output - b.Output;

    public static Value operator -(RecurrentLayer a, Value b) => a.Output - b;

    public static Value operator -(Value a, RecurrentLayer b) => a - b.Output;

    public static Value operator -(RecurrentLayer a, double b) => a.Output - b;

    public static Value operator -(double a, RecurrentLayer b) => a - b.Output;

    public static Value operator *(RecurrentLayer a, RecurrentLayer b) => a.Output * b.Output;

    public static Value operator *(RecurrentLayer a, Value b) => a.Output * b;

    public static Value operator *(Value a, RecurrentLayer b) => a * b.Output;

    public static Value operator *(RecurrentLayer a, double b) => a.Output * b;

    public static Value operator *(double a, RecurrentLayer b) => a * b.Output;

    public static Value operator /(RecurrentLayer a, RecurrentLayer b) => a.Output / b.Output;

    public static Value operator /(RecurrentLayer a, Value b) => a.Output / b;

    public static Value operator /(Value a, RecurrentLayer b) => a / b.Output;

    public static Value operator /(RecurrentLayer a, double b) => a.Output / b;

    public static Value operator /(double a, RecurrentLayer b) => a / b.Output;

    public static Value operator -(RecurrentLayer a) => -a.Output;
}
