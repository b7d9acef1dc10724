using System.Runtime.CompilerServices;

namespace RnnJit.Tests;

public class OptionsTests
{
    private static IEnumerable<Type> All => new[] { typeof(Rnn), typeof(Device) }.SelectMany(type => type.Assembly.GetExportedTypes())
        .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal));

    // So that `with` makes other options of given ones, and nobody changes those that are in use.
    [TestCaseSource(nameof(All))]
    public void Options_are_records_that_are_only_set_where_they_are_made(Type options)
    {
        Assert.That(options.GetMethod("<Clone>$"), Is.Not.Null);
        Assert.That(options.GetProperties().Where(property => property.SetMethod is { IsPublic: true } set
            && !set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit))), Is.Empty);
    }
}
