"""What the other files of a project import of a file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from transpiler.regex import regex
from transpiler.source.discovery import Kind, find
from transpiler.source.ignored import is_repository, project_root
from transpiler.source.imported import locate, read_text, real_path, taken_texts, with_imported
from transpiler.source.lexical import imports_framework
from transpiler.source.remembered import remembered


def is_imported(path: str, mention: str) -> bool:
    """Whether another file of the project imports a file, and has what a pattern says in it."""
    return next(importing_files(path, mention), None) is not None


#: What a file says that trains models, or asks how well they do.
_TRAINS = r"\.(?:compile|fit|fit_generator|evaluate|train_on_batch|test_on_batch)\("


def training_files(path: str) -> Iterator[str]:
    """The other files of the project that import one, and train something.

    Also those that import what may do that for them, and those which import these: blocks are for
    a model, the model for a training, and what has been trained for who asks it.
    """
    yield from _training_files(path)


@remembered
def _training_files(path: str) -> list[str]:
    trains = re.compile(_TRAINS).search
    found, seen, pending = [], {real_path(path)}, [path]
    while pending:
        for other in importing_files(pending.pop(), r"\("):
            if other in seen:
                continue
            seen.add(other)
            text = read_text(other)
            if trains(text) or any(map(trains, taken_texts(text, other))):
                found.append(other)
            pending.append(other)
    return found


def words_beside_imports(path: str) -> set[str]:
    """The words of a file but for its imports."""
    return {word.decode() for word in _WORD.findall(_IMPORT.sub(b"", _read(path)))}


@lru_cache(maxsize=64)
def sees_training(path: str, other: str) -> bool:
    """Whether the conversion of one file surely knows that another one trains what it builds."""
    return os.path.realpath(other) in training_files(path)


def importing_files(path: str, mention: str) -> Iterator[str]:
    """The other files of the project that import one, and have what a pattern says in them.

    Also those that import the package whose `__init__` passes on what is in the file.
    """
    if path:
        yield from _importing_files(path, mention)


def importers_of_importers(path: str, mention: str) -> list[str]:
    """The files that import those which import a file, and so on, but not the file itself.

    What a class inherits from it is called by such a file, for instance.
    """
    direct = [*importing_files(path, "")] if path else []
    found: dict[str, None] = {}
    seen, pending = {real_path(path), *direct}, [*direct]
    while pending:
        more = [other for other in importing_files(pending.pop(), "") if other not in seen]
        seen.update(more)
        pending += more
        found |= dict.fromkeys(other for other in more if re.search(mention, read_text(other)))
    return [*found]


@remembered
def _importing_files(path: str, mention: str) -> dict[str, None]:
    return dict.fromkeys(_importers(path, re.compile(mention.encode()), set()))


def _importers(path: str, mentions: re.Pattern[bytes], seen: set[str]) -> Iterator[str]:
    """The same; `seen` are the packages that have been asked for."""
    real = real_path(path)
    folder, stem = os.path.dirname(real), os.path.splitext(os.path.basename(real))[0]
    if stem == "__init__":
        stem = os.path.basename(folder)
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    for other, text in _importing(real, stem, project_root(folder)):
        if mentions.search(text):
            yield other
        if os.path.basename(other) == "__init__.py" and other not in seen:
            seen.add(other)
            yield from _importers(other, mentions, seen)


@remembered
def _importing(real: str, stem: str, root: str) -> list[tuple[str, bytes]]:
    """The files that import one, and their texts."""
    word, by_word = stem.encode(), _by_word(root)
    near = by_word.get(word, {}).items()
    found = [other for other, statements in near if _may_mean(other, statements, word, real)]
    if os.path.basename(real) == "__init__.py":
        found += by_word.get(os.fsencode(os.path.dirname(real)), ())
    return [(other, _read(other)) for other in dict.fromkeys(found) if other != real]


def _may_mean(other: str, statements: list[bytes], word: bytes, real: str) -> bool:
    """Whether a file that imports something named so may mean the module of another file.

    `from keras import metrics` means another one than `from .metrics import iou`.
    """
    text = read_text(other)
    program, home = text if "sys.path" in text else "", os.path.dirname(other)
    for module in (module for each in statements for module in _modules(each, word)):
        if not module:
            return True  # by a value of that name
        place = locate(home, module, program)
        if place is not None and real_path(str(place)) == real:
            return True
        top = module.partition(".")[0]
        elsewhere = place is None and top and top not in _LIBRARIES
        if elsewhere and locate(home, top, program) is None:
            return True  # of a folder of which only Python knows where it is
    return False


def _modules(statement: bytes, word: bytes) -> Iterator[str]:
    """The modules with some name that a statement may import, or of which it imports others.

    An empty one stands for what only the running program knows.
    """
    if _IMPORT.match(statement) is None:
        yield ""
        return
    found = _FROM.match(statement)
    dotted = _DOTTED.findall(statement) if found is None else [found.group(1)]
    for parts in (name.split(b".") for name in dotted):
        if word in parts:
            yield b".".join(parts[: parts.index(word) + 1]).decode()
    if found is not None and word in _WORD.findall(statement, found.end()):
        package = found.group(1).decode()
        yield package + ("" if package.endswith(".") else ".") + word.decode()


#: Packages of others, of which no module is one of the project.
_LIBRARIES = sys.stdlib_module_names | {
    "keras", "tensorflow", "tf_keras", "sklearn", "numpy", "scipy", "pandas", "matplotlib",
    "seaborn", "skimage", "torch", "torchvision", "transformers", "datasets", "cv2", "PIL",
}  # fmt: skip
_IMPORT = regex(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\((?:[^)#]|#[^\n]*)*\)|[^\n]+)"
    rb"|import\b[^\n]*)",
    re.MULTILINE,
)
_FROM = regex(rb"[ \t]*from[ \t]+([\w.]+)[ \t]+import\b")
_DOTTED = regex(rb"[\w.]+")
#: Modules that are named by a value, and files that notebooks run.
_LOADED = regex(rb"import_module\([^()\n]*|^[ \t]*%run\b[^\n]*", re.MULTILINE)
_WORD = regex(rb"\w+")
#: An import from a package itself, as the dots tell.
_OF_PACKAGE = regex(rb"[ \t]*from[ \t]+\.(\.*)[ \t]+import\b")
#: Where lines of code may begin and end in the file of a notebook.
_ENDS = regex(rb"\\n|\"")


@lru_cache(maxsize=16)
def _by_word(root: str) -> dict[bytes, dict[str, list[bytes]]]:
    """The files of a project, and their imports, by the words in these: read once for one run.

    Those that import from a package by dots alone are known by its folder.
    """
    found: dict[bytes, dict[str, list[bytes]]] = {}
    for path in map(os.path.realpath, _code_files(root)):
        for statement in _imports_of(path):
            for word in {*_WORD.findall(statement)}:
                found.setdefault(word, {}).setdefault(path, []).append(statement)
            if dots := _OF_PACKAGE.match(statement):
                folder = os.path.join(os.path.dirname(path), *[".."] * len(dots.group(1)))
                package = os.fsencode(os.path.normpath(folder))
                found.setdefault(package, {}).setdefault(path, []).append(statement)
    return found


def _imports_of(path: str) -> list[bytes]:
    """The statements of a file that import something, and calls that do by a value's name."""
    text = _read(path)
    if path.endswith(".ipynb"):
        text = _ENDS.sub(b"\n", text)
    if b"\\" in text:
        text = _CONTINUED.sub(b" ", text)
    statements = [_COMMENT.sub(b"", each) for each in _IMPORT.findall(text)]
    if b"import_module(" in text or b"%run" in text:
        statements += _LOADED.findall(text)
    return statements


