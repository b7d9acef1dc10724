using System.Runtime.InteropServices;

namespace RnnJit.Cli;

/// <summary>
/// Standard output or error as the system's <c>write</c> sees it: .NET's console swallows a broken pipe, and a FileStream does not move the
/// position that processes share. If the reader is gone, the remaining output is discarded.
/// </summary>
/// <param name="file">1 or 2.</param>
/// <param name="closed">Called once, when the reader is gone.</param>
internal sealed unsafe partial class StandardStream(int file, Action closed) : Stream
{
    private const int GetFlags = 1, CloseOnExec = 1;
    private const int Interrupted = 4, InputOutput = 5, Again = 11, AgainOfMacOS = 35, BrokenPipe = 32;

    private bool discards;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The stream of this process; a null stream where it was started with the file closed.</summary>
    public static Stream Open(int file, Action closed)
    {
        if (OperatingSystem.IsWindows())
            return file == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError();

        // A file that was handed over has no close-on-exec flag; those that .NET opened, perhaps under this number, do.
        int flags = Control(file, GetFlags);
        return flags < 0 || (flags & CloseOnExec) != 0 ? Null : new StandardStream(file, closed);
    }

    /// <exception cref="IOException">The disk is full, or another failure except a closed pipe.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0 && !discards)
        {
            nint written;
            fixed (byte* start = buffer)
                written = WriteTo(file, start, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case Again or AgainOfMacOS:
                    Thread.Sleep(1);
                    break;
                case BrokenPipe or InputOutput:
                    discards = true;
                    closed();
                    return;
                case var error:
                    discards = true;
                    throw new IOException(
                        $"Standard {(file == 1 ? "output" : "error")} could not be written: {Marshal.GetPInvokeErrorMessage(error)} "
                            + "(check where it leads)");
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteTo(int file, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int file, int command);
}
