using System.Collections;
using System.Reflection;
using NUnit.Framework.Interfaces;
using RnnJit.Cells;

namespace RnnJit.Contracts;

/// <summary>
/// The built-in cells as values of a parameter: all of them, or those that a <see cref="CellSampleAttribute"/> of the fixture names.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class CellsAttribute : NUnitAttribute, IParameterDataSource
{
    /// <summary>True for cells that have second derivatives everywhere.</summary>
    public bool Smooth { get; set; }

    /// <summary>The cells that a fixture runs over.</summary>
    public IEnumerable<Type> Of(Type fixture)
    {
        Type[]? sample = fixture.GetCustomAttribute<CellSampleAttribute>()?.Cells;
        return CellProgram.Types.Where(type => sample?.Contains(type) != false
            && (!Smooth || Kinks.Of(CellTracer.Trace(type).Step).Length == 0));
    }

    public IEnumerable GetData(IParameterInfo parameter) => Of(parameter.Method.TypeInfo.Type);
}

/// <summary>Cells that stand for all in the contracts of a backend that shares its plans with another one.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CellSampleAttribute(params Type[] cells) : Attribute
{
    public Type[] Cells => cells;
}
