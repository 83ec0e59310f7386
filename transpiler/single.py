"""One file from bytes to bytes: everything that can go wrong becomes a diagnostic of that file."""

from __future__ import annotations

import gc
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import TypeAlias

from transpiler.conversion import Conversion
from transpiler.diagnostics import INTERNAL, SYNTAX, UNREADABLE, UNWRITABLE, Diagnostic
from transpiler.options import Options
from transpiler.outcome import Job, Outcome, Result
from transpiler.output.write import ChangedMeanwhile, put_file, replace_file
from transpiler.record import replace
from transpiler.source.files import Source, Undecodable, decode, names_framework, skips_file
from transpiler.source.nesting import too_deep
from transpiler.source.syntax import compiles, parser_problem, syntax_problem

#: What turns a text, under options, into another; the third argument is the path of the file, or
#: nothing. It must be picklable: other processes run it.
Converter: TypeAlias = Callable[[str, Options, str], Conversion]

_STACK = 256 * 2**20  #: bytes of address space for the parser; memory is taken only as it is used
_RECURSION = 50_000


def engine(text: str, options: Options, path: str) -> Conversion:
    """The converter proper; LibCST is loaded at the first file that needs it."""
    from transpiler.pipeline import convert

    return convert(text, options, path)


def read(path: str) -> bytes:
    """The bytes of a file."""
    with open(path, "rb") as file:
        return file.read()


def convert_path(path: str, options: Options, converter: Converter = engine) -> Result:
    """Read and convert one file; writes nothing, and never raises."""
    try:
        data = read(path)
    except OSError as error:
        return unreadable(error)
    return convert_bytes(data, options, converter, path)


def finish(job: Job, result: Result) -> Outcome:
    """Write a result where the job says; what is written is complete or not there at all."""
    conversion, old, new = result.conversion, result.old, result.new
    try:
        if not result.unread:
            _write(job, old, new)
    except ChangedMeanwhile:
        message = "the file changed on disk while it was being converted; run again"
        conversion, new = failed(UNWRITABLE.at(1, 1, message)), old
    except OSError as error:
        message = f"the result can't be written: {error.strerror or error}"
        conversion, new = failed(UNWRITABLE.at(1, 1, message)), old
    kept = (old, new) if job.keep else (b"", b"")
    found = (conversion.status, conversion.models, conversion.diagnostics)
    return Outcome(job.path, *found, new != old, *kept)


def unreadable(error: OSError) -> Result:
    """What there is to say of a file that the system does not give out."""
    message = f"the file can't be read: {error.strerror or error}"
    return Result(failed(UNREADABLE.at(1, 1, message)), unread=True)


def convert_bytes(
    data: bytes, options: Options, converter: Converter = engine, path: str = ""
) -> Result:
    """What the engine makes of a file's bytes."""
    if not names_framework(data, path):
        return Result(Conversion(""), data, data)
    try:
        source = decode(data)
    except Undecodable as why:
        return Result(failed(UNREADABLE.at(why.line, 1, str(why))), data, data)
    if skips_file(source):
        return Result(Conversion(source.text), data, data)

    def convert(text: str) -> Conversion:
        return _convert_text(text, lambda: converter(text, options, path))

    if path.endswith(".ipynb"):
        from transpiler.notebooks import convert_notebook

        conversion = convert_notebook(source.text, convert)
    else:
        conversion = convert(source.text)
    if not conversion.changed or conversion.status == "failed":
        return Result(conversion, data, data)
    return _encoded(source, conversion, data)


def _convert_text(text: str, convert: Callable[[], Conversion]) -> Conversion:
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return failed(SYNTAX.at(line, 1, "the file holds a null byte"))
    if reason := too_deep(text):
        return failed(SYNTAX.at(1, 1, f"the code can't be parsed: {reason}"))
    conversion = _with_deep_stack(convert)
    if isinstance(conversion, BaseException):
        return failed(_diagnose(text, conversion))
    if conversion.changed and not compiles(conversion.text) and compiles(text):
        return failed(_broken_result(conversion.text))
    return conversion


def _encoded(source: Source, conversion: Conversion, data: bytes) -> Result:
    try:
        new = source.encode(conversion.text)
    except UnicodeEncodeError as error:
        letter = error.object[error.start]
        message = f"{letter!r} can't be written in the file's encoding, {source.encoding}"
        return Result(failed(UNWRITABLE.at(1, 1, message)), data, data)
    return Result(replace(conversion, changed=new != data), data, new)


def _write(job: Job, old: bytes, new: bytes) -> None:
    if job.target == job.path:
        if new != old:
            replace_file(job.path, old, new)
    elif job.target:
        put_file(job.target, new, like=job.path)


def _with_deep_stack(call: Callable[[], Conversion]) -> Conversion | BaseException:
    """Run in a thread of its own, whose stack is deep enough for all that `too_deep` lets pass."""
    results: list[Conversion | BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:
            results.append(error)

    with _deep():
        thread = threading.Thread(target=run, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no memory for such a stack: the usual one must do
            run()
        else:
            thread.join()
    return results[0]


@contextmanager
def _deep() -> Iterator[None]:
    recursion, stack = sys.getrecursionlimit(), threading.stack_size()
    collecting = gc.isenabled()
    gc.disable()  # a tree has no cycles: looking for some costs a quarter of the parser's time
    with suppress(ValueError, RuntimeError):  # a system that can't: the usual stack must do
        threading.stack_size(_STACK)
    sys.setrecursionlimit(max(recursion, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(recursion)
        threading.stack_size(stack)
        if collecting:
            _keep_what_is_loaded()
            gc.enable()


@cache
def _keep_what_is_loaded() -> None:
    """What the first file made the process load stays: it is not looked through for garbage."""
    gc.freeze()


def _diagnose(text: str, error: BaseException) -> Diagnostic:
    """What an exception of the engine means for the user: a faulty file, or a faulty engine."""
    faulty = isinstance(error, SyntaxError) or type(error).__name__ == "ParserSyntaxError"
    if faulty and (refused := parser_problem(text)):
        problem = syntax_problem(text) or refused
        return SYNTAX.at(problem.line, problem.column, problem.message)
    frame = traceback.extract_tb(error.__traceback__, limit=-1)[-1]
    place = f"{frame.filename.replace(chr(92), '/').rsplit('/', 1)[-1]}:{frame.lineno}"
    message = f"internal error, the file is unchanged: {type(error).__name__}: {error} ({place})"
    return INTERNAL.at(1, 1, message)


def _broken_result(text: str) -> Diagnostic:
    problem = syntax_problem(text)
    said = f"{problem.message}, line {problem.line} of it" if problem else "it does not compile"
    return INTERNAL.at(1, 1, f"internal error, the file is unchanged: bad result ({said})")


def failed(diagnostic: Diagnostic) -> Conversion:
    """A file of which nothing could be made."""
    return Conversion("", diagnostics=(diagnostic,))
