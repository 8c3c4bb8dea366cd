#!/usr/bin/env python3
"""All tests of weft, run by ./check.

    tests/run.py [NAME...]       only tests whose name contains one of the words
    tests/run.py --build=asan    with the binaries of build/asan instead of release's and debug's; a sanitizer's is slow,
                                 so tests get ten times as long
    tests/run.py --promote ...   record .exp files anew from CPython 3.11 (/usr/bin/python3.11)

Kinds: `unit` programs in C (build/debug/test_*), `program` tests (tests/**/*.py beside a .exp: output and exit status must
be those that CPython gave; a status other than 0 is the last line of the .exp), the same programs under the collector's debug modes (`gc`), `layers` (tools/check_layers.py),
`fail` (every n-th allocation fails), `fuzz` (the targets of tests/fuzz run over their seeds), `tsan` (unit tests and tests of threads under ThreadSanitizer),
and `cpython`: modules of CPython's own test suite, from Debian, which must pass at least the tests recorded in
tests/conformance/expected.txt. The last line is "N passed, N failed".
"""
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = next((a.removeprefix("--build=") for a in sys.argv if a.startswith("--build=")), None)
RELEASE = ROOT / "build" / (BUILD or "release") / "weft"
DEBUG = ROOT / "build" / (BUILD or "debug") / "weft"
TSAN = ROOT / "build/tsan"
PATIENCE = 10 if BUILD in ("asan", "tsan") else 1
CPYTHON = "/usr/bin/python3.11"
# The same for each user: no variable of Python's own but these. Unbuffered, because stdout and stderr are recorded as one.
ENVIRONMENT = {**{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
               "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1",
               "TSAN_OPTIONS": "die_after_fork=0"}


def run(command, timeout, env=None, stdin=None, cwd=ROOT):
    """(exit status or 'timeout', output). Output is stdout and stderr together."""
    try:
        done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=stdin or subprocess.DEVNULL, timeout=timeout * PATIENCE, cwd=cwd,
                              env={**ENVIRONMENT, **(env or {})})
        return done.returncode, done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as expired:
        return "timeout", (expired.stdout or b"").decode("utf-8", "replace")


def programs():
    for path in sorted((ROOT / "tests").glob("*/**/*.py")) + sorted((ROOT / "tests").glob("*/*.py")):
        if path.with_suffix(".exp").exists() or "--promote" in sys.argv:
            if path.parent.name not in ("conformance", "unit", "fuzz"):
                yield path


def expected(path):
    text = path.with_suffix(".exp").read_text(encoding="utf-8", errors="surrogateescape")
    return text.removesuffix("# exit status 0\n")


def record(path):
    status, output = run([CPYTHON, path.relative_to(ROOT)], 300)
    path.with_suffix(".exp").write_text(output if status == 0 else "%s# exit status %s\n" % (output, status), encoding="utf-8")


def program(binary, path, env=None):
    def test():
        status, output = run([binary, path.relative_to(ROOT)], 120, env)
        found = output if status == 0 else "%s# exit status %s\n" % (output, status)
        if found == expected(path):
            return None
        return "expected:\n%s\nfound:\n%s" % (expected(path)[-2000:], found[-2000:])
    return test


def unit(path):
    def test():
        status, output = run([path], 300)
        return None if status == 0 else "exit status %s\n%s" % (status, output[-2000:])
    return test


def fuzz(path):
    seeds = {"fuzz_parser": "compile"}.get(path.name, path.name.removeprefix("fuzz_"))

    def test():
        status, output = run([path, ROOT / "tests/fuzz/corpus" / seeds], 120)
        return None if status == 0 else "exit status %s\n%s" % (status, output[-2000:])
    return test


def executables(folder, pattern):
    return [path for path in sorted(folder.glob(pattern)) if os.access(path, os.X_OK) and path.is_file()]


def layers():
    status, output = run([sys.executable, ROOT / "tools/check_layers.py"], 60)
    return None if status == 0 else output


def cpython(module, least):
    def test():
        with tempfile.TemporaryDirectory() as scratch:  # these tests leave files where they run
            status, output = run([RELEASE, ROOT / "tests/conformance/driver.py", module], 400, cwd=scratch)
        last = output.strip().rsplit("\n", 1)[-1].split()
        if len(last) == 3 and last[0] == "passed" and int(last[1]) >= least:
            return None
        return "must pass %d; exit status %s, output ends:\n%s" % (least, status, output[-1500:])
    return test


def tests():
    yield "layers", layers
    for path in executables(DEBUG.parent, "test_*"):
        yield "unit/" + path.name, unit(path)
    for path in executables(DEBUG.parent, "fuzz_*"):
        yield "fuzz/" + path.name, fuzz(path)
    if BUILD is None:
        for path in executables(TSAN, "test_*"):
            yield "tsan/" + path.name, unit(path)
        for path in sorted((ROOT / "tests/threads").glob("*.py")):
            yield "tsan/threads/" + path.name, program(TSAN / "weft", path)
    for every in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 59, 71, 89, 101, 151, 211, 307, 499):
        path = ROOT / "tests/robustness/failing_allocations.py"
        yield "fail/%d" % every, program(DEBUG, path, {"WEFT_GC_DEBUG": "fail=10000:%d" % every})
    seen = set()
    for path in programs():
        if path in seen:
            continue
        seen.add(path)
        name = str(path.relative_to(ROOT / "tests"))
        yield "program/" + name, program(RELEASE, path)
        if "under the gc debug modes" in path.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]:
            yield "gc/" + name, program(DEBUG, path, {"WEFT_GC_DEBUG": "stress=97,poison,barrier,operands"})
            yield "gc-prompt/" + name, program(DEBUG, path, {"WEFT_GC_DEBUG": "stress=9973,poison,heap=20,prompt"})
    listing = ROOT / "tests/conformance/expected.txt"
    for line in listing.read_text().splitlines() if listing.exists() else []:
        if line and not line.startswith("#"):
            module, least = line.split()
            yield "cpython/" + module, cpython(module, int(least))


def main():
    words = [a for a in sys.argv[1:] if not a.startswith("--")]
    if "--promote" in sys.argv:
        for path in programs():
            if any(w in str(path) for w in words):
                record(path)
        return 0
    chosen = [(n, t) for n, t in tests() if not words or any(w in n for w in words)]
    failed = 0
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for (name, _), problem in zip(chosen, pool.map(lambda c: c[1](), chosen)):
            if problem is not None:
                failed += 1
                print("FAIL %s\n%s\n" % (name, problem), flush=True)
    print("%d passed, %d failed" % (len(chosen) - failed, failed))
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
