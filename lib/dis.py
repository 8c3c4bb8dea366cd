"""Lists the instructions of code objects.

weft is a register machine, so an instruction names the registers it reads and writes. Where CPython has an instruction for
the same step, its name is used (LOAD_ATTR, BINARY_OP, CALL ...), so that programs which look for a step find it; an
operand that lies in the instruction itself (`x + 1`) is listed as a LOAD_CONST at the same offset. `Instruction.native` has
weft's own name, and opname/opmap list those.

A line reads: source line, ">>" at the target of a jump, offset, name, operands, (what they mean).
"""
# SPDX-License-Identifier: MIT
import collections as _collections
import io as _io
import sys as _sys
import types as _types

import _weft_dis

__all__ = ["code_info", "dis", "disassemble", "distb", "disco", "findlinestarts", "findlabels", "show_code",
           "get_instructions", "Instruction", "Bytecode", "cmp_op", "hasarg", "hasconst", "hasname", "hasjrel", "hasjabs",
           "haslocal", "hascompare", "hasfree", "hasnargs", "opname", "opmap", "HAVE_ARGUMENT", "EXTENDED_ARG", "stack_effect"]

COMPILER_FLAG_NAMES = {
    1: "OPTIMIZED", 2: "NEWLOCALS", 4: "VARARGS", 8: "VARKEYWORDS", 16: "NESTED", 32: "GENERATOR", 64: "NOFREE",
    128: "COROUTINE", 256: "ITERABLE_COROUTINE", 512: "ASYNC_GENERATOR",
}
cmp_op = ("<", "<=", "==", "!=", ">", ">=")
opname = [name for name, _ in _weft_dis.operations()]
opmap = {name: number for number, name in enumerate(opname)}
# Every opcode takes operands, and none needs a prefix for large ones.
HAVE_ARGUMENT = 0
EXTENDED_ARG = -1
hasarg = list(range(len(opname)))
hasconst = [opmap["LOADK"]]
hasname = [n for n, name in enumerate(opname) if name.endswith(("_GLOBAL", "_NAME", "_ATTR", "_METHOD"))]
hasjrel = [n for n, name in enumerate(opname) if name.startswith("JUMP") or name[-2:] in ("_F", "_T") or name in ("FOR_ITER", "SEND")]
hasjabs = []
haslocal = [opmap["MOVE"]]
hascompare = [opmap[name] for name in ("LT", "LE", "EQ", "NE", "GT", "GE")]
hasfree = [opmap["LOAD_DEREF"], opmap["STORE_DEREF"], opmap["DELETE_DEREF"]]
hasnargs = []

# weft's name -> (CPython's name, argrepr)
_BINARY = {"ADD": "+", "SUB": "-", "MUL": "*", "TRUEDIV": "/", "FLOORDIV": "//", "MOD": "%", "LSHIFT": "<<", "RSHIFT": ">>",
           "AND": "&", "OR": "|", "XOR": "^", "MATMUL": "@", "POW": "**"}
