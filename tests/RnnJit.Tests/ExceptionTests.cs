namespace RnnJit.Tests;

public class ExceptionTests
{
    // Errors of arguments and of names keep the types that .NET has for them.
    [Test]
    public void Every_exception_has_the_base_of_the_library_or_is_one_of_arguments()
    {
        Type[] all = [.. new[] { typeof(Rnn), typeof(Device) }.SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => typeof(Exception).IsAssignableFrom(type))];
        Assert.That(all, Has.Length.GreaterThan(10));
        Assert.That(all.Where(type => !typeof(RnnJitException).IsAssignableFrom(type)),
            Has.All.Matches<Type>(type => typeof(ArgumentException).IsAssignableFrom(type) || type == typeof(UnknownNameException)));
    }
}
