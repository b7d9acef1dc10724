#!/usr/bin/env python3
"""Seeds faults into a copy of the repository and says which of them the tests catch.

    tests/faults/faults.py                         all faults of faults.toml
    tests/faults/faults.py --sample 20 --seed 1    a sample
    tests/faults/faults.py --only src/RnnJit.Core/Passes --jobs 2

All faults are compiled into one build, each behind a switch that the environment variable RNNJIT_FAULT names (several with commas between), so that a fault costs
test runs and no build. First the tests run one by one with no fault on. What fails there (tests that read the sources, for instance) is left out of every later run;
of each other test its seconds and the switches that it reaches are recorded (--measured keeps them), also those that a process it starts reaches.
Where RNNJIT_DATA is set, the tests compare with the reference data too.

Then there are two rounds. In the first one each fault meets the shortest tests that reach it: --budget seconds of each project, or all of them where they take less
than four times that, in the first three projects of the part's order that reach it. The first test that fails ends the fault. Parts take turns, so that a run that is
broken off has seen all of them. In the second round all faults that are left are on at once and whole projects run; what fails is repeated with each of the faults
alone, and so on with the rest, until everything passes. So a fault survives only where no test of the whole suite fails.

A fault is caught where a test fails and fails once more by itself, or where a test host crashes, twice, or takes twice more processor time than four times what its
tests took without the fault and a minute, or half an hour of doing nothing. Results are appended to --results, and faults that stand there are not run again.

Exit codes: 0 every fault was caught; 1 a fault survived; 2 the list or the copy is not usable.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import xml.etree.ElementTree
import xml.sax.saxutils

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
SWITCH = f"""// Which seeded faults are on, for the life of the process, and which switches were asked for.
using System.IO;
using System.Linq;

namespace RnnJit;

/// <summary>The seeded faults of this process.</summary>
public static class Fault
{{
#pragma warning disable RS1035
    public static readonly string[] Names = [@NAMES@];
    public static readonly bool[] Reached = new bool[Names.Length];
    private static readonly bool[] Active = Read();
    private static readonly string? Folder = System.Environment.GetEnvironmentVariable("{VARIABLE}_CHILD");

    /// <summary>Whether a fault is on.</summary>
    public static bool On(int fault)
    {{
        if (!Reached[fault])
            Reach(fault);
        return Active[fault];
    }}

    // A process that a test starts may be killed, so it tells at once.
    private static void Reach(int fault)
    {{
        Reached[fault] = true;
        if (Folder != null)
            File.Create(Path.Combine(Folder, Names[fault])).Dispose();
    }}

    private static bool[] Read()
    {{
        string[] on = (System.Environment.GetEnvironmentVariable("{VARIABLE}") ?? "").Split(',');
        return Names.Select(name => on.Contains(name)).ToArray();
    }}
#pragma warning restore RS1035
}}
"""
TRACE = f"""// Writes a line for each test: class, method, full name, seconds, switches that were reached since the test before.
using System.Diagnostics;
using System.IO;
using System.Linq;
using NUnit.Framework.Interfaces;

[assembly: RnnJit.FaultTrace]

namespace RnnJit;