_CONTINUED = regex(rb"\\\r?\n")
_COMMENT = regex(rb"#[^\n]*")


@remembered
def files_of_framework(root: str) -> list[str]:
    """The files of a project that are about the framework."""
    paths = map(os.path.realpath, _code_files(root))
    return [path for path in paths if _FRAMEWORK.search(_read(path))]


_FRAMEWORK = regex(rb"keras|tensorflow")


@remembered
def files_saving_models(root: str) -> list[str]:
    """The modules of a project that may save a model, or anything else."""
    paths = map(os.path.realpath, _code_files(root))
    return [path for path in paths if path.endswith(".py") and _SAVES.search(_read(path))]


_SAVES = regex(rb"\.save\(|save_model\(|ModelCheckpoint\(")


def may_have_framework(path: str) -> bool:
    """Whether the project of a file may import the framework anywhere: not all have a root."""
    root = project_root(os.path.dirname(real_path(path)))
    return not is_repository(root) or _has_framework(root)


@lru_cache(maxsize=16)
def _has_framework(root: str) -> bool:
    """Whether some file of a project imports the framework, or a notebook has a word of it."""
    return any(
        path.endswith(".ipynb") or imports_framework(_read(path).decode(errors="replace"))
        for path in files_of_framework(root)
    )


def others_mentioning(path: str, text: str) -> list[tuple[str, str]]:
    """The other files near a file in which a name of a file of weights stands, and their texts.

    Near is what is in the same folder, in folders of it, or in those that it is in.
    """
    quoted = [f"{quote}{text}{quote}" for quote in "\"'"]
    return [(other, said) for other, said in _near(path) if any(one in said for one in quoted)]


