"""Imports of a converted file: what it needs comes, what nobody reads any more goes."""

from __future__ import annotations

import re
import sys
from collections.abc import Set
from functools import cache
from itertools import takewhile

import libcst as cst

from transpiler.emit.dead_imports import (
    bound_names,
    brought,
    candidates,
    import_lines,
    import_spans,
    orphans,
    plain_imports,
    read_elsewhere,
)
from transpiler.emit.edits import Edit, apply, tidied
from transpiler.emit.import_names import ImportNames
from transpiler.emit.text import global_reads, read_at_once
from transpiler.interpret.context import FileContext
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.values import Framework
from transpiler.regex import regex
from transpiler.registry import load_rules
from transpiler.source.lexical import blanked, may_be_bound, names_in, words_in
from transpiler.source.suites import is_bare_name, is_docstring
from transpiler.source.tree import Tree

_ORDER = ("import torch", "from torch import nn", "from torch.nn import functional as F")
_DISTRIBUTED = (
    "import torch.distributed as dist",
    "from torch.nn.parallel import DistributedDataParallel",
)
_AVERAGED = "from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn"


def _standing_alone(code: str) -> re.Pattern[str]:
    """Finds some code that is no part of a longer name.

    What may not stand before it is asked last: asked first, it would be asked at each character.
    """
    return regex(rf"{code}(?<![\w.]{code})")


#: What in some text asks for an import.
_USES = {
    "import math": _standing_alone(r"math\."),
    _ORDER[0]: _standing_alone(r"torch\."),
    _DISTRIBUTED[0]: _standing_alone(r"dist\."),
    _ORDER[1]: _standing_alone(r"nn\."),
    _ORDER[2]: _standing_alone(r"F\."),
    _DISTRIBUTED[1]: _standing_alone(r"DistributedDataParallel\("),
    _AVERAGED: _standing_alone(r"AveragedModel\("),
    "from torch.utils.tensorboard import SummaryWriter": _standing_alone(r"SummaryWriter\("),
    "from tqdm import tqdm": _standing_alone(r"tqdm\("),
}


#: What is said of code that stays needs no import.
REMARK = regex(r"^ *# TODO\(tf2torch\).*\n", re.M)


def without_unread(file: FileContext, edits: list[Edit]) -> str:
    """The text of a file in which little else changes, without what it imports and never reads.

    Settings that were copied with the head of a script would still ask for the framework.
    """
    text, gone = file.tree.text, edits
    if "__all__" not in text and any(c.framework for c in candidates(file, [])):
        named = ImportNames(file, known_imports())
        gone = [*edits, *(e for e in import_edits(file, edits, set(), set(), named) if not e.text)]
    return tidied(text, apply(text, gone)) if gone else text


def _is_taken_over(file: FileContext, code: str, name: str) -> bool:
    """Whether a module reads only what it has itself put in the place of a name of the framework.

    from keras.losses import *
    from sklearn.metrics import mean_squared_error          # or: average = scores.mean()
    """
    if name not in file.tree.words or isinstance(file.globals.get(name), Framework):
        return False
    imports = (n for s in plain_imports(file.tree) for n in s.body)
    imported = {n for one in imports for n in _names_of(one)}
    first = re.search(rf"(?<![\w.]){name}\b(?P<bound>\s*=(?!=))?", code)
    defined = re.search(rf"^(?:def|class) {name}\b", code, re.M)
    begins = first is not None and (first["bound"] or (defined and defined.end() == first.end()))
    return not imported.isdisjoint({name, "*"}) or bool(begins)


def _names_of(node: cst.BaseSmallStatement) -> set[str]:
    """The names that an import binds; "*" of all that there are."""
    if not isinstance(node, (cst.Import, cst.ImportFrom)):
        return set()
    return {name for name, _ in bound_names(node)} or {"*"}


