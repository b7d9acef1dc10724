#!/usr/bin/env python3
"""Kills a training again and again and resumes it: no checkpoint may be lost or damaged, and the last file must equal that of an unbroken run.

    dotnet build -c Release src/RnnJit.Cli
    tests/kills/kills.py --kills 200 --within-write 80

A kill counts as within a write where it leaves the temporary file of the checkpoint or of the loss curve, which the next start removes.
"""
import argparse
import glob
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "../../src/RnnJit.Cli/bin/Release/net10.0/rnnjit.dll")
FLAGS = ["--steps", "{steps}", "--hidden", "96", "--embedding", "8", "--batch", "2", "--seq", "4", "--schedule", "plateau"]


def leftovers(folder):
    return glob.glob(os.path.join(folder, "*.tmp"))


def kill(process, folder, delay, within):
    """Kills after a delay, or as soon as a temporary file is there; says whether it was within a write."""
    end = time.monotonic() + delay
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    limit = time.monotonic() + 20
    while within and process.poll() is None and not leftovers(folder) and time.monotonic() < limit:
        pass
    if process.poll() is not None:
        return None
    process.kill()
    process.wait()
    return bool(leftovers(folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--within-write", type=int, default=80, help="kills at least that hit a write")
    parser.add_argument("--hangups", type=int, default=10, help="interruptions by SIGHUP besides")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tool", default=TOOL)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        text, whole, broken = (os.path.join(folder, name) for name in ("text.txt", "whole.safetensors", "broken.safetensors"))
        with open(text, "w") as file:
            file.write("she sells sea shells on the shore. " * 60)
        train = ["dotnet", given.tool, "train", "--sample", "0", "--threads", "1"]
        new = [*train, "--text", text, *(flag.format(steps=given.steps) for flag in FLAGS)]
        subprocess.run([*new, "--out", whole], check=True, stdout=subprocess.DEVNULL)
        with open(whole, "rb") as file:
            expected = file.read()
        kills = within = hangups = lost = runs = 0
        while kills < given.kills or within < given.within_write or hangups < given.hangups:
            old = os.path.exists(broken)
            command = [*train, "--resume", broken] if old else [*new, "--out", broken]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            heading = process.stdout.readline()
            runs += 1
            if hangups < given.hangups and draw.random() < 0.1:
                time.sleep(draw.random() * 0.3)
                process.send_signal(signal.SIGHUP)
                _, errors = process.communicate(timeout=60)
                if process.returncode not in (0, 129):
                    lost += 1
                    print(f"SIGHUP: exit code {process.returncode}: {errors}")
                hangups += process.returncode == 129
            else:
                hit = kill(process, folder, draw.random() * 0.4, draw.random() < 0.6)
                if hit is not None:
                    kills += 1
                    within += hit
                errors = process.stderr.read()
            if not heading or (process.returncode not in (0, 129, -signal.SIGKILL)) or (old and not os.path.exists(broken)):
                lost += 1
                print(f"run {runs}: exit code {process.returncode}: {errors}")
            if process.returncode == 0:
                lost += finished(broken, expected)
        last = [*train, "--resume", broken] if os.path.exists(broken) else [*new, "--out", broken]
        subprocess.run(last, check=True, stdout=subprocess.DEVNULL)
        lost += finished(broken, expected)
        stray = leftovers(folder)
        print(f"seed {given.seed}: {kills} kills, {within} within a write, {hangups} SIGHUP, {runs} runs: {lost} losses, {len(stray)} temporary files left")
        return 1 if lost or stray else 0


def finished(path, expected):
    """A run came to its end: compares its file and lets the next one begin anew."""
    with open(path, "rb") as file:
        same = file.read() == expected
    os.remove(path)
    if not same:
        print("the final file differs from that of the unbroken run")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
