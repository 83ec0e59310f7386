"""What files of weights are called: torch's have an ending of their own."""

from __future__ import annotations

import re

from transpiler.interpret.context import FileContext
from transpiler.ir.expr import literal
from transpiler.regex import regex
from transpiler.source.importers import beside, others_mentioning
from transpiler.source.near import near

_SUFFIX = regex(r"(\.weights)?\.(h5|hdf5|keras|ckpt|tf)$")
#: A path that is written where it is used, without places to be filled.
_LITERAL = regex(r"([\"'])([^\"'{}]*)\1")
#: What stands before the path of a call whose file becomes torch's.
_SAVES = regex(
    r"(?:(?:\.save|save_weights|load_weights|load_model|ModelCheckpoint)\("
    r"|(?<!def )\bsave_model\(\s*[\w.]+\s*,)\s*(?:filepath\s*=\s*)?$"
)
#: What stands before the path of a file that is read.
_LOADS = regex(r"load_(?:weights|model)\(\s*(?:filepath\s*=\s*)?$")
#: A string that ends like a file of weights; what stands around it says if it is a whole path.
_ENDING = regex(r"(?<![\w\"'])([a-zA-Z]*)([\"'])((?:(?!\2)[^\n])*)\2(?=(\s*[,)])?)")

#: What of a string says that files are sought by it: only an ending, or a pattern.
_SOUGHT = regex(r"(?:\.\w+)+|.*[*?\\].*")
#: A place to be filled: `"w.%02d.h5" % epoch`, `"w.{}.h5".format(epoch)`.
_FIELD = regex(r"%[\d.(]*\w|\{[^{}]*\}")
#: What stands before the parts of a path that is read, put together in that call.
_READ = regex(r"load_(?:weights|model)\([^\n]*$")

_NEAR = 100  #: how far before a path its call may begin


def weights_path(file: FileContext, text: str) -> str:
    """The source of a path of torch's file, for that of Keras's."""
    path = _LITERAL.fullmatch(text)
    return literal(weights_file(file, path.group(2))) if path is not None else text


def weights_file(file: FileContext, path: str) -> str:
    """The name of torch's file; Keras's, where something else asks for it by name.

    `os.path.exists("model.h5")` would not find "model.pt", nor would `glob.glob("*.h5")`. So it is
    where two of Keras's files would have the same name. All files of a project must agree.
    """
    places = [(file.path, file.tree.text), *others_mentioning(file.path, path)]
    if any(_keeps(text, path) for _, text in places):
        return path
    around = [text for place in places for text in _around(*place)]
    is_read = all(_is_read(text, path) for _, text in places)
    if any(_seeks(text, path) or (is_read and _computes(text, path)) for text in around):
        return path
    return _SUFFIX.sub("", path) + ".pt"


def _around(path: str, text: str) -> list[str]:
    """What is in the modules that go with one, and in the other scripts of its folder."""
    return [*near(text, path).values(), *beside(path)] if path else []


def _keeps(text: str, path: str) -> bool:
    """Whether a program needs the name of a file as it is."""
    places = _mentions(text, path)
    if not all(_stands_after(_SAVES, text, start) for start in places):
        return True
    if _is_read(text, path) and _computes(text, path):
        return True
    return not places or _seeks(text, path) or _is_taken(text, path)


def _is_read(text: str, path: str) -> bool:
    """Whether wherever a program names a file, it reads that."""
    return all(_stands_after(_LOADS, text, start) for start in _mentions(text, path))


def _mentions(text: str, path: str) -> list[int]:
    return [m.start() for m in re.finditer(rf"([\"']){re.escape(path)}\1", text)]


def _is_taken(text: str, path: str) -> bool:
    """Whether another file would get the same name: `a.keras` and `a.weights.h5`."""
    stem = _SUFFIX.sub("", path)
    others = (found[3] for found in _ENDING.finditer(text) if found[3] != path)
    return any(_SUFFIX.search(other) and _SUFFIX.sub("", other) == stem for other in others)


def _seeks(text: str, path: str) -> bool:
    """Whether the program looks for files with its ending, or puts its path together."""
    suffix = _SUFFIX.search(path)
    if suffix is None:
        return False
    ending = f".{suffix.group(2)}"
    for found in _ENDING.finditer(text):
        said = found[3].rstrip("$")
        if not said.endswith(ending):
            continue
        if _SOUGHT.fullmatch(said) is not None:
            return True
        whole = not found[1] and found[4] and _stands_after(_SAVES, text, found.start())
        if not whole and path.endswith(said) and _stands_after(_READ, text, found.start()):
            return True
        filled = "f" in found[1].lower() or (not found[4] and _FIELD.search(said))
        if filled and _stands_after(_LOADS, text, found.start()):
            return True
    return False


def _stands_after(before: re.Pattern[str], text: str, start: int) -> bool:
    return before.search(text, max(0, start - _NEAR), start) is not None


def _computes(text: str, path: str) -> bool:
    """Whether the program puts paths with the ending of this one together, and it may be one."""
    suffix = _SUFFIX.search(path)
    if suffix is None:
        return False
    return any(
        found[3].endswith(suffix.group())
        and (found[1] or not found[4] or not _stands_after(_SAVES, text, found.start()))
        for found in _ENDING.finditer(text)
    )