[System.AttributeUsage(System.AttributeTargets.Assembly)]
public sealed class FaultTraceAttribute : System.Attribute, ITestAction
{{
    private static readonly string? Trace = System.Environment.GetEnvironmentVariable("{VARIABLE}_TRACE");
    private static long end;

    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {{
        if (Trace == null || end != 0)
            return;
        end = Stopwatch.GetTimestamp();
        _ = Fault.Reached.Length;
        Directory.CreateDirectory(Trace + ".child");
        System.Environment.SetEnvironmentVariable("{VARIABLE}_CHILD", Trace + ".child");
    }}

    public void AfterTest(ITest test)
    {{
        if (Trace == null)
            return;
        long now = Stopwatch.GetTimestamp();
        string[] children = Directory.GetFiles(Trace + ".child");
        var reached = Fault.Names.Where((name, fault) => Fault.Reached[fault]).Union(children.Select(path => Path.GetFileName(path)));
        string seconds = Stopwatch.GetElapsedTime(end, now).TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string name = test.FullName.ReplaceLineEndings(" ").Replace('\\t', ' ');
        File.AppendAllText(Trace, string.Join('\\t', test.ClassName, test.MethodName, name, seconds, string.Join(' ', reached)) + "\\n");
        System.Array.Clear(Fault.Reached);
        foreach (string path in children)
            File.Delete(path);
        end = Stopwatch.GetTimestamp();
    }}
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


def seeded(text, fault, number):
    """The text with a switch in place of what the fault changes."""
    on = f"global::RnnJit.Fault.On({number} /* {fault['name']} */)"
    both = f"({on} ? ({fault['new']}) : ({fault['old']}))" if fault["kind"] == "expression" else f"if ({on}) {{ {fault['new']} }} else {{ {fault['old']} }}"
    return text.replace(fault["old"], both)


def copy(folder, faults):
    """The tracked files and those that are new, with every fault behind its switch. Files that are the same already stay, so that a kept build is not made again."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True).stdout
    contents = {}
    for name in listed.decode().split("\0"):
        source = os.path.join(ROOT, name)
        if name and os.path.isfile(source):
            with open(source, "rb") as file:
                contents[name] = file.read()
    for number, fault in enumerate(faults):
        text = contents[fault["file"]].decode()
        if fault["old"] not in text:
            raise Unusable(f"fault '{fault['name']}' overlaps another one in {fault['file']}")
        contents[fault["file"]] = seeded(text, fault, number).encode()
    contents["src/RnnJit.Core/Fault.cs"] = SWITCH.replace("@NAMES@", ", ".join(f'"{fault["name"]}"' for fault in faults)).encode()
    for project in PROJECTS:
        contents[f"tests/{project}/FaultTrace.cs"] = TRACE.encode()
    for name, content in contents.items():
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path, "rb") as file:
                if file.read() == content:
                    continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def build(folder):
    arguments = ["dotnet", "build", "RnnJit.sln", "-v", "q", "-p:TreatWarningsAsErrors=false", "-clp:ErrorsOnly"]
    built = subprocess.run(arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode != 0:
        raise Unusable("the copy with the faults does not compile (mend or drop these):\n" + "\n".join(sorted({line for line in built.stdout.splitlines() if " error " in line})[:20]))


def where(chosen, out):
    """A filter of NUnit: these methods of classes (None: all) without those."""
    def among(methods):
        classes = {}
        for name, method in sorted(methods):
            classes.setdefault(name, []).append(f"method == '{method}'")
        return "(" + " || ".join(f"(class == '{name}' && ({' || '.join(classes[name])}))" for name in classes) + ")"
    parts = ([] if chosen is None else [among(chosen)]) + (["!" + among(out)] if out else [])
    return " && ".join(parts)


class Suite:
    """Runs test projects of the copy. A test is a class and a method of it."""

    def __init__(self, folder, jobs, budget):
        self.folder, self.jobs, self.budget = folder, jobs, budget
        self.measured = {}

    def run(self, project, faults, chosen=None, every=False, trace=None, limit=7200.0):
        """Tests that fail with the faults on, and why there is no list of them (the host crashed or the limit was reached)."""
        with tempfile.TemporaryDirectory() as results:
            known = self.measured.get(project, {"failing": [], "names": {}})
            workers = 0 if trace else max(1, (os.cpu_count() or 1) // (1 if chosen is None else self.jobs))
            filtered = where(chosen, {tuple(test) for test in known["failing"]})
            nunit = f"<NUnit><NumberOfTestWorkers>{workers}</NumberOfTestWorkers><StopOnError>{'false' if every else 'true'}</StopOnError>"
            nunit += (f"<Where>{xml.sax.saxutils.escape(filtered)}</Where>" if filtered else "") + "</NUnit>"
            settings = os.path.join(results, "tests.runsettings")
            with open(os.path.join(self.folder, "tests/tests.runsettings"), encoding="utf-8") as file:
                text = file.read().replace("</RunSettings>", nunit + "</RunSettings>")
            with open(settings, "w", encoding="utf-8") as file:
                file.write(text)
            library = os.path.join(self.folder, "tests", project, "bin/Debug/net10.0", project + ".dll")
            command = ["bash", "-c", f'ulimit -t {limit:.0f}; exec "$@"', "-", "dotnet", "vstest", library, "--Settings:" + settings, "--logger:trx;LogFileName=r.trx", "--ResultsDirectory:" + results]
            environment = dict(os.environ, **({VARIABLE: ",".join(faults)} if faults else {}), **({VARIABLE + "_TRACE": trace} if trace else {}))
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            try:
                code = process.wait(limit + 1800)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                return set(), f"no end after {limit + 1800:.0f} s"
            except BaseException:
                os.killpg(process.pid, 9)
                raise
            path = os.path.join(results, "r.trx")
            if not os.path.exists(path):
                return set(), f"no result, exit code {code}"
            root = xml.etree.ElementTree.parse(path).getroot()
            space = {"t": root.tag[1:root.tag.index("}")]}
            classes = {test.get("id"): test.find("t:TestMethod", space).get("className") for test in root.iterfind(".//t:UnitTest", space)}
            failed = set()
            for one in root.iterfind(".//t:UnitTestResult", space):
                if one.get("outcome") == "Failed":
                    name, test = classes[one.get("testId")], one.get("testName")
                    failed.add(tuple(known["names"].get(f"{name}.{test}", (name.split("(")[0], test.split("(")[0]))))
            return failed, None if failed or code == 0 else f"the test host ended, exit code {code}"

    def measure(self, project):
        """The run with no fault on: {failing, names, tests: [class, method, seconds, reached]}."""
        with tempfile.TemporaryDirectory() as folder:
            trace, start = os.path.join(folder, "trace"), time.monotonic()
            failed, reason = self.run(project, [], every=True, trace=trace)
            if reason or not os.path.exists(trace):
                raise Unusable(f"{project} does not run with no fault on: {reason or 'no test ran'}")
            names, tests = {}, {}
            with open(trace, encoding="utf-8") as file:
                for line in file:
                    holder, method, name, seconds, reached = line.rstrip("\n").split("\t")
                    names[name] = [holder, method]
                    test = tests.setdefault((holder, method), [holder, method, 0.0, set()])
                    test[2] += float(seconds)
                    test[3] |= set(reached.split())
        failed = {tuple(names.get(".".join(test), test)) for test in failed}
        shown = f", left out: {', '.join(sorted('.'.join(test) for test in failed))}" if failed else ""
        print(f"no fault: {project}, {time.monotonic() - start:.0f} s{shown}", flush=True)
        kept = [[holder, method, seconds, sorted(reached)] for (holder, method), (_, _, seconds, reached) in tests.items() if (holder, method) not in failed]
        return {"failing": sorted(failed), "names": names, "tests": kept}

    def nearest(self, project, fault):
        """The shortest tests that reach a fault, as many as the budget holds."""
        reaching = sorted((test for test in self.measured[project]["tests"] if fault in test[3]), key=lambda test: test[2])
        budget = self.budget * (4 if sum(test[2] for test in reaching) <= 4 * self.budget else 1)
        chosen, total = set(), 0.0
        for holder, method, seconds, _ in reaching:
            if not chosen or total + seconds <= budget:
                chosen.add((holder, method))
                total += seconds
        return chosen

    def limit(self, project, chosen):
        return 60 + (4 * sum(test[2] for test in self.measured[project]["tests"] if chosen is None or (test[0], test[1]) in chosen))

    def caught(self, project, faults, chosen):
        """The test that fails twice, or why the host ends twice; None where all pass."""
        while chosen:
            limit = self.limit(project, chosen)
            failed, reason = self.run(project, faults, chosen, limit=limit)
            if not failed and not reason:
                return None
            again, still = self.run(project, faults, failed or chosen, limit=limit)
            if again or still:
                return ".".join(min(again)) if again else still
            print(f"passed when repeated: {project} {', '.join(sorted('.'.join(test) for test in failed)) or reason} (with {', '.join(faults)})", flush=True)
            chosen = chosen - failed if failed else None
        return None

    def first(self, fault):
        """The first round: project and test, or None."""
        near = [(project, self.nearest(project, fault["name"])) for project in ORDER[fault["part"]]]
        for project, chosen in [one for one in near if one[1]][:3]:
            if (by := self.caught(project, [fault["name"]], chosen)):
                return f"{project} {by}"
        return None

    def second(self, project, names):
        """The second round, in one project: {fault: test} of those of the faults that are caught."""
        print(f"{project}: all tests with {len(names)} faults on", flush=True)
        failed, reason = self.run(project, names, every=True, limit=self.limit(project, None))
        if not failed and not reason:
            return {}
        print(f"{project}: {', '.join(sorted('.'.join(test) for test in failed)) or reason}", flush=True)
        if len(names) == 1:
            by = self.caught(project, names, failed or {(test[0], test[1]) for test in self.measured[project]["tests"]})
            return {names[0]: by} if by else {}
        found = {}
        if failed:
            with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
                found = {name: by for name, by in zip(names, pool.map(lambda name: self.caught(project, [name], failed), names)) if by}
            if not found and not self.caught(project, names, failed):
                return {}
        rest = [name for name in names if name not in found]
        half = len(rest) if found else len(rest) // 2
        for part in (rest[:half], rest[half:]):
            if part:
                found.update(self.second(project, part))
        return found


def table(faults, results):
    """Caught and survived by part, as Markdown."""
    lines = ["| part | faults | caught | survived |", "|---|---|---|---|"]
    for part in ORDER:
        named = [fault["name"] for fault in faults if fault["part"] == part and fault["name"] in results and results[fault["name"]]["caught"] is not None]
        if named:
            lost = [name for name in named if not results[name]["caught"]]
            lines.append(f"| {part} | {len(named)} | {len(named) - len(lost)} | {', '.join(lost)} |")
    named = [fault["name"] for fault in faults if fault["name"] in results and results[fault["name"]]["caught"] is not None]
    lines.append(f"| all | {len(named)} | {sum(results[name]['caught'] for name in named)} | {sum(not results[name]['caught'] for name in named)} |")
    return "\n".join(lines)


def load(path):
    if not path or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return {one["name"]: one for one in map(json.loads, file)}


def load_measured(path):
    if not path or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", default=os.path.join(HERE, "faults.toml"), help="the faults (TOML)")
    parser.add_argument("--only", action="append", default=[], help="faults in files below this folder, of this part or with this name; may be repeated")
    parser.add_argument("--sample", type=int, default=0, help="so many of them, drawn by --seed (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="faults tested at once")
    parser.add_argument("--budget", type=float, default=15, help="seconds of tests of each project that a fault meets in the first round")
    parser.add_argument("--measured", help="write what the run with no fault on says to this file, or read it where the file is there (of the same sources and tests)")
    parser.add_argument("--results", help="append to and go on from this file (JSON lines)")
    parser.add_argument("--keep", help="build in this folder and keep it, in place of a temporary one")
    parser.add_argument("--check", action="store_true", help="check the list and build, run no tests")
    given = parser.parse_args()
    # Signals that a shell in the background or nohup ignores would be ignored by the tests' processes too, which wait for them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
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
        suite = Suite(folder, given.jobs, given.budget)
        suite.measured = load_measured(given.measured)
        missing = [project for project in PROJECTS if project not in suite.measured]
        if not os.environ.get("RNNJIT_DATA"):
            print("RNNJIT_DATA is not set: tests that compare with the reference data are left out", flush=True)
        with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
            for project, measured in zip(missing, pool.map(suite.measure, missing)):
                suite.measured[project] = measured
        if given.measured and missing:
            with open(given.measured, "w", encoding="utf-8") as file:
                json.dump(suite.measured, file)
        lock = threading.Lock()

        def note(fault, caught, by):
            with lock:
                results[fault["name"]] = {"name": fault["name"], "part": fault["part"], "caught": caught, "by": by}
                if given.results:
                    with open(given.results, "a", encoding="utf-8") as file:
                        file.write(json.dumps(results[fault["name"]]) + "\n")

        turns = [sum(other["part"] == fault["part"] for other in chosen[:i]) for i, fault in enumerate(chosen)]
        waiting = [fault for _, fault in sorted(zip(turns, chosen), key=lambda turn: turn[0]) if fault["name"] not in results]
        start = time.monotonic()

        def run(fault):
            by = suite.first(fault)
            note(fault, True if by else None, by or "")
            done = sum(one["name"] in results for one in waiting)
            left = (time.monotonic() - start) / done * (len(waiting) - done)
            reached = any(suite.nearest(project, fault["name"]) for project in PROJECTS)
            print(f"{done}/{len(waiting)} {fault['name']}: {'caught by ' + by if by else 'left over' if reached else 'not reached'} ({left / 60:.0f} min left)", flush=True)

        with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
            for _ in pool.map(run, waiting):
                pass
        for project in PROJECTS:
            left = {fault["name"]: fault for fault in chosen if results[fault["name"]]["caught"] is None}
            if left:
                for name, by in suite.second(project, list(left)).items():
                    note(left[name], True, f"{project} {by}")
                    print(f"{name}: caught by {project} {by}", flush=True)
        for fault in chosen:
            if results[fault["name"]]["caught"] is None:
                note(fault, False, "")
                print(f"{fault['name']}: SURVIVED", flush=True)
    print()
    print(table(chosen, results))
    return 0 if all(results[fault["name"]]["caught"] for fault in chosen) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unusable as problem:
        print(f"faults.py: {problem}", file=sys.stderr)
        sys.exit(2)
