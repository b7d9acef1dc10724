#!/usr/bin/env python3
"""Seeds faults into a copy of the repository and says which of them the tests catch.

    tests/faults/faults.py                         all faults of faults.toml
    tests/faults/faults.py --sample 20 --seed 1    a sample
    tests/faults/faults.py --only src/RnnJit.Core/Passes --jobs 2

All faults are compiled into one build, each behind a switch that the environment variable RNNJIT_FAULT names, so that a fault costs test runs and no build.
First the tests run with no fault on: what fails there (tests that read the sources, for instance) is left out of every later run. A fault is caught where a
test fails, a test host crashes, or a run takes three times as long as without it. The test projects run in the order of the fault's part; the first one that
fails ends the fault. Results are appended to --results, and faults that stand there are not run again.

Exit codes: 0 every fault was caught; 1 a fault survived; 2 the list or the copy is not usable.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../.."))
VARIABLE = "RNNJIT_FAULT"
CORE, RUNTIME, JIT, GENERATORS, TOOL = PROJECTS = ["RnnJit.Core.Tests", "RnnJit.Tests", "RnnJit.Jit.Tests", "RnnJit.Generators.Tests", "RnnJit.Cli.Tests"]
ORDER = {
    "passes": [CORE, JIT, RUNTIME, GENERATORS, TOOL],
    "ir": [CORE, RUNTIME, JIT, GENERATORS, TOOL],
    "planning": [JIT, RUNTIME, CORE, TOOL, GENERATORS],
    "kernels": [RUNTIME, JIT, CORE, TOOL, GENERATORS],
    "runtime": [RUNTIME, JIT, TOOL, CORE, GENERATORS],
    "training": [RUNTIME, TOOL, JIT, CORE, GENERATORS],
    "files": [RUNTIME, TOOL, CORE, JIT, GENERATORS],
    "reader": [GENERATORS, JIT, CORE, RUNTIME, TOOL],
    "jit": [JIT, TOOL, GENERATORS, RUNTIME, CORE],
    "tool": [TOOL, CORE, RUNTIME, JIT, GENERATORS],
}
SWITCH = f"""// Which seeded fault is on: at most one, for the life of the process.
namespace RnnJit;