_COMPARE = {"LT": "<", "LE": "<=", "EQ": "==", "NE": "!=", "GT": ">", "GE": ">="}
_INPLACE = ("+", "-", "*", "/", "//", "%", "<<", ">>", "&", "|", "^", "@", "**")
_STEPS = {
    "LOADK": ("LOAD_CONST", None), "LOADI": ("LOAD_CONST", None), "LOADV": ("LOAD_CONST", None),
    "RETURN": ("RETURN_VALUE", ""), "CALL_METHOD": ("CALL", None), "CALL_KW": ("CALL", None), "CALL_METHOD_KW": ("CALL", None),
    "CALL_EX": ("CALL_FUNCTION_EX", None), "RETURN_NONE": ("RETURN_VALUE", "None"),
    "JUMP": ("JUMP_FORWARD", None), "JUMP_BACK": ("JUMP_BACKWARD", None), "JUMP_TRUE": ("POP_JUMP_IF_TRUE", None),
    "JUMP_FALSE": ("POP_JUMP_IF_FALSE", None), "JUMP_NONE": ("POP_JUMP_IF_NONE", None),
    "JUMP_NOT_NONE": ("POP_JUMP_IF_NOT_NONE", None), "GETITEM": ("BINARY_SUBSCR", None), "GETITEM_I": ("BINARY_SUBSCR", None),
    "SETITEM": ("STORE_SUBSCR", None), "DELITEM": ("DELETE_SUBSCR", None), "NEG": ("UNARY_NEGATIVE", None),
    "POS": ("UNARY_POSITIVE", None), "INVERT": ("UNARY_INVERT", None), "NOT": ("UNARY_NOT", None), "IS": ("IS_OP", "is"),
    "IS_NOT": ("IS_OP", "is not"), "IN": ("CONTAINS_OP", "in"), "NOT_IN": ("CONTAINS_OP", "not in"),
    "UNPACK": ("UNPACK_SEQUENCE", None), "RAISE": ("RAISE_VARARGS", None), "RAISE_CURRENT": ("RAISE_VARARGS", None),
}
for _name, _sign in _BINARY.items():
    _STEPS[_name] = _STEPS[_name + "_I"] = ("BINARY_OP", _sign)
    _STEPS["I" + _name] = _STEPS["I" + _name + "_I"] = ("BINARY_OP", _sign + "=")
for _name, _sign in _COMPARE.items():
    _STEPS[_name] = ("COMPARE_OP", _sign)
del _name, _sign

Positions = _collections.namedtuple("Positions", "lineno end_lineno col_offset end_col_offset", defaults=(None,) * 4)


class Instruction(_collections.namedtuple(
        "Instruction",
        "opname opcode arg argval argrepr offset starts_line is_jump_target positions native operands",
        defaults=(None, None, ()))):
    """One step: see the module's text. `arg` is the operands as a tuple of numbers, `operands` has (role, value) pairs."""
    __slots__ = ()

    def _line(self, width, mark, offset_width):
        parts = []
        if width:
            parts.append("%*d" % (width, self.starts_line) if self.starts_line is not None else " " * width)
        parts.append("-->" if mark else "   ")
        parts.append(">>" if self.is_jump_target else "  ")
        parts.append(str(self.offset).rjust(offset_width))
        parts.append(self.opname.ljust(20))
        parts.append(" ".join(map(str, self.arg or ())).ljust(8))
        if self.argrepr:
            parts.append("(" + self.argrepr + ")")
        return " ".join(parts).rstrip()


def _code_of(x):
    """The code object behind a function, method, generator, class of code or source text."""
    x = getattr(x, "__func__", x)
    for name in ("__code__", "gi_code", "ag_code", "cr_code"):
        code = getattr(x, name, None)
        if code is not None:
            x = code
            break
    if isinstance(x, str):
        x = _compile(x, "<disassembly>")
    if hasattr(x, "co_code"):
        return x
    raise TypeError("don't know how to disassemble %s objects" % type(x).__name__)


def _compile(source, name):
    try:
        return compile(source, name, "eval")
    except SyntaxError:
        return compile(source, name, "exec")


def findlinestarts(code):
    """Yields (offset, line) where the source line changes."""
    last = None
    for start, _, line in code.co_lines():
        if line is not None and line != last:
            last = line
            yield start, line


def findlabels(code):
    """The offsets that are targets of jumps; of a code object."""
    return sorted({entry[4] for entry in _weft_dis.instructions(code) if entry[4] is not None})


def stack_effect(opcode, oparg=None, /, *, jump=None):
    """weft has no stack of operands."""
    from _opcode import stack_effect as effect
    return effect(opcode, oparg, jump=jump)


