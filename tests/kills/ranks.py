#!/usr/bin/env python3
"""Kills a rank of a distributed training again and again: all processes must end, and what any number of ranks continues must equal the
file of an unbroken run.

    dotnet build -c Release src/RnnJit.Cli
    tests/kills/ranks.py --mpi openmpi --kills 20
    tests/kills/ranks.py --mpi mpich --kills 20

Prints for each kill the rank, the seconds until the last process was gone, and the ranks that continued.
"""
import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "../../src/RnnJit.Cli/bin/Release/net10.0/rnnjit.dll")
FLAGS = "--hidden 24 --embedding 8 --batch 8 --seq 4 --dropout 0.2 --shards 4".split()
RANKS, LIMIT = 4, 5.0


def launcher(mpi, ranks):
    options = ["--oversubscribe", "--allow-run-as-root", "--bind-to", "none"] if mpi == "openmpi" else []
    return [f"mpirun.{mpi}", *options, "-n", str(ranks)]


def processes(folder):
    """Process identifiers of the ranks that work in a folder, by rank."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{name}/cwd") != folder:
                continue
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if not file.read().startswith(b"dotnet\0"):
                    continue
            with open(f"/proc/{name}/environ", "rb") as file:
                variables = dict(pair.split(b"=", 1) for pair in file.read().split(b"\0") if b"=" in pair)
        except OSError:
            continue
        rank = variables.get(b"OMPI_COMM_WORLD_RANK", variables.get(b"PMI_RANK"))
        if rank is not None:
            found[int(rank)] = int(name)
    return found


def broken(given, draw, folder, train):
    """Starts a training and kills a rank of it; the rank and the seconds until all were gone."""
    with open(os.path.join(folder, "said"), "w") as said:
        process = subprocess.Popen([*launcher(given.mpi, RANKS), *train, "--distributed", "--out", "broken"], cwd=folder, stdout=said, stderr=said)
        while process.poll() is None and not os.path.exists(os.path.join(folder, "broken")):
            time.sleep(0.01)
        time.sleep(draw.random() * given.spread)
        ranks = processes(folder)
        if process.poll() is not None or len(ranks) != RANKS:
            process.wait()
            return None
        rank = draw.randrange(RANKS)
        start = time.monotonic()
        os.kill(ranks[rank], signal.SIGKILL)
        while process.poll() is None or processes(folder):
            time.sleep(0.01)
            if time.monotonic() - start > 60:
                sys.exit(f"rank {rank} was killed, and a minute later {processes(folder)} are there")
        return rank, time.monotonic() - start, process.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mpi", choices=["openmpi", "mpich"], default="openmpi")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--spread", type=float, default=1.0, help="seconds after the first checkpoint in which kills fall")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tool", default=TOOL)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    kills = slowest = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        with open(os.path.join(folder, "text.txt"), "w") as file:
            file.write("she sells sea shells on the shore. " * 60)
        tool = ["dotnet", os.path.abspath(given.tool), "train", "--sample", "0", "--threads", "1"]
        train = [*tool, "--text", "text.txt", "--steps", str(given.steps), *FLAGS]
        subprocess.run([*train, "--out", "whole"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "whole"), "rb") as file:
            whole = file.read()
        while kills < given.kills:
            if os.path.exists(os.path.join(folder, "broken")):
                os.remove(os.path.join(folder, "broken"))
            if (done := broken(given, draw, folder, train)) is None:
                continue
            rank, seconds, code = done
            kills += 1
            slowest = max(slowest, seconds)
            if code == 0:
                sys.exit("a rank was killed, and the launcher returned 0")
            for ranks in (1, 2, 4):
                shutil.copy(os.path.join(folder, "broken"), os.path.join(folder, "again"))
                subprocess.run([*(launcher(given.mpi, ranks) if ranks > 1 else []), *tool, "--resume", "again", *(["--distributed"] if ranks > 1 else [])],
                               cwd=folder, check=True, stdout=subprocess.DEVNULL)
                with open(os.path.join(folder, "again"), "rb") as file:
                    if file.read() != whole:
                        sys.exit(f"rank {rank} was killed, and {ranks} ranks continued to another file")
            print(f"kill {kills}: rank {rank}, all gone after {seconds:.2f} s, code {code}, continued by 1, 2 and 4 ranks", flush=True)
    print(f"{kills} kills, slowest end {slowest:.2f} s")
    if slowest > LIMIT:
        sys.exit(f"the slowest end took {slowest:.2f} s, wanted {LIMIT:.0f} s or less")


if __name__ == "__main__":
    main()
