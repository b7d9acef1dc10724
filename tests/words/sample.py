#!/usr/bin/env python3
"""Draws sentences of this repository for a reader's check: XML summaries, comments, messages and documents, a quarter each.

usage: tests/words/sample.py [--seed N] [--count N]

Prints the seed, then one line for each sentence: its number, where it stands, and its text. A reader who has not seen the project
explains each in their own words; docs/decisions/words.md says what came of it.
"""
import argparse
import pathlib
import random
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def sentences(text):
    """Splits a paragraph where a sentence ends: at a full stop before a space and a capital letter."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+(?=[A-Z`'\"])", " ".join(text.split())) if len(part.split()) > 5]


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.split()


def of_code(path):
    """Summaries, comments and messages of a C# file."""
    text = (ROOT / path).read_text(encoding="utf-8")
    for found in re.finditer(r"((?:^[ \t]*///.*\n)+)", text, re.M):
        block = re.sub(r"^[ \t]*/// ?", "", found[1], flags=re.M)
        for summary in re.finditer(r"<summary>(.*?)</summary>", block, re.S):
            plain = re.sub(r"<[^>]*(?:cref|name|langword)=\"([^\"]*)\"[^>]*>", r"\1", summary[1])
            for sentence in sentences(re.sub(r"<[^>]+>", "", plain)):
                yield "summary", path, sentence
    for found in re.finditer(r"((?:^[ \t]*// .*\n)+)", text, re.M):
        for sentence in sentences(re.sub(r"^[ \t]*// ?", "", found[1], flags=re.M)):
            yield "comment", path, sentence
    for found in re.finditer(r"Exception\(\s*(?:\"RNNJ\d+\",\s*)?((?:\$?\"(?:[^\"\\\n]|\\.)*\"\s*\+?\s*)+)", text):
        joined = "".join(re.findall(r"\"((?:[^\"\\\n]|\\.)*)\"", found[1]))
        if len(joined.split()) > 5:
            yield "message", path, joined


def of_document(path):
    text = re.sub(r"^```.*?^```", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.S | re.M)
    for paragraph in re.split(r"\n\s*\n", text):
        if not re.match(r"\s*[|#<]", paragraph):
            for sentence in sentences(re.sub(r"^[-*] ", "", paragraph.strip(), flags=re.M)):
                yield "document", path, sentence


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=100)
    given = options.parse_args()
    kinds = {kind: [] for kind in ("summary", "comment", "message", "document")}
    for path in tracked("src/*.cs", "generators/*.cs"):
        for found in of_code(path):
            kinds[found[0]].append(found)
    for path in tracked("README.md", "docs/*.md"):
        for found in of_document(path):
            kinds["document"].append(found)
    print(f"seed {given.seed}; of " + ", ".join(f"{len(all)} {kind} sentences" for kind, all in kinds.items()))
    drawn = random.Random(given.seed)
    chosen = [found for all in kinds.values() for found in drawn.sample(all, given.count // len(kinds))]
    for number, (kind, path, sentence) in enumerate(chosen, 1):
        print(f"{number}. [{kind}, {path}] {sentence}")


if __name__ == "__main__":
    main()