def beside(path: str) -> list[str]:
    """The texts of the other files in the folder of one that speak of files of weights."""
    home = os.path.dirname(real_path(path))
    return [said for other, said in _near(path) if os.path.dirname(other) == home]


def _near(path: str) -> list[tuple[str, str]]:
    """The other files near one that speak of files of weights."""
    if not path:
        return []
    real = real_path(path)
    home = _outside_of_packages(real)
    found: list[tuple[str, str]] = []
    for other, said in _with_weights(project_root(home)):
        if other != real:
            folder = _outside_of_packages(other)
            if folder.startswith(home) or home.startswith(folder):
                found.append((other, said))
    return found


def _outside_of_packages(path: str) -> str:
    """The folder, with a slash at its end, of a file or of the package that it is in."""
    folder = os.path.dirname(path)
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    return os.path.join(folder, "")


@lru_cache(maxsize=16)
def _with_weights(root: str) -> list[tuple[str, str]]:
    """The files of a project that speak of files of weights, and their texts."""
    found: list[tuple[str, str]] = []
    for path in map(os.path.realpath, _code_files(root)):
        data = _read(path)
        if _WEIGHTS.search(data):
            text = data.decode(errors="replace")
            if path.endswith(".ipynb"):
                from transpiler.source.notebook import program_of  # most runs meet none

                text = program_of(text, path)
            found.append((path, text))
    return found


_WEIGHTS = regex(rb"\.(?:h5|hdf5|keras|ckpt|tf)\\?[\"']")
#: How many entries of folders are looked at where no repository says what belongs to a project.
_MOST = 2000


def _code_files(root: str) -> Iterator[str]:
    """The files of code in a repository; else those in a folder, and in the folders in that."""
    if is_repository(root):
        yield from (found.path for found in find([root]) if found.kind is Kind.PYTHON)
        return
    pending, left = [(root, 0)], _MOST
    while pending:
        folder, depth = pending.pop(0)
        try:
            with os.scandir(folder) as entries:
                inside = sorted(islice(entries, left), key=lambda entry: entry.name)
        except OSError:
            continue
        left -= len(inside)
        yield from (e.path for e in inside if e.name.endswith((".py", ".ipynb")) and e.is_file())
        if depth < _DEEPEST:
            inner = (e for e in inside if e.name[0] not in "._" and not e.is_symlink())
            pending += [(e.path, depth + 1) for e in inner if e.is_dir()]


_DEEPEST = 2


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def texts_around(path: str) -> list[str]:
    """The texts of all other files of which a file may have something, through whichever others.

    Those that import it may give it what they have from others.
    """
    found: dict[str, str] = {}
    for place in (path, *importing_files(path, r"\w")):
        for other, text in with_imported(place):
            found.setdefault(real_path(other), text)
    found.pop(real_path(path), None)
    return [*found.values()]
