using System.Diagnostics;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>Makes a failing recipe smaller while it still fails.</summary>
internal static class Shrink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static ProgramRecipe Run(ProgramRecipe recipe, Func<ProgramRecipe, bool> fails)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience
            && Smaller(recipe).FirstOrDefault(candidate => clock.Elapsed < Patience && fails(candidate)) is { } smaller)
            recipe = smaller;

        return recipe;
    }

    private static IEnumerable<ProgramRecipe> Smaller(ProgramRecipe recipe)
    {
        if (recipe.Layers.Length > 1)
            yield return recipe with { Layers = recipe.Layers[..1] };
        if (recipe.Head)
            yield return recipe with { Head = false };
        if (recipe.Embedding)
            yield return recipe with { Embedding = false };
        if (recipe.Backward)
            yield return recipe with { Backward = false };
        if (recipe.Lengths is not null)
            yield return recipe with { Lengths = null };
        if (recipe.Reverse)
            yield return recipe with { Reverse = false };
        for (int l = 0; l < recipe.Layers.Length; l++)
        {
            foreach (CellRecipe layer in Smaller(recipe.Layers[l]))
                yield return recipe with { Layers = recipe.Layers.Select((kept, i) => i == l ? layer : kept).ToArray() };
        }

        foreach (var (symbol, size) in recipe.Sizes)
        {
            foreach (int smaller in new[] { 1, 2, size / 2, size - 1 }.Where(smaller => smaller >= 1 && smaller < size).Distinct())
                yield return Sized(recipe, symbol, smaller);
        }
    }

    private static IEnumerable<CellRecipe> Smaller(CellRecipe cell)
    {
        for (int r = 0; r < cell.Results.Length; r++)
            yield return cell with { Results = cell.Results.Where((_, i) => i != r).ToArray() };
        for (int s = 0; s < cell.States.Length; s++)
        {
            if (cell.Next[s] != 1 + s)
                yield return cell with { Next = cell.Next.Select((value, i) => i == s ? 1 + s : value).ToArray() };
        }

        // Last nodes first: what they read becomes dead.
        for (int n = cell.Nodes.Length - 1; n >= 0; n--)
        {
            RandomNode node = cell.Nodes[n];
            int[] substitutes = new[] { node.A, node.B }.Concat(Enumerable.Range(0, cell.Ports))
                .Where(value => value >= 0 && node.Kind != "same" && cell.WidthOf(value) == node.Width).Distinct().Take(2).ToArray();
            foreach (int value in substitutes)
                yield return cell with
                {
                    Nodes = cell.Nodes.Select((kept, i) => i == n ? new RandomNode("same", node.Width, value) : kept).ToArray()
                };
        }
    }

    private static ProgramRecipe Sized(ProgramRecipe recipe, string symbol, int size)
    {
        var sizes = recipe.Sizes.ToDictionary(pair => pair.Key, pair => pair.Key == symbol ? size : pair.Value);
        int[]? lengths = recipe.Lengths?.Take(sizes["B"]).Select(length => Math.Min(length, sizes["T"])).ToArray();
        return recipe with { Sizes = sizes, Lengths = lengths };
    }
}