def import_edits(
    file: FileContext, edits: list[Edit], helpers: set[str], made: set[str], named: ImportNames
) -> list[Edit]:
    """The edits that put the imports of a converted file right.

    What the new text reads outside of its imports is alive; going backwards, so is what a live
    import, or a live alias such as `layers = tf.keras.layers`, reads in turn.
    """
    tree = file.tree
    found = candidates(file, edits)
    rest = REMARK.sub("", apply(tree.text, [*edits, *import_spans(file, edits)]))
    imports = [Edit(*import_lines(tree, s), "") for s in plain_imports(tree)]
    left = apply(tree.text, [*edits, *import_spans(file, edits), *imports])
    code = blanked(left)
    used = names_in(code) - made
    used |= {name for name, reader in read_elsewhere(file).items() if reader}
    local: set[str] = set()  #: what only functions read, as variables of their own
    asked = {n for c in found if c.framework for n in c.brought(file) & used}
    if any(may_be_bound(name, code) for name in asked):
        local = used - global_reads(left)
    local |= {name for name in asked if _is_taken_over(file, code, name)}
    removals: list[Edit] = []
    spot: int | None = None
    dead_tests: set[str] = set()
    for candidate in reversed(found):
        kept = candidate.kept(file, used - local if candidate.framework else used)
        if kept is None:
            continue
        spans, reads = kept
        used |= reads
        local -= reads
        removals += [Edit(start, end, "") for start, end in spans]
        if spans and candidate.framework:
            spot = tree.line_start(tree.span(candidate.statement)[0])
        if spans and not reads and isinstance(candidate.statement, cst.If):
            dead_tests |= words_in(tree.source(candidate.statement.test))
    removals += orphans(file, edits, used, dead_tests)
    removals += brought(file, used)
    present = _present(tree)
    needed = _needed(rest, present.keys() | named.renamed.keys())
    for name in sorted(helpers):
        emitted = file.rules.emitted.get(name)
        for line in emitted.imported(rest) if emitted is not None else ():
            if line not in needed and line not in _ORDER:
                needed.insert(0, line)
    for line in _late(tree, present):
        if _is_late(tree, edits, line, present[line]):
            del present[line]
    for line in _behind_code(tree, present, needed):
        end = present[line]
        before = apply(tree.text[:end], [e for e in edits if e.end <= end])
        if line.split()[-1] in read_at_once(before):
            del present[line]
    missing = [line for line in named.kept(needed) if line not in present]
    missing += named.needed(rest)
    brought_too = [line for line in file.brought_imports if line.split()[-1] in used]
    known = {*present, *_found_by_use()} if brought_too else set[str]()
    missing += [line for line in brought_too if line not in known]
    if spot is None:
        spot = _after_docstring(tree)
        spot = spot if any(c.framework for c in found) else _raised(tree, spot)
    else:
        spot = _raised(tree, spot)
    python = [line for use, line in _OF_PYTHON if use.search(rest) and line not in present]
    python = named.kept(python)
    python += [line for line in missing if line.split()[1] in sys.stdlib_module_names]
    removals += _python_imports(tree, _merged(python))
    own = {n for n in brought_too if n not in known_imports() and not _THIRD_PARTY & words_in(n)}
    others = [line for line in missing if line not in python]
    others.sort(key=lambda line: (line in own, *_isort_key(line)))
    block = "".join(f"{line}\n" for line in others)
    if block:
        removals.append(Edit(spot, spot, block))
    return removals


def _merged(lines: list[str]) -> list[str]:
    """`from itertools import count` and `from itertools import islice` as one."""
    names: dict[str, set[str]] = {}
    for line in lines:
        module, found, name = line.partition(" import ")
        names.setdefault(module, set()).update([name] if found else ())
    return [f"{m} import {', '.join(sorted(n))}" if n else m for m, n in names.items()]


def _present(tree: Tree) -> dict[str, int]:
    """The imports of the module, each as a line of its own, and where they are."""
    found: dict[str, int] = {}
    for statement in tree.module.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, (cst.Import, cst.ImportFrom)):
                for line in _single_lines(tree, small):
                    found.setdefault(line, tree.span(statement)[0])
    return found


