#!/usr/bin/env python3
"""gen_unicode.py - make the tables of src/base/unicode.c from Debian's package unicode-data.

SPDX-License-Identifier: MIT

    gen_unicode.py DIR-OF-UCD OUT-DB.inc OUT-NAMES.inc

Debian 12 ships Unicode 15.0 and Python 3.11 has 14.0, so characters whose DerivedAge is above 14.0
are left out, and the few things that 15.0 changed for older ones are put back.
Needs nothing but Python's standard library, so that it runs at build time.
"""

import bz2
import os
import re
import sys

MAX = 0x110000
AGE = (14, 0)

# What Unicode 15.0 changed for characters that existed in 14.0: letters that became Lowercase, and
# new aliases.
NOT_LOWER = {0x10FC, 0xA7F2, 0xA7F3, 0xA7F4, 0xAB69}
NEW_ALIASES = {(0x0019, "EM"), (0x0616, "ARABIC SMALL HIGH LIGATURE ALEF WITH YEH BARREE"),
               (0x1BBD, "SUNDANESE LETTER ARCHAIC I")}

CATEGORIES = ("Cn Lu Ll Lt Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Lm Lo Pc Pd Ps Pe Pi Pf Po "
              "Sm Sc Sk So").split()
BIDI = ["", "L", "LRE", "LRO", "R", "AL", "RLE", "RLO", "PDF", "EN", "ES", "ET", "AN", "CS",
        "NSM", "BN", "B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"]
EAW = ["F", "H", "W", "Na", "A", "N"]
FLAGS = ["ALPHA", "DECIMAL", "DIGIT", "NUMERIC", "SPACE", "LOWER", "UPPER", "TITLE", "PRINTABLE",
         "XID_START", "XID_CONTINUE", "LINEBREAK", "CASED", "CASE_IGNORABLE", "MIRRORED", "IN_3_2"]
FLAG = {name: 1 << i for i, name in enumerate(FLAGS)}


def rows(path):
    """The fields of each line of a UCD file, comments and blank lines left out."""
    opener = bz2.open if path.endswith(".bz2") else open
    with opener(path, "rt", encoding="utf-8") as f:
        for line in f:
            line = line.split("#", 1)[0].strip()
            if line:
                yield [x.strip() for x in line.split(";")]


def span(text):
    a, _, b = text.partition("..")
    return range(int(a, 16), int(b or a, 16) + 1)


class Char:
    __slots__ = ("name", "category", "ccc", "bidi", "decomp", "decimal", "digit", "numeric",
                 "mirrored", "upper", "lower", "title", "eaw", "flags", "qc", "ext")

    def __init__(self):
        self.name = ""
        self.category = "Cn"
        self.ccc = 0
        self.bidi = ""
        self.decomp = ""
        self.decimal = self.digit = -1
        self.numeric = None
        self.mirrored = False
        self.upper = self.lower = self.title = None
        self.eaw = "N"
        self.flags = 0
        self.qc = 0
        self.ext = [None] * 4


