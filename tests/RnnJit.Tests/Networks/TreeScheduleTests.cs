using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Networks;

public class TreeScheduleTests
{
    // 4 ← (2 ← (0, 1), 3)
    private static readonly int[][] Left = [[], [], [0, 1], [], [2, 3]];

    [Test]
    public void Children_are_done_before_their_parents_and_places_fill_from_the_left()
    {
        var random = new Random(2);
        for (int round = 0; round < 50; round++)
        {
            int[][] parents = Enumerable.Range(0, 1 + random.Next(4)).Select(
                _ => Enumerable.Range(0, 1 + random.Next(20)).Select(node => node == 0 ? -1 : random.Next(node)).ToArray()).ToArray();
            TreeSchedule schedule = TreeSchedule.OfParents(parents, round % 3 == 0 ? 0 : 1 + random.Next(6));
            var inputs = schedule.Inputs("t");
            int nodes = parents.Sum(tree => tree.Length);
            var done = new bool[nodes + 1];
            int Value(string name, int t, int place) => (int)inputs["t." + name].Data[(t * schedule.Places) + place];
            int seen = 0;
            for (int t = 0; t < schedule.Length; t++)
            {
                int[] used = Enumerable.Range(0, schedule.Places).Where(place => t < inputs["t.lengths"].Data[place]).ToArray();
                Assert.That(used, Is.EqualTo(Enumerable.Range(0, used.Length)), "the first places are used");
                foreach (int place in used)
                {
                    int node = Value("own", t, place);
                    int[] children = Enumerable.Range(0, schedule.Arity).Select(k => Value("child" + k, t, place))
                        .Where(child => child < nodes).ToArray();
                    Assert.That(children.All(child => done[child]));
                    Assert.That(inputs["t.leaf"].Data[node], Is.EqualTo(children.Length == 0 ? 1 : 0));
                    seen++;
                }

                foreach (int place in used)
                    done[Value("own", t, place)] = true;
            }

            Assert.That(seen, Is.EqualTo(nodes));
            Assert.That(done.Count(d => d), Is.EqualTo(nodes));
        }
    }

    [Test]
    public void A_chain_has_a_step_for_each_node_and_half_of_all_places_are_used()
    {
        TreeSchedule chain = TreeSchedule.OfParents([Enumerable.Range(1, 9).Append(-1).ToArray()]);
        Assert.That((chain.Length, chain.Places, chain.Arity), Is.EqualTo((10, 1, 1)));

        TreeSchedule wide = TreeSchedule.Of([Enumerable.Repeat(Array.Empty<int>(), 63).ToArray(), Left]);
        Assert.That(wide.Length * wide.Places, Is.LessThanOrEqualTo(2 * wide.Nodes));
    }

    [Test]
    public void A_node_without_parent_or_child_has_row_N()
    {
        var inputs = TreeSchedule.Of([Left], places: 2).Inputs("t");
        Assert.That(inputs["t.own"].Data, Is.EqualTo(new double[] { 0, 1, 2, 3, 4, 0 }));
        Assert.That(inputs["t.parent"].Data, Is.EqualTo(new double[] { 2, 2, 4, 4, 5, 0 }));
        Assert.That(inputs["t.child0"].Data, Is.EqualTo(new double[] { 5, 5, 0, 5, 2, 0 }));
        Assert.That(inputs["t.child1"].Data, Is.EqualTo(new double[] { 5, 5, 1, 5, 3, 0 }));
        Assert.That(inputs["t.lengths"].Data, Is.EqualTo(new double[] { 3, 2 }));
        Assert.That(inputs["t.leaf"].Data, Is.EqualTo(new double[] { 1, 1, 0, 1, 0 }));
    }

    [Test]
    public void What_is_no_tree_is_named()
    {
        Refused(() => TreeSchedule.Of([Left, [[], [0, 7]]]),
            "Tree 1: node 1 has the child 7, wanted 0 to 1 (number the nodes of a tree from 0)");
        Refused(() => TreeSchedule.Of([[[], [0], [0]]]), "Tree 0: node 0 is a child of node 1 and of node 2 (a node has one parent)");
        Refused(() => TreeSchedule.Of([Left, [[], [2, 0], [1]]]),
            "Tree 1: node 2 is below itself through its child 1 (a tree has no cycle)");
        Refused(() => TreeSchedule.Of([[[0]]]), "Tree 0: node 0 is below itself through its child 0 (a tree has no cycle)");
        Refused(() => TreeSchedule.OfParents([[1, 2, 3]]),
            "Tree 0: node 2 has the parent 3, wanted 0 to 2, or -1 for a root (number the nodes of a tree from 0)");
        Refused(() => TreeSchedule.OfParents([[1, 0]]), "Tree 0: node 1 is below itself through its child 0 (a tree has no cycle)");
        Refused(() => TreeSchedule.Of([[]]), "There is no node in the trees (give at least one tree with a node)");
        Refused(() => TreeSchedule.Of([Left], places: -1),
            "A schedule of trees has -1 places for each step (give 1 or more, or 0 to choose)");
    }

    private static void Refused(Action act, string sentence) =>
        Assert.That(() => act(), Throws.TypeOf<GraphException>().With.Message.StartsWith(sentence).And.Property("Id").EqualTo("RNNJ145"));
}
