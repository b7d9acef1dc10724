#pragma warning disable IDE0161 // Two namespaces, for a test of arrows between them.
namespace RnnJit.Cli.Tests.Architecture.Left
{
    internal static class Caller
    {
        public static int Twice() => 2 * Right.Called.Number();
    }
}

namespace RnnJit.Cli.Tests.Architecture.Right
{
    internal static class Called
    {
        public static int Number() => 21;
    }
}