def _single_lines(tree: Tree, node: cst.Import | cst.ImportFrom) -> list[str]:
    """`import os, sys` as `import os` and `import sys`."""
    if isinstance(node.names, cst.ImportStar):
        return []
    start = "import"
    if isinstance(node, cst.ImportFrom):
        start = f"from {'.' * len(node.relative)}{dotted(node.module)} import"
    return [f"{start} {tree.source(alias).rstrip(' ,')}" for alias in node.names]


def _late(tree: Tree, present: dict[str, int]) -> list[str]:
    """What the program imports behind other statements, of what emitted code may need."""
    leading = _leading_imports(tree)
    end = tree.span(leading[-1])[1] if leading else 0
    wanted = dict.fromkeys(line for _, line in _OF_PYTHON)  # several uses may ask for one
    return [line for line in wanted if present.get(line, 0) > end]


def _behind_code(tree: Tree, present: dict[str, int], needed: list[str]) -> list[str]:
    """The imports that emitted code needs, and that the program has behind other statements."""
    held = [line for line in needed if line in present]
    leading = _leading_imports(tree) if held else []
    return [line for line in held if not leading or present[line] > tree.span(leading[-1])[1]]


def _is_late(tree: Tree, edits: list[Edit], line: str, end: int) -> bool:
    """Whether emitted code needs an import before the program has it."""
    before = apply(tree.text[:end], [e for e in edits if e.end <= end])
    return any(use.search(before) for use, needed in _OF_PYTHON if needed == line)


def _python_imports(tree: Tree, wanted: list[str]) -> list[Edit]:
    """The imports of Python's own library that are missing, each where isort has it."""
    if not wanted:
        return []
    wanted = sorted(wanted, key=_isort_key)
    imports = _leading_imports(tree)
    own = list(takewhile(lambda s: _of_python(s.body[0]), imports))
    if not own:
        spot = tree.line_start(tree.span(imports[0])[0]) if imports else _after_docstring(tree)
        return [Edit(spot, spot, "".join(f"{line}\n" for line in wanted) + "\n")]
    found: list[Edit] = []
    for line in wanted:
        later = (s for s in own if _isort_key(tree.source(s)) > _isort_key(line))
        following = next(later, None)
        if following is not None:
            spot = tree.line_start(tree.span(following)[0])
        else:
            spot = tree.line_end(tree.span(own[-1])[1] - 1)
        found.append(Edit(spot, spot, f"{line}\n"))
    return found


