# Odd command lines, closed or full standard streams, files that are none: messages and exit statuses.
import os
import re
import signal
import subprocess
import sys
import tempfile

ENV = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
ENV["LC_ALL"] = "C.UTF-8"
os.chdir(tempfile.mkdtemp())
HERE = os.getcwd()


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)


def show(what, status, *texts):
    print("==", what, "->", status if status >= 0 else signal.Signals(-status).name)
    for text in texts:
        text = text.decode("utf-8", "backslashreplace").replace(sys.executable, "PYTHON")
        for line in text.splitlines():
            print("   |", re.sub(r"0x[0-9a-f]+", "0x..", line.replace(HERE, "HERE"))[:200])


def args(*words, stdin=b"", last=False):
    done = subprocess.run([sys.executable, *words], input=stdin, capture_output=True, env=ENV, timeout=60)
    if last:
        done.stderr = done.stderr.splitlines()[-1]
    show(repr(words)[:200] + (" < " + repr(stdin)[:80] if stdin else ""), done.returncode, done.stdout, done.stderr)


def shell(line, last_lines=None, first_lines=None):
    """The line with $P for the interpreter."""
    done = subprocess.run(["bash", "-c", line], capture_output=True, env={**ENV, "P": sys.executable}, timeout=60)
    error = done.stderr
    if last_lines is not None:
        error = b"\n".join(error.splitlines()[-last_lines:])
    if first_lines is not None:
        error = b"\n".join(error.splitlines()[:first_lines])
    show(line, done.returncode, done.stdout, error)


# No program, odd programs
args("-c", "")
args("-c", "pass", "")
args("-c", " ")
args("-c", "\n\n  x = 1")
args("-c", "import sys; print(sys.argv)", "", "a b", "-x")
args("-c", "import sys; print(ascii(sys.argv))", b"\xff\xfe", "ä")
args("-c", b"print('\xc3\xa4')")
args("-c", b"print('\xff')")
args("-c", "print('\ud800')".encode("utf-8", "surrogatepass"))
args("")
args("missing.py")
args("missing/missing.py")
args("-m", "missing_module")
args("-m", "missing.module")
args("-m", "")
args("-m", "os.path.missing")
args(".")
os.mkdir("folder")
args("folder")
os.mkdir("package")
write("package/__main__.py", b"print(__name__, __package__, __spec__ is None)\n")
args("package")
args("-m", "package")
write("file.py", b"x = 1\n")
args("file.py/inside")
args("/dev/null")
args("-")
args("-", "a", stdin=b"import sys; print(sys.argv)")
args(stdin=b"1 +\n")
args(stdin=b"x = '\xff'\n", last=True)
args("-q", "-q", "-c", "pass")

# Sources that are none
write("latin.py", b"x = 1\ny = '\xe4'\n")
args("latin.py", last=True)
write("coding.py", b"# coding: klingon\nx = 1\n")
args("coding.py", last=True)
write("coding2.py", b"\xef\xbb\xbf# coding: latin-1\nx = 1\n")
args("coding2.py", last=True)
write("coding3.py", b"# coding: ascii\nx = '\xe4'\n")
args("coding3.py", last=True)
write("coding4.py", b"# coding: hex\nx = 1\n")
args("coding4.py", last=True)
write("indent.py", b"if 1:\n\tx = 1\n        y = 2\n")
args("indent.py")
write("parens.py", b"(" * 10000 + b")" * 10000 + b"\n")
args("parens.py")
write("eof.py", b"x = (1,\n")
args("eof.py")
write("triple.py", b"x = '''abc\n\n")
args("triple.py")
write("raise.py", b"def f():\n    raise ValueError('\\udc80 \\x00 \xc3\xa4')\nf()\n")
args("raise.py")

args("-c", "import coding")

# Unknown options and missing arguments: the first line
for words in ["-Z"], ["-c"], ["-m"], ["-W"], ["-X"], ["--nothing"], ["--version"], ["-bZ"], ["-Wnonsense", "-c", "pass"], \
        ["-W", "error::Missing", "-c", "pass"], ["-X", "int_max_str_digits=3", "-c", "pass"], ["-X", "", "-c", "pass"], \
        ["--check-hash-based-pycs"], ["--check-hash-based-pycs", "x", "-c", "pass"], ["-X", "utf8=2", "-c", "pass"]:
    done = subprocess.run([sys.executable, *words], stdin=subprocess.DEVNULL, capture_output=True, env=ENV, timeout=60)
    out = (done.stdout + done.stderr).decode().replace(sys.executable, "PYTHON").splitlines()
    if words != ["--version"]:
        print(words, done.returncode, out[:2])
