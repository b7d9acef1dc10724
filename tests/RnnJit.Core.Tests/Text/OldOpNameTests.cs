using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Text;

/// <summary>Names of ops of earlier versions are read for good and never written.</summary>
public class OldOpNameTests
{
    private static readonly (string Old, string New)[] Pairs =
    [
        ("order lengths", "argsort[descending, stable] lengths"),
        ("places order", "inverse_permutation order"),
        ("pick[1] x, order", "take[1] x, order"),
        ("prefix[T : f32] lengths", "sequence_mask[T : f32] lengths"),
        ("atmost lengths, order", "assert_le lengths, order"),
        ("onto x, x", "accumulate x, x"),
    ];

    [Test]
    public void Every_old_name_gives_the_graph_of_the_new_one([ValueSource(nameof(Pairs))] (string Old, string New) pair)
    {
        Graph old = Parser.Parse(Program(pair.Old)), today = Parser.Parse(Program(pair.New));
        Assert.That(old, Is.EqualTo(today));
        Assert.That(old.ToString(), Is.EqualTo(today.ToString()));
        Assert.That(old.ToString(), Does.Contain(" = " + pair.New.Split(' ')[0]).And.Not.Contain(" = " + pair.Old.Split(' ', '[')[0]));
    }

    [Test]
    public void One_text_may_hold_all_old_names()
    {
        string Text(Func<(string Old, string New), string> side) =>
            "program P\n  input x: f32[T, B]\n  input lengths: i32[B]\n  input order: i32[B]\n"
            + string.Concat(Pairs.Select((pair, i) => $"  v{i} = {side(pair)}\n"))
            + string.Concat(Pairs.Select((_, i) => $"  return y{i} = v{i}\n"));

        Assert.That(Parser.Parse(Text(pair => pair.Old)), Is.EqualTo(Parser.Parse(Text(pair => pair.New))));
    }

    [Test]
    public void A_text_is_written_with_old_names_for_digests()
    {
        foreach (var (old, today) in Pairs)
            Assert.That(OpTable.WithOldNames(Parser.Parse(Program(today)).ToString()),
                Does.Contain(" = " + old.Split(' ', '[')[0]).And.Not.Contain(today.Split(' ', '[')[0]));
    }

    [Test]
    public void Every_old_name_is_tested() =>
        Assert.That(Pairs.Select(pair => pair.Old.Split(' ', '[')[0]), Is.EquivalentTo(OpTable.OldNames));

    [Test]
    public void No_old_name_is_listed_or_suggested()
    {
        Assert.That(OpTable.Names.Intersect(OpTable.OldNames), Is.Empty);
        Assert.That(() => Parser.Parse(Program("prefx[T : f32] lengths")),
            Throws.TypeOf<GraphException>().With.Message.Contains("sequence_mask").And.Message.Not.Contain(", prefix"));
        Assert.That(() => Parser.Parse(Program("inverse_permutatoin order")),
            Throws.TypeOf<GraphException>().With.Message.Contains("did you mean 'inverse_permutation'?"));
    }

    [TestCase("order[1] lengths", "'argsort[1]' names no order of rows")]
    [TestCase("argsort lengths", "'argsort[]' names no order of rows (write argsort[descending, stable])")]
    [TestCase("argsort[ascending] lengths", "'argsort[ascending]' names no order of rows")]
    [TestCase("pick x, order", "'take[]' names no axis (write take[1])")]
    public void Attributes_that_do_not_fit_are_refused(string statement, string sentence) =>
        Assert.That(() => Parser.Parse(Program(statement)), Throws.TypeOf<GraphException>().With.Message.Contains(sentence));

    private static string Program(string statement) =>
        $"program P\n  input x: f32[T, B]\n  input lengths: i32[B]\n  input order: i32[B]\n  y = {statement}\n  return y = y\n";
}
