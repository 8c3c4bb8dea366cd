#!/usr/bin/env python3
"""Writes tools/startup.order: the functions and constants that a start of weft uses, in the order of their first use.

    startup_order.py build/release/weft > tools/startup.order

The linker puts them side by side, so that a start reads few pages of the program. Needs valgrind. Names that are gone do no harm,
so the list needs no care but a new run now and then; a line that names a static function of another file ends with the
path of that file, with @ for the folder of the sources.
"""
import bisect
import os
import pathlib
import re
import subprocess
import sys
import tempfile

RUNS = [["-c", "pass"], ["-c", "import threading, functools, re, collections, os, enum"]]

weft = sys.argv[1]
sources = re.sub("[^A-Za-z0-9]", "_", str(pathlib.Path(__file__).resolve().parent.parent))
symbols = []
for line in subprocess.run(["nm", "-S", "--defined-only", weft], capture_output=True, text=True, check=True).stdout.splitlines():
    fields = line.split()
    if len(fields) == 4 and fields[2] in "tTrR":
        symbols.append((int(fields[0], 16), int(fields[1], 16), fields[3]))
symbols.sort()
starts = [start for start, _, _ in symbols]
seen = {}
with tempfile.TemporaryDirectory() as scratch:
    stripped = os.path.join(scratch, "weft") # valgrind chokes on some debug information
    subprocess.run(["strip", "-o", stripped, weft], check=True)
    for run in RUNS:
        command = ["valgrind", "--tool=lackey", "--trace-mem=yes", "--log-fd=9", stripped] + run
        read, write = os.pipe()
        os.dup2(write, 9)
        os.close(write)
        child = subprocess.Popen(command, pass_fds=[9])
        os.close(9)
        known = set()
        with os.fdopen(read, "rb") as trace:
            for line in trace:
                if line[:3] not in (b"I  ", b" L "):
                    continue
                address = int(line[3:line.index(b",")], 16)
                if address in known or address > symbols[-1][0]:
                    continue
                known.add(address)
                at = bisect.bisect_right(starts, address) - 1
                if at >= 0 and address < starts[at] + symbols[at][1]:
                    seen.setdefault(symbols[at][2])
        if child.wait():
            raise SystemExit("valgrind failed")
for name in seen:
    if not name.startswith(".L"):
        print(name.replace(".llvm." + sources, ".llvm.@"))
