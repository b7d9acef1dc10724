using System.Text.Json;

namespace RnnJit.Cli.Tests.Commands;

public class SampleTests
{
    private TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void Train()
    {
        folder = new TemporaryFolder();
        folder.Text();
        CommandRun run = CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", Model, "--steps", "40", "--lr", "0.02",
            "--hidden", "6", "--embedding", "4", "--seq", "5", "--batch", "2", "--sample", "0");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    private string Model => folder.File("rnnjit.safetensors");

    private string Sample(params string[] options)
    {
        CommandRun run = CommandRun.Of(["sample", Model, "--length", "60", .. options]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run.Output;
    }

    [Test]
    public void The_same_seed_writes_the_same_text()
    {
        Assert.That(Sample("--seed", "7"), Is.EqualTo(Sample("--seed", "7")));
        Assert.That(Sample("--seed", "7"), Is.Not.EqualTo(Sample("--seed", "8")));
    }

    [Test]
    public void The_likeliest_characters_need_no_seed()
    {
        Assert.That(Sample("--temperature", "0", "--seed", "7"), Is.EqualTo(Sample("--temperature", "0", "--seed", "8")));
        Assert.That(Sample("--temperature", "0"), Is.EqualTo(Sample("--argmax")));
        Assert.That(Sample("--temperature", "1e-9"), Is.EqualTo(Sample("--argmax")));
    }

    [Test]
    public void Weights_in_16_bits_write_text_too()
    {
        foreach (string weights in new[] { "bf16", "f16" })
            Assert.That(Sample("--seed", "7", "--weights", weights).TrimEnd(), Has.Length.InRange(1, 60));
        Assert.That(Sample("--seed", "7", "--weights", "F32"), Is.EqualTo(Sample("--seed", "7")));
        BadInputTests.Refused(CommandRun.Of("sample", Model, "--weights", "int8"), "--weights is 'int8', wanted f32, bf16, f16");
    }

    [Test]
    public void The_prompt_is_read_and_repeated()
    {
        Assert.That(Sample("--prompt", "she "), Does.StartWith("she "));
        Assert.That(Sample("--prompt", "she ", "--argmax")[4..], Is.Not.EqualTo(Sample("--prompt", "lls. ", "--argmax")[5..]));
    }

    [Test]
    public void Json_holds_the_text()
    {
        using JsonDocument result = JsonDocument.Parse(Sample("--seed", "7", "--json"));
        Assert.That(result.RootElement.GetProperty("text").GetString() + Environment.NewLine, Is.EqualTo(Sample("--seed", "7")));
    }

    [Test]
    public void Bad_input()
    {
        BadInputTests.Refused(CommandRun.Of("sample", Model, "--prompt", "Z"),
            "Character 0 of the prompt, 'Z' (U+005A), is not among the 7 of the vocabulary");
        BadInputTests.Refused(CommandRun.Of("sample", Model, "--temperature", "-1"), "--temperature is -1, wanted 0 or more");
        BadInputTests.Refused(CommandRun.Of("sample", Model, "--length", "-1"), "--length is -1, wanted 0 or more");
        BadInputTests.Refused(CommandRun.Of("sample"), "(see 'rnnjit sample --help')");
    }
}