def _steps(code, line_offset=0):
    names = code.co_varnames
    positions = list(code.co_positions())
    starts = dict(findlinestarts(code))
    labels = set(findlabels(code)) | {entry[2] for entry in _weft_dis.handlers(code)}
    for offset, opcode, operands, extra, target in _weft_dis.instructions(code):
        native = opname[opcode]
        name, argrepr = _STEPS.get(native, (native, None))
        line = starts.get(offset)
        line = None if line is None else line + line_offset
        where = Positions(*positions[offset // 2]) if offset // 2 < len(positions) else Positions()
        is_target = offset in labels
        numbers = tuple(v for role, v in operands if role in "DSMOIRJ" and v is not None)
        values = [v for role, v in operands if role in "KN"]
        immediate = [v for role, v in operands if role == "J"]
        argval = None
        if native in ("LOADI", "LOADV", "LOADK"):
            argval = immediate[0] if native == "LOADI" else values[0]
            argrepr = repr(argval)
        elif target is not None:
            argval = target
            sign = _COMPARE.get(native[1:3]) if native[0] == "J" and native[-2:] in ("_F", "_T") else None
            argrepr = "to %d" % target
            if sign is not None:
                yield Instruction("COMPARE_OP", opcode, numbers, sign, sign, offset, line, is_target, where, native, operands)
                name, line, is_target, numbers = "POP_JUMP_IF_TRUE" if native[-1] == "T" else "POP_JUMP_IF_FALSE", None, False, ()
        elif immediate:
            argval = immediate[0]
            yield Instruction("LOAD_CONST", opcode, (), argval, repr(argval), offset, line, is_target, where, native, operands)
            line, is_target = None, False
            numbers = tuple(v for role, v in operands if role in "DSMOIR" and v is not None)
            argval, argrepr = argrepr, argrepr or ""
        elif native == "INPLACE":
            argval = argrepr = _INPLACE[operands[2][1]] + "="
            name = "BINARY_OP"
        elif values:
            argval = values[0]
            argrepr = argval if isinstance(argval, str) else repr(argval)
        elif extra is not None:
            argval, argrepr = extra, repr(extra)
        elif native == "MOVE" and argrepr is None:
            to, source = operands[0][1], operands[1][1]
            argval = names[source] if source < len(names) else names[to] if to < len(names) else None
            if source < len(names):
                name = "LOAD_FAST"
            elif to < len(names):
                name = "STORE_FAST"
            argrepr = argval or ""
        elif native.startswith("CALL"):
            argval, argrepr = operands[1][1], ""
        elif argrepr is not None:
            argval = argrepr
        yield Instruction(name, opcode, numbers, argval, argrepr or "", offset, line, is_target, where, native, operands)


def get_instructions(x, *, first_line=None, show_caches=False, adaptive=False):
    """Yields the instructions of a function, method, source text or code object."""
    code = _code_of(x)
    return _steps(code, 0 if first_line is None else first_line - code.co_firstlineno)


def _print(code, lasti, file, line_offset=0):
    steps = list(_steps(code, line_offset))
    lines = [s.starts_line for s in steps if s.starts_line is not None]
    width = max(3, len(str(max(lines)))) if lines else 0
    offset_width = max(4, len(str(steps[-1].offset))) if steps else 4
    for number, step in enumerate(steps):
        if step.starts_line is not None and number > 0:
            print(file=file)
        print(step._line(width, step.offset == lasti, offset_width), file=file)
    table = _weft_dis.handlers(code)
    if table:
        print("ExceptionTable:", file=file)
        for start, end, target, register in table:
            print("  %d to %d -> %d [%d]" % (start, end - 2, target, register), file=file)


def disassemble(code, lasti=-1, *, file=None, show_caches=False, adaptive=False):
    """Prints the instructions of one code object; an arrow marks offset lasti."""
    _print(code, lasti, file)


disco = disassemble


def _recursive(code, file, depth):
    _print(code, -1, file)
    if depth is None or depth > 0:
        for const in code.co_consts:
            if hasattr(const, "co_code"):
                print(file=file)
                print("Disassembly of %r:" % (const,), file=file)
                _recursive(const, file, None if depth is None else depth - 1)


def dis(x=None, *, file=None, depth=None, show_caches=False, adaptive=False):
    """Prints the instructions of a function, class, module, generator, code object or source text; of the last
    traceback if there is no argument."""
    if x is None:
        distb(file=file)
        return
    x = getattr(x, "__func__", x)
    if isinstance(x, str):
        _recursive(_compile(x, "<dis>"), file, depth)
        return
    if any(hasattr(x, name) for name in ("__code__", "gi_code", "ag_code", "cr_code", "co_code")):
        _recursive(_code_of(x), file, depth)
        return
    if not hasattr(x, "__dict__"):
        raise TypeError("don't know how to disassemble %s objects" % type(x).__name__)
    kinds = (_types.MethodType, _types.FunctionType, _types.CodeType, classmethod, staticmethod, type)
    for name, member in sorted(x.__dict__.items()):
        if isinstance(member, kinds):
            print("Disassembly of %s:" % name, file=file)
            try:
                dis(member, file=file, depth=depth)
            except TypeError as error:
                print("Sorry:", error, file=file)
            print(file=file)


def distb(tb=None, *, file=None, show_caches=False, adaptive=False):
    """Prints the code in which an exception was raised; of the last one if there is no argument."""
    if tb is None:
        try:
            tb = _sys.last_traceback
        except AttributeError:
            raise RuntimeError("no last traceback to disassemble") from None
        while tb.tb_next:
            tb = tb.tb_next
    disassemble(tb.tb_frame.f_code, tb.tb_lasti, file=file)


def pretty_flags(flags):
    """The names of a code object's flags."""
    names = []
    for bit in range(32):
        flag = 1 << bit
        if flags & flag:
            names.append(COMPILER_FLAG_NAMES.get(flag, hex(flag)))
            flags ^= flag
            if not flags:
                break
    else:
        names.append(hex(flags))
    return ", ".join(names)


def code_info(x):
    """What is known of a code object besides its instructions, as text."""
    code = _code_of(x)
    lines = [("Name:", code.co_name), ("Filename:", code.co_filename), ("Argument count:", code.co_argcount),
             ("Positional-only arguments:", code.co_posonlyargcount), ("Kw-only arguments:", code.co_kwonlyargcount),
             ("Number of locals:", code.co_nlocals), ("Registers:", code.co_stacksize), ("Flags:", pretty_flags(code.co_flags))]
    text = ["%-18s %s" % (label, value) for label, value in lines]
    for label, values, show in (("Constants:", code.co_consts, repr), ("Names:", code.co_names, str),
                                ("Variable names:", code.co_varnames, str), ("Free variables:", code.co_freevars, str),
                                ("Cell variables:", code.co_cellvars, str)):
        if values:
            text.append(label)
            text += ["%4d: %s" % (number, show(value)) for number, value in enumerate(values)]
    return "\n".join(text)


def show_code(co, *, file=None):
    """Prints code_info()."""
    print(code_info(co), file=file)


class Bytecode:
    """The instructions of a function, method, source text or code object: iterates over them, and prints them."""

    def __init__(self, x, *, first_line=None, current_offset=None, show_caches=False, adaptive=False):
        self.codeobj = _code_of(x)
        self.first_line = self.codeobj.co_firstlineno if first_line is None else first_line
        self.current_offset = current_offset
        self._original_object = x
        self._line_offset = self.first_line - self.codeobj.co_firstlineno

    def __iter__(self):
        return _steps(self.codeobj, self._line_offset)

    def __repr__(self):
        return "%s(%r)" % (type(self).__name__, self._original_object)

    @classmethod
    def from_traceback(cls, tb, *, show_caches=False, adaptive=False):
        """Of the innermost frame of a traceback, where it stopped."""
        while tb.tb_next:
            tb = tb.tb_next
        return cls(tb.tb_frame.f_code, current_offset=tb.tb_lasti)

    def info(self):
        """code_info() of it."""
        return code_info(self.codeobj)

    def dis(self):
        """The listing as text."""
        with _io.StringIO() as out:
            _print(self.codeobj, -1 if self.current_offset is None else self.current_offset, out, self._line_offset)
            return out.getvalue()


def _main():
    import sys
    text = open(sys.argv[1], "rb").read() if len(sys.argv) > 1 and sys.argv[1] != "-" else sys.stdin.buffer.read()
    dis(compile(text, sys.argv[1] if len(sys.argv) > 1 else "<stdin>", "exec"))


if __name__ == "__main__":
    _main()