/// <summary>The seeded fault of this process.</summary>
public static class Fault
{{
#pragma warning disable RS1035
    private static readonly string? Active = System.Environment.GetEnvironmentVariable("{VARIABLE}");
#pragma warning restore RS1035

    /// <summary>Whether a fault is on.</summary>
    public static bool On(string name) => Active == name;
}}
"""
KEYS = ["name", "part", "file", "old", "new", "kind", "effect"]


class Unusable(Exception):
    """The list of faults, or the copy with them, cannot be used."""


def read(path):
    """The faults of a list, checked against the sources."""
    with open(path, "rb") as file:
        try:
            faults = tomllib.load(file).get("fault", [])
        except tomllib.TOMLDecodeError as error:
            raise Unusable(f"{path} is no TOML: {error}") from error
    names = set()
    for fault in faults:
        name = fault.get("name", "?")
        if missing := [key for key in KEYS if not isinstance(fault.get(key), str)]:
            raise Unusable(f"fault '{name}' lacks {', '.join(missing)}")
        if not re.fullmatch("[a-z0-9-]+", name) or name in names:
            raise Unusable(f"fault '{name}': wanted a name of its own, of lower-case letters, digits and hyphens")
        if fault["part"] not in ORDER:
            raise Unusable(f"fault '{name}' is of part '{fault['part']}' (known: {', '.join(ORDER)})")
        if fault["kind"] not in ("expression", "statement"):
            raise Unusable(f"fault '{name}' is of kind '{fault['kind']}' (known: expression, statement)")
        names.add(name)
        try:
            with open(os.path.join(ROOT, fault["file"]), encoding="utf-8") as source:
                count = source.read().count(fault["old"])
        except OSError as error:
            raise Unusable(f"fault '{name}': {fault['file']} cannot be read: {error.strerror}") from error
        if count != 1:
            raise Unusable(f"fault '{name}': its old text stands {count} times in {fault['file']}, wanted once")
    return faults


def seeded(text, fault):
    """The text with a switch in place of what the fault changes."""
    on = f'global::RnnJit.Fault.On("{fault["name"]}")'
    both = f"({on} ? ({fault['new']}) : ({fault['old']}))" if fault["kind"] == "expression" else f"if ({on}) {{ {fault['new']} }} else {{ {fault['old']} }}"
    return text.replace(fault["old"], both)


def copy(folder, faults):
    """The tracked files and those that are new, with every fault behind its switch."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True).stdout
    for name in listed.decode().split("\0"):
        source = os.path.join(ROOT, name)
        if name and os.path.isfile(source):
            target = os.path.join(folder, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)
    for fault in faults:
        path = os.path.join(folder, fault["file"])
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if fault["old"] not in text:
            raise Unusable(f"fault '{fault['name']}' overlaps another one in {fault['file']}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(seeded(text, fault))
    with open(os.path.join(folder, "src/RnnJit.Core/Fault.cs"), "w", encoding="utf-8") as file:
        file.write(SWITCH)


def build(folder):
    arguments = ["dotnet", "build", "RnnJit.sln", "-v", "q", "-p:TreatWarningsAsErrors=false", "-clp:ErrorsOnly"]
    built = subprocess.run(arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode != 0:
        raise Unusable("the copy with the faults does not compile (mend or drop these):\n" + "\n".join(sorted({line for line in built.stdout.splitlines() if " error " in line})[:20]))


class Suite:
    """Runs test projects of the copy."""

    def __init__(self, folder):
        self.folder = folder
        self.failing = {project: [] for project in PROJECTS}
        self.seconds = {project: 0.0 for project in PROJECTS}

    def run(self, project, fault, limit):
        """Names of failed tests; None where the host crashed or the limit was reached, with the reason."""
        with tempfile.TemporaryDirectory() as results:
            library = os.path.join(self.folder, "tests", project, "bin/Debug/net10.0", project + ".dll")
            command = ["dotnet", "vstest", library, "--Settings:" + os.path.join(self.folder, "tests/tests.runsettings"), "--logger:trx;LogFileName=r.trx", "--ResultsDirectory:" + results]
            if self.failing[project]:
                command.append("--TestCaseFilter:" + "&".join(f"FullyQualifiedName!~{name}" for name in self.failing[project]))
            if fault:
                command += ["--", "NUnit.StopOnError=true"]
            environment = dict(os.environ, **({VARIABLE: fault} if fault else {}))
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            try:
                code = process.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                return None, f"no end after {limit:.0f} s"
            except BaseException:
                os.killpg(process.pid, 9)
                raise
            path = os.path.join(results, "r.trx")
            if not os.path.exists(path):
                return None, f"the test host ended with exit code {code}"
            root = xml.etree.ElementTree.parse(path).getroot()
            space = {"t": root.tag[1:root.tag.index("}")]}
            classes = {test.get("id"): test.find("t:TestMethod", space).get("className") for test in root.iterfind(".//t:UnitTest", space)}
            failed = [f"{classes[one.get('testId')]}.{re.split('[(]', one.get('testName'))[0]}" for one in root.iterfind(".//t:UnitTestResult", space) if one.get("outcome") == "Failed"]
            if not failed and code != 0:
                return None, f"the test host ended with exit code {code}"
            return sorted(set(failed)), None

    def measure(self):
        """The run with no fault on."""
        for project in PROJECTS:
            start = time.monotonic()
            failed, reason = self.run(project, None, 3600)
            if failed is None:
                raise Unusable(f"{project} does not run with no fault on: {reason}")
            self.seconds[project] = time.monotonic() - start
            self.failing[project] = failed
            print(f"no fault: {project}, {self.seconds[project]:.0f} s" + (f", left out: {', '.join(failed)}" if failed else ""), flush=True)

    def catch(self, fault):
        """The first test that fails, and its project; None where every project passes."""
        for project in ORDER[fault["part"]]:
            failed, reason = self.run(project, fault["name"], 60 + (3 * self.seconds[project]))
            if failed is None:
                return project, reason
            if failed:
                return project, failed[0]
        return None


def table(faults, results):
    """Caught and survived by part, as Markdown."""
    lines = ["| part | faults | caught | survived |", "|---|---|---|---|"]
    for part in ORDER:
        named = [fault["name"] for fault in faults if fault["part"] == part and fault["name"] in results]
        if named:
            lost = [name for name in named if not results[name]["caught"]]
            lines.append(f"| {part} | {len(named)} | {len(named) - len(lost)} | {', '.join(lost)} |")
    named = [fault["name"] for fault in faults if fault["name"] in results]
    lines.append(f"| all | {len(named)} | {sum(results[name]['caught'] for name in named)} | {sum(not results[name]['caught'] for name in named)} |")
    return "\n".join(lines)


def load(path):
    if not path or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return {one["name"]: one for one in map(json.loads, file)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", default=os.path.join(HERE, "faults.toml"), help="the faults (TOML)")
    parser.add_argument("--only", action="append", default=[], help="faults in files below this folder, of this part or with this name; may be repeated")
    parser.add_argument("--sample", type=int, default=0, help="so many of them, drawn by --seed (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="faults tested at once")
    parser.add_argument("--results", help="append to and go on from this file (JSON lines)")
    parser.add_argument("--keep", help="build in this folder and keep it, in place of a temporary one")
    parser.add_argument("--check", action="store_true", help="check the list and build, run no tests")
    given = parser.parse_args()
    faults = read(given.list)
    chosen = [fault for fault in faults if not given.only or any(fault["file"].startswith(only) or only in (fault["part"], fault["name"]) for only in given.only)]
    if not chosen:
        raise Unusable(f"no fault is below, of or called {' or '.join(given.only)}" if given.only else f"{given.list} holds no fault")
    if given.sample:
        chosen = random.Random(given.seed).sample(chosen, min(given.sample, len(chosen)))
    results = load(given.results)
    with tempfile.TemporaryDirectory(prefix="rnnjit-faults-") as temporary:
        folder = given.keep or temporary
        copy(folder, faults)
        build(folder)
        if given.check:
            print(f"{len(faults)} faults compile")
            return 0
        suite = Suite(folder)
        suite.measure()
        waiting = [fault for fault in chosen if fault["name"] not in results]
        start, lock = time.monotonic(), threading.Lock()

        def run(fault):
            found = suite.catch(fault)
            one = {"name": fault["name"], "part": fault["part"], "caught": found is not None, "by": " ".join(found) if found else ""}
            with lock:
                results[fault["name"]] = one
                done = sum(fault["name"] in results for fault in waiting)
                left = (time.monotonic() - start) / done * (len(waiting) - done)
                print(f"{done}/{len(waiting)} {fault['name']}: {'caught by ' + one['by'] if found else 'SURVIVED'} ({left / 60:.0f} min left)", flush=True)
                if given.results:
                    with open(given.results, "a", encoding="utf-8") as file:
                        file.write(json.dumps(one) + "\n")

        with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
            for _ in pool.map(run, waiting):
                pass
    print()
    print(table(chosen, results))
    return 0 if all(results[fault["name"]]["caught"] for fault in chosen) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unusable as problem:
        print(f"faults.py: {problem}", file=sys.stderr)
        sys.exit(2)