def load(ucd):
    chars = {}
    path = lambda name: os.path.join(ucd, name)
    keep = set()
    old = set()
    for cps, age in rows(path("DerivedAge.txt")):
        version = tuple(map(int, age.split(".")))
        if version <= AGE:
            keep.update(span(cps))
        if version <= (3, 2):
            old.update(span(cps))

    start = None
    for f in rows(path("UnicodeData.txt")):
        cp = int(f[0], 16)
        if f[1].endswith(", First>"):
            start = cp
            continue
        first = cp if start is None else start
        start = None
        for c in range(first, cp + 1):
            if c not in keep:
                continue
            ch = chars[c] = Char()
            ch.name = "" if f[1].startswith("<") else f[1]
            ch.category = f[2]
            ch.ccc = int(f[3])
            ch.bidi = f[4]
            ch.decomp = f[5]
            if f[6]:
                ch.decimal = int(f[6])
            if f[7]:
                ch.digit = int(f[7])
            ch.numeric = f[8] or None
            ch.mirrored = f[9] == "Y"
            ch.upper = int(f[12], 16) if f[12] else None
            ch.lower = int(f[13], 16) if f[13] else None
            ch.title = int(f[14], 16) if f[14] else None

    def each(name, value=None, field=1):
        for f in rows(path(name)):
            if value is None or f[field] == value:
                for c in span(f[0]):
                    if c in chars:
                        yield chars[c], f

    for ch, f in each("EastAsianWidth.txt"):
        ch.eaw = f[1]
    derived = {"Lowercase": "LOWER", "Uppercase": "UPPER", "XID_Start": "XID_START",
               "XID_Continue": "XID_CONTINUE", "Cased": "CASED",
               "Case_Ignorable": "CASE_IGNORABLE"}
    not_lower = [chars[c] for c in NOT_LOWER]
    for ch, f in each("DerivedCoreProperties.txt"):
        if f[1] in derived and not (f[1] in ("Lowercase", "Cased") and ch in not_lower):
            ch.flags |= FLAG[derived[f[1]]]
    quick = {"NFC_QC": 1, "NFD_QC": 2, "NFKC_QC": 4, "NFKD_QC": 8}
    for ch, f in each("DerivedNormalizationProps.txt"):
        ch.qc |= quick.get(f[1], 0)
    exclusions = set()
    for f in rows(path("DerivedNormalizationProps.txt")):
        if f[1] == "Full_Composition_Exclusion":
            exclusions.update(span(f[0]))
    linebreak = set()
    for f in rows(path("LineBreak.txt")):
        if f[1] in ("BK", "CR", "LF", "NL"):
            linebreak.update(span(f[0]))
    with bz2.open(path("Unihan_NumericValues.txt.bz2"), "rt", encoding="utf-8") as f:
        for line in f:
            m = re.match(r"U\+([0-9A-F]+)\t\w+\t([0-9]+)", line)
            if m and int(m[1], 16) in chars:
                chars[int(m[1], 16)].numeric = m[2]

    # Full case mappings. Conditional ones (a field of conditions) are the final sigma's and some
    # languages'; Python applies only the former, in code.
    for f in rows(path("SpecialCasing.txt")):
        if len(f) > 5 and f[4]:
            continue
        ch = chars.get(int(f[0], 16))
        if ch:
            for i, j in ((0, 1), (2, 2), (1, 3)):
                ch.ext[i] = [int(x, 16) for x in f[j].split()]
    for f in rows(path("CaseFolding.txt")):
        c = int(f[0], 16)
        if f[1] in "CF" and c in chars:
            chars[c].ext[3] = [int(x, 16) for x in f[2].split()]

    for c, ch in chars.items():
        g = ch.category
        flags = ch.flags
        if g in ("Lm", "Lt", "Lu", "Ll", "Lo"):
            flags |= FLAG["ALPHA"]
        if ch.decimal >= 0:
            flags |= FLAG["DECIMAL"]
        if ch.digit >= 0:
            flags |= FLAG["DIGIT"]
        if ch.numeric is not None:
            flags |= FLAG["NUMERIC"]
        if g == "Zs" or ch.bidi in ("WS", "B", "S"):
            flags |= FLAG["SPACE"]
        if g == "Lt":
            flags |= FLAG["TITLE"]
        if c == 0x20 or g not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"):
            flags |= FLAG["PRINTABLE"]
        if c in linebreak or ch.bidi == "B":
            flags |= FLAG["LINEBREAK"]
        if ch.mirrored:
            flags |= FLAG["MIRRORED"]
        if c in old:
            flags |= FLAG["IN_3_2"]
        ch.flags = flags
    return chars, exclusions


class Out:
    def __init__(self, path):
        self.path = path
        self.lines = ["/* Made by tools/gen_unicode.py from the Unicode character database. */"]

    def array(self, ctype, name, values, fmt=str):
        self.lines.append(f"static const {ctype} {name}[{len(values)}] = {{")
        line = "   "
        for v in values:
            item = " " + fmt(v) + ","
            if len(line) + len(item) > 110:
                self.lines.append(line)
                line = "   "
            line += item
        self.lines += [line, "};"]

    def define(self, name, value):
        self.lines.append(f"#define {name} {value}")

    def close(self):
        with open(self.path, "w", encoding="ascii") as f:
            f.write("\n".join(self.lines) + "\n")


def width(values):
    top = max(values)
    return "uint8_t" if top < 256 else "uint16_t" if top < 65536 else "uint32_t"