for name, value in ("PYTHONHASHSEED", "x"), ("PYTHONHASHSEED", "-1"), ("PYTHONUTF8", "7"), ("PYTHONINTMAXSTRDIGITS", "1"), \
        ("PYTHONIOENCODING", "nonsense"), ("PYTHONIOENCODING", ":nonsense"), ("PYTHONWARNINGS", "nonsense"), ("PYTHONOPTIMIZE", "x"):
    done = subprocess.run([sys.executable, "-c", "print('ran')"], stdin=subprocess.DEVNULL, capture_output=True,
                          env={**ENV, name: value}, timeout=60)
    print(name, value, done.returncode, done.stdout, (done.stderr.splitlines() or [b""])[0])

# Standard streams that are closed, full or broken
for redirection in "<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-", "< /dev/null":
    shell("""$P -c 'import sys; print(sys.stdin is None, sys.stdout is None, sys.stderr is None, file=open("out", "w")); print("o"); print("e", file=sys.stderr)' %s; echo $?; cat out; rm out""" % redirection)
    shell("$P -c 'x = 1; raise ValueError(1)' %s; echo $?" % redirection)
    shell("$P %s; echo $?" % redirection)
    shell("$P -c 'input()' %s; echo $?" % redirection)
    shell("$P -c 'import sys; sys.exit(\"bye\")' %s; echo $?" % redirection)
    shell("$P -c 'import threading; threading.Thread(target=lambda: print(1)).start()' %s; echo $?" % redirection)
    shell("""echo 'print(5)' | $P - %s; echo $?""" % redirection)
shell("$P -c 'print(1)' <.; echo $?", first_lines=2)
shell("$P -c 'print(1)' > /dev/full; echo $?")
shell("$P -u -c 'print(1)' > /dev/full; echo $?", 1)
shell("$P -c 'print(1, flush=True)' > /dev/full; echo $?")
shell("$P -c 'import sys; print(1, file=sys.stderr)' 2> /dev/full; echo $?")
shell("$P -c 'raise ValueError' 2> /dev/full; echo $?")
shell("$P -c 'print(1); raise ValueError' > /dev/full; echo $?")
shell("$P -c 'import os; print(1, flush=False); os._exit(3)' > /dev/full; echo $?")
shell("$P -c 'print(\"x\" * 100000)' > /dev/full; echo $?")
shell("$P -c 'while True: print(\"x\" * 1000)' | head -c 1; true", 1)
shell("$P -c 'import sys; sys.stdout.close()'; echo $?")
shell("$P -c 'import sys; sys.stdout = None; print(1)'; echo $?")
shell("$P -c 'import sys; sys.stderr = None; raise ValueError'; echo $?")
shell("$P -c 'import sys; del sys.stdout; print(1)'; echo $?")
shell("$P -c 'import os; os.close(1); print(1)'; echo $?")
shell("$P -c 'import os; os.close(1)'; echo $?")
shell("$P -c 'import os; os.close(2); raise ValueError'; echo $?")
shell("$P -c 'import sys; sys.excepthook = None; raise ValueError'; echo $?")
shell("$P -c 'import sys; sys.excepthook = lambda *a: 1/0; raise ValueError(5)'; echo $?")
shell("$P -c 'import sys; sys.exit(300)'; echo $?")
shell("$P -c 'import sys; sys.exit(-1)'; echo $?")
shell("$P -c 'import sys; sys.exit(10**100)'; echo $?")
shell("$P -c 'import sys; sys.exit([1, None])'; echo $?")
shell("$P -c 'import sys; sys.exit()'; echo $?")
shell("$P -c 'raise SystemExit(None)'; echo $?")
shell("$P -c 'raise KeyboardInterrupt'; echo $?")
shell("$P -c 'import os; os.kill(os.getpid(), 2)'; echo $?", 1)
shell("mkdir gone; cd gone; rmdir ../gone; $P -c 'import sys; print(sys.path[0] == \"\")'; echo $?")
shell("echo 'print(7)' > named; $P < named; $P - < named; $P /dev/stdin < named; cat named | $P /dev/stdin")
shell("mkfifo fifo; (echo 'print(8)' > fifo &); $P fifo")
