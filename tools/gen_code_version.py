#!/usr/bin/env python3
"""gen_code_version.py - a number that changes with the instructions, the compiler or the layout of code units.

SPDX-License-Identifier: MIT

    gen_code_version.py OUT.inc SOURCE...

Code that another version has cached is made anew: the same source may give other instructions.
"""

import hashlib
import sys
from pathlib import Path

digest = hashlib.sha256()
for path in sorted(Path(name) for name in sys.argv[2:]):
    digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
Path(sys.argv[1]).write_text("0x%su\n" % digest.hexdigest()[:8])