def two_stage(out, name, values):
    """Writes the best split of a table over all code points."""
    best = None
    for shift in range(4, 9):
        size = 1 << shift
        blocks = {}
        index = []
        for i in range(0, MAX, size):
            index.append(blocks.setdefault(tuple(values[i:i + size]), len(blocks)))
        cost = len(index) * (1 if len(blocks) <= 256 else 2) + len(blocks) * size * (
            1 if max(values) < 256 else 2)
        if best is None or cost < best[0]:
            best = cost, shift, index, blocks
    _, shift, index, blocks = best
    flat = [v for block in blocks for v in block]
    out.define(f"UC_{name.upper()}_SHIFT", shift)
    out.array(width(index), f"uc_{name}_index", index)
    out.array(width(flat), f"uc_{name}_data", flat)


def database(chars, exclusions, path):
    out = Out(path)
    records = {}
    cases = {(0, 0, 0, 0, 0, 0, 0): 0}
    ext = [0]
    numerics = {}
    # Python says "F" of unassigned characters.
    default = (0, 0, 0, 0, EAW.index("F"), -1, -1, 0, 0, 0)
    records[default] = 0
    table = [0] * MAX
    for c, ch in chars.items():
        # As Python does it, a character with a title mapping but no upper one keeps its own.
        upper = ch.upper if ch.upper is not None else c
        lower = ch.lower if ch.lower is not None else c
        title = ch.title if ch.title is not None else upper
        simple = [lower, upper, title]
        offsets = []
        for i in range(4):
            seq = ch.ext[i]
            if i == 3:
                plain = ch.ext[0] or [lower]
                seq = seq or [c]
            else:
                plain = [simple[i]]
            if seq is None or seq == plain:
                offsets.append(0)
            else:
                offsets.append(len(ext))
                ext.append(len(seq))
                ext.extend(seq)
        case = (lower - c, upper - c, title - c, *offsets)
        case_id = cases.setdefault(case, len(cases))
        num = 0
        if ch.numeric is not None:
            num = numerics.setdefault(ch.numeric, len(numerics) + 1)
        rec = (ch.flags, CATEGORIES.index(ch.category), BIDI.index(ch.bidi), ch.ccc,
               EAW.index(ch.eaw), ch.decimal, ch.digit, ch.qc, case_id, num)
        table[c] = records.setdefault(rec, len(records))
    row = lambda r: "{" + ",".join(map(str, r)) + "}"
    out.array("WfUcRecord", "uc_records", list(records), row)
    out.array("WfUcCase", "uc_cases", list(cases),
              lambda c: "{" + ",".join(map(str, c[:3])) + "," + row(c[3:]) + "}")
    out.array("uint32_t", "uc_case_ext", ext, hex)

    def number(text):
        num, _, den = text.partition("/")
        return f"{num}.0/{den}.0" if den else f"{num}.0"
    out.array("double", "uc_numerics", ["0"] + list(numerics), number)
    quote = lambda s: f'"{s}"'
    out.array("char *const", "uc_category_names", CATEGORIES, quote)
    out.array("char *const", "uc_bidi_names", BIDI, quote)
    out.array("char *const", "uc_eaw_names", EAW, quote)
    two_stage(out, "rec", table)

    # Decompositions: a header (tag << 8 | length), then the code points.
    tags = [""]
    data = [0]
    table = [0] * MAX
    pairs = []
    seen = {}
    for c, ch in sorted(chars.items()):
        if not ch.decomp:
            continue
        parts = ch.decomp.split()
        tag = parts.pop(0) if parts[0].startswith("<") else ""
        if tag not in tags:
            tags.append(tag)
        seq = [int(x, 16) for x in parts]
        entry = (tags.index(tag) << 8 | len(seq), *seq)
        if entry not in seen:
            seen[entry] = len(data)
            data.extend(entry)
        table[c] = seen[entry]
        if not tag and len(seq) == 2 and c not in exclusions:
            pairs.append((seq[0] << 32 | seq[1], c))
    pairs.sort()
    out.array("char *const", "uc_decomp_tags", tags, lambda s: f'"{s}"')
    out.array("uint32_t", "uc_decomp", data)
    two_stage(out, "decomp", table)
    out.define("UC_PAIRS", len(pairs))
    out.array("uint64_t", "uc_pair_keys", [p[0] for p in pairs])
    out.array("uint32_t", "uc_pair_values", [p[1] for p in pairs])
    out.close()


