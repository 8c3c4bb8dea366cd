#!/usr/bin/env python3
"""Checks that files include only headers of their own or a lower layer (the folders of src/, lowest first)."""
import re
import sys
from pathlib import Path

# Interfaces that lower layers may use although their code lies higher: calls upwards that have no slot of their own.
UPWARD = {"runtime/state.h", "runtime/import.h", "runtime/sys.h", "runtime/signals.h", "runtime/print_exception.h",
          "vm/vm.h", "vm/cache.h", "modules/builtins.h", "modules/marshal.h", "code/code.h", "objects/str.h"}
RANK = {"platform": 0, "base": 1, "sched": 2, "gc": 2, "model": 3, "objects": 3, "syntax": 4, "code": 5, "compiler": 6, "vm": 7,
        "modules": 8, "runtime": 8, "observe": 9, "main": 10}


def main():
    src = Path(__file__).resolve().parent.parent / "src"
    wrong = []
    for path in sorted(src.rglob("*.[ch]")):
        layer = path.relative_to(src).parts[0]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            include = re.match(r'\s*#\s*include "([a-z_]+)/(.+)"', line)
            if include and include[1] in RANK and RANK[include[1]] > RANK[layer] and include[1] + "/" + include[2] not in UPWARD:
                wrong.append("%s:%d: %s is a higher layer" % (path.relative_to(src.parent), number, include[1] + "/" + include[2]))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
