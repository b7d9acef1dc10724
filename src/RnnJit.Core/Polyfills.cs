#if NETSTANDARD2_0
// Types the compiler asks for that netstandard2.0 does not define.
namespace System.Runtime.CompilerServices;

internal static class IsExternalInit
{
}
#endif