def fnv(text):
    h = 2166136261
    for b in text.encode("ascii"):
        h = (h ^ b) * 16777619 & 0xFFFFFFFF
    return h ^ h >> 15


def names(chars, ucd, path):
    """Names as strings of words from a lexicon, found by code point or through a hash table.

    Entries: characters in order of code point, then aliases, then named sequences. A word is one
    byte below ESC, or two: the frequent ones are short.
    """
    out = Out(path)
    entries = [(ch.name, [c]) for c, ch in sorted(chars.items())
               if ch.name and not ch.name.startswith("CJK UNIFIED IDEOGRAPH-")]
    n_chars = len(entries)
    for f in rows(os.path.join(ucd, "NameAliases.txt")):
        if int(f[0], 16) in chars and (int(f[0], 16), f[1]) not in NEW_ALIASES:
            entries.append((f[1], [int(f[0], 16)]))
    n_single = len(entries)
    for f in rows(os.path.join(ucd, "NamedSequences.txt")):
        seq = [int(x, 16) for x in f[1].split()]
        if all(c in chars for c in seq):
            entries.append((f[0], seq))

    # Words keep the separator before them: "LETTER" is " LETTER", "-A" is "-A".
    split = lambda name: re.findall(r"[ -]?[^ -]+|[ -]", name)
    count = {}
    for name, _ in entries:
        for w in split(name):
            count[w] = count.get(w, 0) + 1
    words = sorted(count, key=lambda w: (-count[w], w))
    # `short` one-byte words leave enough two-byte codes for all others.
    short = 256 - (len(words) // 256 + 1)
    while short + (256 - short) * 256 < len(words):
        short -= 1
    code = {}
    for i, w in enumerate(words):
        code[w] = [i] if i < short else [short + (i - short) // 256, (i - short) % 256]
    blob = []
    anchors = []
    for i, (name, _) in enumerate(entries):
        if i % 16 == 0:
            anchors.append(len(blob))
        body = [b for w in split(name) for b in code[w]]
        assert len(body) < 256 and len(name) < 128
        blob.append(len(body))
        blob.extend(body)
    out.define("UC_NAME_SHORT", short)
    out.define("UC_NAME_COUNT", len(entries))
    out.define("UC_NAME_CHARS", n_chars)
    out.define("UC_NAME_SINGLE", n_single)
    out.array("uint8_t", "uc_name_blob", blob)
    out.array("uint32_t", "uc_name_anchors", anchors)
    lexicon = bytearray()
    starts = []
    for w in words:
        starts.append(len(lexicon))
        lexicon += w.encode("ascii")
    starts.append(len(lexicon))
    out.array("uint32_t", "uc_word_starts", starts)
    out.array("uint8_t", "uc_lexicon", list(lexicon))

    runs = []
    for i, (_, seq) in enumerate(entries[:n_chars]):
        if not runs or seq[0] - runs[-1][0] != i - runs[-1][1]:
            runs.append((seq[0], i))
    out.define("UC_NAME_RUNS", len(runs))
    out.array("uint32_t", "uc_run_cp", [r[0] for r in runs])
    out.array("uint16_t", "uc_run_entry", [r[1] for r in runs] + [n_chars])
    out.array("uint32_t", "uc_alias_cp", [e[1][0] for e in entries[n_chars:n_single]])
    flat = []
    for _, seq in entries[n_single:]:
        assert len(seq) <= 4
        flat += seq + [0] * (4 - len(seq))
    out.array("uint32_t", "uc_sequences", flat)

    assert len(entries) < 0xFFFF
    size = 1 << 16
    slots = [0] * size
    for i, (name, _) in enumerate(entries):
        h = fnv(name) & (size - 1)
        while slots[h]:
            h = (h + 1) & (size - 1)
        slots[h] = i + 1
    out.array("uint16_t", "uc_name_hash", slots)
    out.close()


def main():
    _, ucd, db_path, names_path = sys.argv
    chars, exclusions = load(ucd)
    database(chars, exclusions, db_path)
    names(chars, ucd, names_path)


if __name__ == "__main__":
    main()
