#!/usr/bin/env python3
"""Peak resident size of the programs beside this one, under several interpreters.

    run.py NAME=COMMAND...

The first interpreter is the yardstick. A figure is the smallest of three runs.
"""
import os
import pathlib
import shlex
import sys


def peak(command):
    """Kilobytes that the process had at most."""
    child = os.fork()
    if child == 0:
        os.execvp(command[0], command)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit("%s failed" % " ".join(command))
    return usage.ru_maxrss


peers = dict(argument.split("=", 1) for argument in sys.argv[1:])
programs = sorted(p for p in pathlib.Path(__file__).resolve().parent.glob("*.py") if p.name != "run.py")
print("| program | " + " | ".join("%s, MB | ratio" % name if i else "%s, MB" % name for i, name in enumerate(peers)) + " |")
print("|---" * (2 * len(peers)) + "|")
for program in programs:
    row, yardstick = [program.stem], None
    for command in peers.values():
        kilobytes = min(peak(shlex.split(command) + [str(program)]) for _ in range(3))
        row.append("%.1f" % (kilobytes / 1024))
        if yardstick:
            row.append("%.2f" % (kilobytes / yardstick))
        yardstick = yardstick or kilobytes
    print("| " + " | ".join(row) + " |")
