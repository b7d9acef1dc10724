using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using RnnJit.Networks;

namespace RnnJit.Core.Tests.Architecture;

/// <summary>docs/functions.md lists the functions that the code has, all of them and no others.</summary>
public class FunctionsDocumentTests
{
    private static readonly Dictionary<string, string> Symbols = new()
    {
        ["op_Addition"] = "+", ["op_Subtraction"] = "-", ["op_Multiply"] = "*", ["op_Division"] = "/", ["op_UnaryNegation"] = "-",
    };

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(int)] = "int", [typeof(double)] = "double", [typeof(string)] = "string", [typeof(bool)] = "bool",
    };

    private static readonly (string Section, Func<IEnumerable<string>> Members)[] Sections =
    [
        ("## Operators", () => new[] { typeof(Value), typeof(Vector), typeof(Matrix) }.SelectMany(Operators).Distinct()),
        ("## Functions of Rnn", () => Methods(typeof(Rnn), BindingFlags.Static)),
        ("## Attention", () => Methods(typeof(Attention), BindingFlags.Static)),
        ("## Losses", () => Methods(typeof(Loss), BindingFlags.Static)),
        ("## Layers of NetworkBuilder", () => Methods(typeof(NetworkBuilder), BindingFlags.Instance)),
    ];

    private static string Page => Repository.Read("docs/functions.md");

    [Test]
    public void The_page_lists_what_the_code_has() => Assert.That(Differences(Page), Is.Empty, () => string.Join("\n", Differences(Page)));

    [Test]
    public void A_function_without_a_row_is_found()
    {
        string row = Page.Split('\n').Single(line => line.StartsWith("| `Clip(", StringComparison.Ordinal));
        string lacks = "## Functions of Rnn lacks 'Clip(Value x, double low, double high)'";
        Assert.That(Differences(Page.Replace(row + "\n", "")), Is.EqualTo(new[] { lacks }));
    }

    [Test]
    public void A_row_without_a_function_is_found()
    {
        string stale = Page.Replace("| `Clip(Value x, double low, double high)`",
            "| `Clip(Value x, double low, double high)` `Clamp(Value x)`");
        Assert.That(Differences(stale), Is.EqualTo(new[] { "## Functions of Rnn has 'Clamp(Value x)', which the code has not" }));
    }

    [Test]
    public void Each_row_says_what_its_functions_mean()
    {
        string[][] rows = [.. Page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(Cells)];
        Assert.That(rows, Is.Not.Empty);
        Assert.That(rows.Where(cells => cells.Length != 3 || cells.Any(cell => cell.Length == 0)).Select(cells => cells[0]), Is.Empty);
    }

    private static IEnumerable<string> Differences(string page)
    {
        foreach (var (section, members) in Sections)
        {
            string[] listed = [.. Listed(page, section)], there = [.. members()];
            foreach (string missing in there.Except(listed))
                yield return $"{section} lacks '{missing}'";
            foreach (string stale in listed.Except(there))
                yield return $"{section} has '{stale}', which the code has not";
            foreach (string twice in listed.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key))
                yield return $"{section} has '{twice}' twice";
        }
    }

    // Code in the first cells of the tables of a section.
    private static IEnumerable<string> Listed(string page, string section)
    {
        int start = page.IndexOf(section + "\n", StringComparison.Ordinal);
        if (start < 0)
            return [];
        int end = page.IndexOf("\n## ", start + section.Length, StringComparison.Ordinal);
        return page[start..(end < 0 ? page.Length : end)].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Regex.Matches(Cells(line)[0], "`([^`]+)`").Select(match => match.Groups[1].Value));
    }

    private static string[] Cells(string row) => [.. row.Trim('|').Split(" | ").Select(cell => cell.Trim())];

    private static IEnumerable<string> Methods(Type type, BindingFlags kind) => type
        .GetMethods(BindingFlags.Public | BindingFlags.DeclaredOnly | kind).Where(method => !method.IsSpecialName)
        .Select(method => $"{method.Name}({string.Join(", ", method.GetParameters().Select(Parameter))})");

    private static IEnumerable<string> Operators(Type type) => type
        .GetMethods(BindingFlags.Public | BindingFlags.DeclaredOnly | BindingFlags.Static)
        .Where(method => method.IsSpecialName).Select(method =>
        {
            string[] operands = [.. method.GetParameters().Select(parameter => Name(parameter.ParameterType))];
            return method.Name == "op_Implicit" ? $"{Name(method.ReturnType)}({operands[0]})"
                : operands.Length == 1 ? Symbols[method.Name] + operands[0] : $"{operands[0]} {Symbols[method.Name]} {operands[1]}";
        });

    private static string Parameter(ParameterInfo parameter)
    {
        string prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        return $"{prefix}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Default(parameter) : "")}";
    }

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        object value when parameter.ParameterType.IsEnum => Enum.GetName(parameter.ParameterType, value)!,
        object value => Convert.ToString(value, CultureInfo.InvariantCulture)!.Replace("E-0", "e-", StringComparison.Ordinal),
    };

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
            return keyword;
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}"
                + $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
