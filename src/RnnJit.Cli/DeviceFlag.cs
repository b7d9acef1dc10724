using System.CommandLine;
using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli;

/// <summary><c>--device</c>: the device that runs what a command runs.</summary>
internal static class DeviceFlag
{
    private const string Auto = "auto";

    // In the order in which they are tried.
    private static readonly string[] Gpus = ["cuda", "opencl"];

    /// <param name="description">The device's task, for instance: Device that trains.</param>
    public static Option<string?> Create(string description) => CommonOptions.Optional(
        "--device",
        $"{description}: cpu (the default), ilgpu-cpu, cuda:0, opencl:0 where there is one; {Auto}: a GPU where there is one, else cpu",
        "device");

    /// <exception cref="ArgumentException">There is no such device.</exception>
    /// <exception cref="UsageException">Threads are given to a device that has none.</exception>
    public static Device Read(ParseResult parsed, Option<string?> option, Terminal terminal)
    {
        string name = parsed.GetValue(option) ?? Device.Cpu.ToString();
        if (name == Auto)
            return Found(terminal);
        Device device = Device.Parse(name);
        if (device != Device.Cpu && device != Device.Scalar)
            CommonOptions.RequireAbsent(parsed, $"{option.Name} {name}", CommonOptions.Threads);
        return device;
    }

    private static Device Found(Terminal terminal)
    {
        foreach (string gpu in Gpus)
        {
            try
            {
                return Device.Parse(gpu);
            }
            catch (ArgumentException)
            {
                // There is none.
            }
        }

        terminal.Error.WriteLine($"rnnjit: --device {Auto} found no GPU ({string.Join(", ", Gpus)}); it runs on {Device.Cpu}");
        return Device.Cpu;
    }
}