def _isort_key(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line.split()[1].lower()


def _leading_imports(tree: Tree) -> list[cst.SimpleStatementLine]:
    """The imports at the start of the file, before any other statement."""
    found: list[cst.SimpleStatementLine] = []
    for statement in tree.module.body:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(small, (cst.Import, cst.ImportFrom)):
            assert isinstance(statement, cst.SimpleStatementLine)
            if "__future__" not in tree.source(statement):
                found.append(statement)
        elif not is_docstring(statement) and not is_bare_name(statement):
            break
    return found


def _raised(tree: Tree, spot: int) -> int:
    """The place for torch's imports: not in the middle of the file if there are imports above."""
    imports = _leading_imports(tree)
    if not imports or spot <= tree.span(imports[-1])[0]:
        return spot
    theirs = [s for s in imports if _is_third_party(s.body[0])]
    return tree.line_end(tree.span(theirs[-1])[1] - 1) if theirs else spot


def _is_third_party(node: cst.CSTNode) -> bool:
    """Whether an import is of one of the packages that programs around models use."""
    if isinstance(node, cst.Import):
        return any(dotted(a.name).partition(".")[0] in _THIRD_PARTY for a in node.names)
    if isinstance(node, cst.ImportFrom) and node.module is not None and not node.relative:
        return dotted(node.module).partition(".")[0] in _THIRD_PARTY
    return False


_THIRD_PARTY = frozenset(
    {"numpy", "pandas", "matplotlib", "scipy", "sklearn", "cv2", "PIL", "tqdm", "h5py", "skimage"}
)


def _of_python(node: cst.CSTNode) -> bool:
    """Whether an import is of Python's own library."""
    if isinstance(node, cst.Import):
        return all(dotted(a.name).split(".")[0] in sys.stdlib_module_names for a in node.names)
    if isinstance(node, cst.ImportFrom) and node.module is not None and not node.relative:
        return dotted(node.module).split(".")[0] in sys.stdlib_module_names
    return False


def names_of_python(tree: Tree) -> set[str]:
    """The names that a module imports of Python's own library."""
    small = [s.body[0] for s in plain_imports(tree)]
    own = [n for n in small if isinstance(n, (cst.Import, cst.ImportFrom)) and _of_python(n)]
    return {name for node in own for name, _ in bound_names(node)}


_DATA = "from torch.utils.data"
#: What it has: what is called, and what classes are made of. One by one: a search for what begins
#: with a letter of its own passes over all else at once.
_OF_DATA = {
    **{
        name: _standing_alone(rf"{name}\(")
        for name in (
            *("ConcatDataset", "DataLoader", "DistributedSampler", "StackDataset", "Subset"),
            "TensorDataset",
        )
    },
    **{name: regex(rf"\({name}\):") for name in ("Dataset", "IterableDataset", "Sampler")},
}


_IMPORT_LINES = regex(r"^(?:from|import) .*$", re.M)


def _needed(text: str, had: Set[str]) -> list[str]:
    """The imports of torch that the code reads; of data sets, without what the program had."""
    text = _IMPORT_LINES.sub("", text)
    found = [line for line, use in _USES.items() if use.search(text)]
    of_data = (n for n in _OF_DATA if n not in had and f"{_DATA} import {n}" not in had)
    if data := sorted(name for name in of_data if _OF_DATA[name].search(text)):
        before = sum(line in (*_ORDER, *_DISTRIBUTED, _AVERAGED) for line in found)
        found.insert(before, f"{_DATA} import {', '.join(data)}")
    return found


def _found_by_use() -> list[str]:
    """The lines that come where some text asks for them, whatever has written it."""
    lines = [*_USES, *(f"{_DATA} import {name}" for name in _OF_DATA)]
    return [*lines, *(line for _, line in _OF_PYTHON)]


@cache
def known_imports() -> tuple[str, ...]:
    """All lines with which emitted code imports something, in whichever file."""
    lines = _found_by_use()
    lines += [line for one in load_rules().emitted.values() for line in one.imports]
    return tuple(dict.fromkeys(lines))


#: What it needs of Python's own library, which stands before all else.
_OF_PYTHON = (
    (_standing_alone(r"bisect\.bisect_left\("), "import bisect"),
    (_standing_alone(r"copy\.deepcopy\("), "import copy"),
    (_standing_alone(r"csv\.writer\("), "import csv"),
    (_standing_alone(r"operator\.(?:gt|lt)\b"), "import operator"),
    (_standing_alone(r"os\.path\."), "import os"),
    (_standing_alone(r"os\.makedirs\("), "import os"),
    (_standing_alone(r"shutil\.rmtree\("), "import shutil"),
    (_standing_alone(r"Path\("), "from pathlib import Path"),
    (_standing_alone(r"partial\((?=[A-Zt]|with_bounds,)"), "from functools import partial"),
    (_standing_alone(r"islice\("), "from itertools import islice"),
    (_standing_alone(r"itertools\."), "import itertools"),
    (_standing_alone(r"SimpleNamespace\b"), "from types import SimpleNamespace"),
)


def _after_docstring(tree: Tree) -> int:
    """Where imports go in a file that has none of the framework."""
    spot = 0
    for statement in tree.module.body:
        if not isinstance(statement, cst.SimpleStatementLine):
            break
        small = statement.body[0]
        is_doc = isinstance(small, cst.Expr) and isinstance(
            small.value, (cst.SimpleString, cst.ConcatenatedString)
        )
        if is_doc or isinstance(small, (cst.Import, cst.ImportFrom)):
            spot = import_lines(tree, statement)[1]
        elif not is_bare_name(statement):
            break
    return spot
