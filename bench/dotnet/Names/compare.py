#!/usr/bin/env python3
"""Trains the same classifier of names with RnnJit and with TorchSharp, packages only, in turns, and prints a table after each round.

    bench/dotnet/Names/compare.py --data FOLDER --rounds 3

FOLDER has LANGUAGE.txt for each language, a surname in each line (github.com/spro/practical-pytorch, data/names); without --data it is
$RNNJIT_DATA/datasets/names. The package RnnJit is packed from this clone, TorchSharp-cpu comes from the registry (1 GB); both programs are
published from a folder of their own, so that nothing of the clone reaches them.

  lines       of Program.cs, without blank lines and comments
  start       from the start of the process to the loss of the first batch, best and median of the rounds
  training    from there to the end of the last epoch, best and median
  processor   seconds of processor of the whole process, best: other work on the machine changes it little
  memory      the most that was resident (wait4's ru_maxrss), the largest of the rounds
  disk        the published folder without symbols (.pdb, .dbg)
  accuracy    on a tenth of the names, which is held out and the same for all; each round has a seed of its own
"""
import argparse
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../../..")
AHEAD = ["-p:PublishAot=true", "-p:IlcInstructionSet=native"]
BUILDS = [("RnnJit", "RnnJit", []), ("RnnJit, NativeAOT", "RnnJit", AHEAD), ("TorchSharp", "TorchSharp", [])]


def weaken(library, version="GLIBCXX_3.4.32", symbol="_ZSt21ios_base_library_initv"):
    """Marks a version of libstdc++ and the one symbol of it as weak: the symbol says that the library is new enough and is never called
    (gcc, bits/ios_base_init.h). TorchSharp's library asks for it, and Debian 12 has 3.4.30."""
    with open(library, "rb") as file:
        data = bytearray(file.read())
    start, = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, start + size * i) for i in range(count)]

    def text(table, at):
        begin = sections[table][4] + at
        return data[begin:data.index(0, begin)].decode()

    for _, kind, _, _, offset, length, link, needed, _, _ in sections:
        if kind == 11:  # SHT_DYNSYM: the high half of st_info is the binding.
            for at in range(offset, offset + length, 24):
                if text(link, struct.unpack_from("<I", data, at)[0]) == symbol:
                    data[at + 4] = 2 << 4 | data[at + 4] & 15
        if kind == 0x6FFFFFFE:  # SHT_GNU_verneed
            for _ in range(needed):
                _, entries, _, aux, following = struct.unpack_from("<HHIII", data, offset)
                at = offset + aux
                for _ in range(entries):
                    _, flags, _, name, further = struct.unpack_from("<IHHII", data, at)
                    if text(link, name) == version:
                        struct.pack_into("<H", data, at + 4, flags | 2)  # VER_FLG_WEAK
                    at += further
                offset += following
    with open(library, "wb") as file:
        file.write(data)


def run(*command, folder=None):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}")


def lines(program):
    with open(program) as file:
        code = [line.strip() for line in file]
    return sum(1 for line in code if line and not line.startswith("//"))


class Build:
    def __init__(self, name, project, options, folder, feed, version):
        self.name, self.rounds = name, {}
        source, self.out = (os.path.join(folder, f"{part}{len(os.listdir(folder))}") for part in ("source", "out"))
        shutil.copytree(os.path.join(HERE, project), source, ignore=shutil.ignore_patterns("bin", "obj"))
        self.lines = lines(os.path.join(source, "Program.cs"))
        project = os.path.join(source, next(file for file in os.listdir(source) if file.endswith(".csproj")))
        with open(project) as file:
            text = file.read().replace('Version="0.1.0"', f'Version="{version}"')
        with open(project, "w") as file:
            file.write(text)
        with open(os.path.join(source, "nuget.config"), "w") as file:
            file.write(f'<configuration><packageSources><add key="feed" value="{feed}" /></packageSources></configuration>')
        print(f"publishing {name}", file=sys.stderr)
        run("dotnet", "publish", "-c", "Release", "-v", "q", "-nodeReuse:false", "-r", "linux-x64", *options,
            *([] if options else ["--self-contained", "false"]), "-o", self.out, folder=source)
        self.program = os.path.join(self.out, os.path.splitext(os.path.basename(project))[0])
        native = os.path.join(self.out, "libLibTorchSharp.so")
        if os.path.exists(native):
            weaken(native)
        self.disk = sum(os.path.getsize(os.path.join(place, file)) for place, _, files in os.walk(self.out) for file in files
                        if not file.endswith((".pdb", ".dbg")))

    def measure(self, data, threads, seed):
        begin, times, printed = time.monotonic(), {}, []
        process = subprocess.Popen([self.program, data, str(threads), str(seed)], stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            times[line.split()[0]] = time.monotonic() - begin
            printed.append(line.strip())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0 or list(times) != ["first", "trained", "accuracy"]:
            sys.exit(f"{self.name} ended with {process.returncode}: {printed}")
        return (times["first"], times["trained"] - times["first"], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
                printed[-1].split()[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = os.environ.get("RNNJIT_DATA")
    parser.add_argument("--data", default=known and os.path.join(known, "datasets/names"), help="the folder of names")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default="1,0", help="counts of threads, 0 for each library's default")
    given = parser.parse_args()
    if not given.data or not os.path.isdir(given.data):
        parser.error(f"--data is '{given.data}', wanted a folder of names (name one, or set RNNJIT_DATA)")
    threads = [int(count) for count in given.threads.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        feed, version = os.path.join(folder, "feed"), f"0.1.0-names.{int(time.time())}"
        print("packing RnnJit", file=sys.stderr)
        run("dotnet", "pack", os.path.join(ROOT, "src/RnnJit"), "-c", "Release", "-v", "q", "-nodeReuse:false", "-p:RunAnalyzers=false",
            f"-p:PackageVersion={version}", "-o", feed)
        builds = [Build(name, project, options, folder, feed, version) for name, project, options in BUILDS]
        shutil.rmtree(os.path.expanduser(f"~/.nuget/packages/rnnjit/{version}"), ignore_errors=True)
        for round in range(given.rounds):
            for count in threads:
                for build in builds:
                    print(f"round {round + 1} of {given.rounds}, {build.name}, threads {count or 'default'}", file=sys.stderr)
                    build.rounds.setdefault(count, []).append(build.measure(given.data, count, round + 1))
            table(builds, threads)


def table(builds, threads):
    print("\n| program | threads | lines | start, s | training, s | processor, s | memory, MB | disk, MB | accuracy |")
    print("|---|---|---|---|---|---|---|---|---|")
    for count in threads:
        for build in builds:
            starts, trainings, work, memory, accuracies = zip(*build.rounds[count])
            print(f"| {build.name} | {count or 'default'} | {build.lines} | {min(starts):.2f} · {statistics.median(starts):.2f} "
                  f"| {min(trainings):.1f} · {statistics.median(trainings):.1f} | {min(work):.1f} | {max(memory):.0f} "
                  f"| {build.disk / 1e6:.1f} | {', '.join(sorted(set(accuracies)))} |")


if __name__ == "__main__":
    main()
