"""Engines to try the outer parts with, so that those tests say nothing about the real one.

They are functions of a module, because other processes must be able to find them.
"""

from __future__ import annotations

import os
import pathlib
import signal
import sys
import threading
import time

from transpiler.conversion import Conversion, ModelRecord
from transpiler.diagnostics import CLOSE_IDIOM, LEFT_TRAINING, Diagnostic
from transpiler.options import Options


def renaming(text: str, options: Options, path: str = "") -> Conversion:
    """Writes torch for keras, and nothing else."""
    new = text.replace("keras", "torch")
    model = ModelRecord("Net", "sequential", 1, "converted")
    return Conversion(new, (model,), changed=new != text)


def inserting(text: str, options: Options, path: str = "") -> Conversion:
    """Puts lines of its own around the first line that names keras."""
    lines = text.split("\n")
    at = next(i for i, line in enumerate(lines) if "keras" in line)
    lines[at : at + 1] = ["import torch", "", "from torch import nn"]
    return Conversion("\n".join(lines), changed=True)


def refusing(text: str, options: Options, path: str = "") -> Conversion:
    """Converts the file in part, and says what is left, not in order."""
    said: tuple[Diagnostic, ...] = (
        CLOSE_IDIOM.at(2, 1, "epsilon is added later"),
        LEFT_TRAINING.at(1, 8, "fit is left,\n100% as it was"),
    )
    return Conversion(text.replace("keras", "torch"), diagnostics=said, changed=True)


def echoing_options(text: str, options: Options, path: str = "") -> Conversion:
    """Writes its options into the file."""
    return Conversion(f"{text}# {options}\n", changed=True)


def silent(text: str, options: Options, path: str = "") -> Conversion:
    """Finds nothing to do."""
    return Conversion(text)


def raising(text: str, options: Options, path: str = "") -> Conversion:
    """Meets a case that it does not handle where the text says so."""
    if "raise" in text:
        raise KeyError("Conv7D")
    return renaming(text, options)


def leaving(text: str, options: Options, path: str = "") -> Conversion:
    """Tries to end the program."""
    raise SystemExit(3)


def recursing(text: str, options: Options, path: str = "") -> Conversion:
    """Never comes to an end."""
    return recursing(text, options)


def dying(text: str, options: Options, path: str = "") -> Conversion:
    """Takes its process along where the text says so."""
    if "die" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    return renaming(text, options)


def breaking(text: str, options: Options, path: str = "") -> Conversion:
    """Writes what is not Python."""
    return Conversion("x = (\n", changed=True)


def writing_strange_letters(text: str, options: Options, path: str = "") -> Conversion:
    """Writes a letter that few encodings have."""
    return Conversion(f"{text}# \u2192\n", changed=True)


def slow_for_the_first(text: str, options: Options, path: str = "") -> Conversion:
    """Takes longer for the files that come first."""
    time.sleep(0.2 if "first" in text else 0)
    return renaming(text, options)


def parsing(text: str, options: Options, path: str = "") -> Conversion:
    """Parses and prints, as any engine must."""
    import libcst

    try:
        return renaming(libcst.parse_module(text).code, options)
    except libcst.ParserSyntaxError as error:
        raise SyntaxError(error.message) from error


def compiling(text: str, options: Options, path: str = "") -> Conversion:
    """Raises SyntaxError as the real engine does, from Python's own parser."""
    compile(text, "<text>", "exec")
    return renaming(text, options)


def misparsing(text: str, options: Options, path: str = "") -> Conversion:
    """Trips over its own result."""
    raise SyntaxError("of the engine's own making")


def telling_stacks(text: str, options: Options, path: str = "") -> Conversion:
    """Writes down how deep it may go."""
    said = f"# {threading.stack_size()} {sys.getrecursionlimit()}\n"
    return Conversion(f"{text}{said}", changed=True)


def telling_processes(text: str, options: Options, path: str = "") -> Conversion:
    """Writes down which process it ran in."""
    return Conversion(f"{text}pid = {os.getpid()}\n", changed=True)


def reading_neighbours(text: str, options: Options, path: str = "") -> Conversion:
    """Looks at all other files, as the real engine does at those that a file imports."""
    files = sorted(pathlib.Path(path).parent.glob("*.py"))
    seen = sum("keras" in file.read_text() for file in files)
    return Conversion(text.replace("keras", "torch") + f"# {seen} seen\n", changed=True)


def announcing(text: str, options: Options, path: str = "") -> Conversion:
    """Says on standard output that it is at work, and takes its time, where the text says so."""
    if "slow" in text:
        time.sleep(0.2)
        os.write(1, b"at work\n")
        time.sleep(0.2)
    return renaming(text, options)
