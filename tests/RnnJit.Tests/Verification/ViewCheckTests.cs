using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

public class ViewCheckTests
{
    [Test]
    public void No_view_of_a_random_Program_leaves_its_block()
    {
        int count = Environment.GetEnvironmentVariable("RNNJIT_LONG") == "1" ? 100_000 : 600;

        ViewReport report = ViewCheck.Run(count, seed: 20261129);

        TestContext.Out.WriteLine(
            $"{count} Programs: {report.Planned} planned, {report.Refused} refused, {report.Run} compared with the interpreter, "
                + $"{report.Faults.Count} faults");
        Assert.That(report.Faults, Is.Empty, report.Faults.FirstOrDefault());
        Assert.That(report.Planned, Is.AtLeast(count / 10));
        Assert.That(report.Refused, Is.AtLeast(count / 10));
        Assert.That(report.Run, Is.AtLeast(count / 20));
    }
}
