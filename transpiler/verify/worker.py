"""A worker process: reads requests from its standard input, answers on its standard output.

What the programs print goes nowhere, and what they would read is empty.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import sysconfig
import traceback
from pathlib import Path
from pickle import PicklingError
from typing import IO, Any

from transpiler.verify.process import WorkerFailure, receive, send
from transpiler.verify.records import Program, TrainingRequest

_SIDES = {
    "keras2": "transpiler.verify.keras_side",
    "keras3": "transpiler.verify.keras_side",
    "torch": "transpiler.verify.torch_side",
}


def main(framework: str) -> None:
    """Answer requests until the standard input ends."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    if os.environ.get("TF2TORCH_VERIFY_LOG"):
        os.dup2(
            os.open(os.environ["TF2TORCH_VERIFY_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT), 2
        )
    side: Any = importlib.import_module(_SIDES[framework]).start(framework)
    gc.collect()
    gc.freeze()  # what a framework itself holds is not looked through after each program
    while True:
        try:
            request = receive(requests)
        except EOFError:
            return
        before = set(sys.modules)
        path = list(sys.path)
        own, around = _folders(request.program)
        sys.path[:] = [*own, *sys.path, *around]
        sys.argv[:] = [request.program.path or "program.py"]  # programs may read their options
        importlib.invalidate_caches()
        try:
            trains = isinstance(request, TrainingRequest)
            answer: Any = side.train(request) if trains else side.answer(request)
        except Exception:
            answer = WorkerFailure(traceback.format_exc())
        sys.path[:] = path
        _send(answers, answer)
        del answer
        _forget_modules(request.program, before)
        side.clear()


def _send(pipe: IO[bytes], answer: Any) -> None:
    try:
        send(pipe, answer)
    except (AttributeError, TypeError, PicklingError):  # a value of the program's own class
        send(pipe, WorkerFailure(traceback.format_exc()))


def _folders(program: Program) -> tuple[list[str], list[str]]:
    """The folder of a program, and that around it: programs in `notebooks/` add it to the path."""
    return ([program.root], [str(Path(program.root).parent)]) if program.root else ([], [])


def _forget_modules(program: Program, before: set[str]) -> None:
    """The next program imports its own modules, also where they have the same names."""
    installed = [Path(place).resolve() for place in {*sysconfig.get_paths().values()}]
    own, around = _folders(program)
    roots = [Path(folder).resolve() for folder in (*own, *around)]
    if roots and roots[0] in installed:  # others beside it can't all be read again
        roots = []
    others = [place for place in installed for root in roots if place.is_relative_to(root)]
    for name in set(sys.modules) - before:
        module = sys.modules[name]
        held = [getattr(module, "__file__", None), *(getattr(module, "__path__", None) or ())]
        places = [Path(place).resolve() for place in held if place]
        theirs = any(place.is_relative_to(root) for place in places for root in roots)
        packaged = any(place.is_relative_to(other) for place in places for other in others)
        if (theirs and not packaged) or name == (program.module or "__program__"):
            del sys.modules[name]


if __name__ == "__main__":
    main(sys.argv[1])
