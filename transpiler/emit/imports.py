"""Imports of a converted file: what it needs comes, what nobody reads any more goes."""

from __future__ import annotations

import re
import sys
from itertools import takewhile

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.text import global_reads
from transpiler.emit.torch_names import TorchNames
from transpiler.interpret.context import FileContext
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.symbols import canonical, is_framework
from transpiler.interpret.values import Framework, Function, Mapping
from transpiler.record import record
from transpiler.source.lexical import blanked, may_be_bound, names_in, names_read, words_in
from transpiler.source.suites import is_docstring, leaf_statements
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
    return re.compile(rf"{code}(?<![\w.]{code})")


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
_REMARK = re.compile(r"^ *# TODO\(tf2torch\).*\n", re.M)


def import_edits(
    file: FileContext, edits: list[Edit], helpers: set[str], made: set[str], named: TorchNames
) -> list[Edit]:
    """The edits that put the imports of a converted file right.

    What the new text reads outside of its imports is alive; going backwards, so is what a live
    import, or a live alias such as `layers = tf.keras.layers`, reads in turn.
    """
    tree = file.tree
    candidates = [c for c in (_candidate(tree, s) for s in tree.module.body) if c is not None]
    rest = _REMARK.sub("", apply(tree.text, [*edits, *import_spans(file)]))
    imports = [Edit(*_lines(tree, s), "") for s in _plain_imports(tree)]
    left = apply(tree.text, [*edits, *import_spans(file), *imports])
    code = blanked(left)
    used = names_in(code) - made
    local: set[str] = set()  #: what only functions read, as variables of their own
    asked = {n for c in candidates if c.framework for n in c.imported() & used}
    if any(may_be_bound(name, code) for name in asked):
        local = used - global_reads(left)
    removals: list[Edit] = []
    spot: int | None = None
    dead_tests: set[str] = set()
    for candidate in reversed(candidates):
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
    removals += _orphans(file, edits, used, dead_tests)
    needed = [line for line in _needed(rest) if line.split()[-1] not in named.renamed]
    needed += named.needed(rest)
    for name in sorted(helpers):
        emitted = file.rules.emitted.get(name)
        for line in emitted.imported(rest) if emitted is not None else ():
            if line not in needed and line not in _ORDER:
                needed.insert(0, line)
    present = set(tree.text.splitlines())
    present -= {line for line in _late(tree, present) if _is_late(tree, edits, line)}
    missing = [line for line in needed if line not in present]
    spot = _after_docstring(tree) if spot is None else _raised(tree, spot)
    python = [line for use, line in _OF_PYTHON if use.search(rest) and line not in present]
    python += [line for line in missing if line.split()[1] in sys.stdlib_module_names]
    removals += _python_imports(tree, _merged(python))
    others = sorted((line for line in missing if line not in python), key=_isort_key)
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


def _late(tree: Tree, present: set[str]) -> list[str]:
    """What the program imports behind other statements, of what emitted code may need."""
    leading = {tree.source(s).strip() for s in _leading_imports(tree)}
    return [line for _, line in _OF_PYTHON if line in present and line not in leading]


def _is_late(tree: Tree, edits: list[Edit], line: str) -> bool:
    """Whether emitted code needs an import before the program has it."""
    place = re.search(rf"^{re.escape(line)}$", tree.text, re.M)
    end = place.start() if place is not None else 0
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
        elif not is_docstring(statement):
            break
    return found


def _raised(tree: Tree, spot: int) -> int:
    """The place for torch's imports: not in the middle of the file if there are imports above."""
    imports = _leading_imports(tree)
    if not imports or spot <= tree.span(imports[-1])[1]:
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


def import_spans(file: FileContext) -> list[Edit]:
    """Edits that take out all statements that may be dead once models are converted."""
    found = (_candidate(file.tree, s) for s in file.tree.module.body)
    dead = (c for c in found if c is not None and not _takes_attribute(file, c))
    return [Edit(*_lines(file.tree, c.statement), "") for c in dead]


def _takes_attribute(file: FileContext, candidate: _Candidate) -> bool:
    """Whether it looks at an object of the program: `best = stopping.best`."""
    if candidate.kind != "alias" or not isinstance(candidate.statement, cst.SimpleStatementLine):
        return False
    node = candidate.statement.body[0]
    if not isinstance(node, cst.Assign) or not isinstance(node.value, cst.Attribute):
        return False
    target = node.targets[0].target
    return not (isinstance(target, cst.Name) and names_framework(file, target.value))


@record(slots=True)
class _Candidate:
    """A top-level statement that may be dead once models are converted."""

    statement: cst.CSTNode
    kind: str  #: "import", "alias" or "block"
    framework: bool

    def imported(self) -> set[str]:
        """The names that its imports bind."""
        return {n for node in _imports_in(self.statement) for n, _ in _bound_names(node)}

    def kept(
        self, file: FileContext, used: set[str]
    ) -> tuple[list[tuple[int, int]], set[str]] | None:
        """The spans of it that go, and the names that what stays of it reads; None: leave it."""
        tree = file.tree
        statement = self.statement
        if self.kind == "alias":
            assert isinstance(statement, cst.SimpleStatementLine)
            node = statement.body[0]
            assert isinstance(node, cst.Assign)
            target = node.targets[0].target
            assert isinstance(target, cst.Name)
            if names_framework(file, target.value) and target.value not in used:
                return [_lines(tree, statement)], set()
            return [], words_in(tree.source(node.value))
        if self.kind == "block":
            if not self.imported() & used and not _has_star(statement):
                return [_lines(tree, statement)], set()
            test = tree.source(statement.test) if isinstance(statement, cst.If) else ""
            return [], words_in(test)
        assert isinstance(statement, cst.SimpleStatementLine)
        verdict = _dead_import(file, tree, statement, statement.body[0], used)
        return ([], set()) if verdict is None else (verdict, set())


def _candidate(tree: Tree, statement: cst.CSTNode) -> _Candidate | None:
    if isinstance(statement, cst.SimpleStatementLine):
        if len(statement.body) != 1:
            return None
        node = statement.body[0]
        if _is_framework_import(node) or _imports_among_others(node):
            return _Candidate(statement, "import", True)
        if (
            isinstance(node, cst.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0].target, cst.Name)
            and (_is_name(node.value) or _is_table(node.value))
        ):
            return _Candidate(statement, "alias", False)
        return None
    if isinstance(statement, (cst.If, cst.Try)) and _only_framework_imports(statement):
        return _Candidate(statement, "block", True)
    return None


def names_framework(file: FileContext, name: str) -> bool:
    """Whether a name of the module stands for a part of the framework, or for a dict of such.

    Functions of the program, which become classes, can be among them.
    """
    held = file.globals.get(name)
    if isinstance(held, Mapping):
        return all(isinstance(v, (Framework, Function)) for v in held.items.values())
    return isinstance(held, Framework)


def _is_name(node: cst.BaseExpression) -> bool:
    """Whether it is `a.b.c`, and nothing is called in it."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def _is_table(node: cst.BaseExpression) -> bool:
    """Whether it is a dict of plain names: `{"vgg16": VGG16, "vgg19": applications.VGG19}`."""
    return isinstance(node, cst.Dict) and all(
        isinstance(e.value, (cst.Attribute, cst.Name)) for e in node.elements
    )


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
    **{name: re.compile(rf"\({name}\):") for name in ("Dataset", "IterableDataset", "Sampler")},
}


_IMPORT_LINES = re.compile(r"^(?:from|import) .*$", re.M)


def _needed(text: str) -> list[str]:
    """The imports of torch that the code reads."""
    text = _IMPORT_LINES.sub("", text)
    found = [line for line, use in _USES.items() if use.search(text)]
    if data := sorted(name for name, use in _OF_DATA.items() if use.search(text)):
        before = sum(line in (*_ORDER, *_DISTRIBUTED, _AVERAGED) for line in found)
        found.insert(before, f"{_DATA} import {', '.join(data)}")
    return [line for line in found if line != "import math" or line not in text]


#: What it needs of Python's own library, which stands before all else.
_OF_PYTHON = (
    (_standing_alone(r"bisect\.bisect_left\("), "import bisect"),
    (_standing_alone(r"copy\.deepcopy\("), "import copy"),
    (_standing_alone(r"csv\.writer\("), "import csv"),
    (_standing_alone(r"os\.path\."), "import os"),
    (_standing_alone(r"os\.makedirs\("), "import os"),
    (_standing_alone(r"shutil\.rmtree\("), "import shutil"),
    (_standing_alone(r"Path\("), "from pathlib import Path"),
    (_standing_alone(r"partial\([A-Zt]"), "from functools import partial"),
    (_standing_alone(r"islice\("), "from itertools import islice"),
    (_standing_alone(r"itertools\."), "import itertools"),
    (_standing_alone(r"SimpleNamespace\("), "from types import SimpleNamespace"),
)


def _bound_names(node: cst.Import | cst.ImportFrom) -> list[tuple[str, cst.ImportAlias]]:
    if isinstance(node.names, cst.ImportStar):
        return []
    found = []
    for alias in node.names:
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            found.append((alias.asname.name.value, alias))
        else:
            name = dotted(alias.name)
            found.append((name.split(".", 1)[0] if isinstance(node, cst.Import) else name, alias))
    return found


def _is_framework_import(node: cst.BaseSmallStatement) -> bool:
    if isinstance(node, cst.Import):
        return all(map(_is_of_framework, node.names))
    if isinstance(node, cst.ImportFrom):
        return not node.relative and is_framework(dotted(node.module))
    return False


def _imports_among_others(node: cst.BaseSmallStatement) -> bool:
    """Whether it is `import numpy as np, keras`."""
    return isinstance(node, cst.Import) and any(map(_is_of_framework, node.names))


def _has_star(statement: cst.CSTNode) -> bool:
    return any(isinstance(n.names, cst.ImportStar) for n in _imports_in(statement))


def _imports_in(statement: cst.CSTNode) -> list[cst.Import | cst.ImportFrom]:
    found: list[cst.Import | cst.ImportFrom] = []
    for leaf in leaf_statements([statement]):
        if isinstance(leaf, cst.SimpleStatementLine):
            found += [s for s in leaf.body if isinstance(s, (cst.Import, cst.ImportFrom))]
    return found


def _only_framework_imports(statement: cst.CSTNode) -> bool:
    leaves = leaf_statements([statement])
    some = False
    for leaf in leaves:
        if not isinstance(leaf, cst.SimpleStatementLine):
            return False
        for small in leaf.body:
            if isinstance(small, (cst.Import, cst.ImportFrom)) and _is_framework_import(small):
                some = True
            elif not isinstance(small, cst.Pass):
                return False
    return some


def _dead_import(
    file: FileContext,
    tree: Tree,
    statement: cst.SimpleStatementLine,
    node: cst.BaseSmallStatement,
    used: set[str],
) -> list[tuple[int, int]] | None:
    assert isinstance(node, (cst.Import, cst.ImportFrom))
    if isinstance(node.names, cst.ImportStar):
        assert isinstance(node, cst.ImportFrom)
        exported = file.rules.exported(canonical(dotted(node.module)))
        return [_lines(tree, statement)] if exported and not exported & used else None
    names = _bound_names(node)
    others = {n for n, a in names if not _is_framework_import(node) and not _is_of_framework(a)}
    dead = [(n, a) for n, a in names if n not in used | others]
    if not dead:
        return None
    if len(dead) == len(names):
        return [_lines(tree, statement)]
    return _drop_aliases(tree, node, [a for _, a in dead])


def _is_of_framework(alias: cst.ImportAlias) -> bool:
    return is_framework(dotted(alias.name))


def _drop_aliases(
    tree: Tree, node: cst.Import | cst.ImportFrom, dead: list[cst.ImportAlias]
) -> list[tuple[int, int]]:
    """Spans that take single names out of an import."""
    assert not isinstance(node.names, cst.ImportStar)
    aliases = list(node.names)
    kept = [a for a in aliases if a not in dead]
    spans: list[tuple[int, int]] = []
    for position, alias in enumerate(aliases):
        if alias in kept:
            continue
        start, end = tree.span(alias)
        if position + 1 < len(aliases):
            following = tree.span(aliases[position + 1])[0]
            spans.append((start, following))
        else:
            previous = next((a for a in reversed(aliases[:position]) if a in kept), None)
            if previous is not None:
                begin = tree.span(previous)[1]
                spans = [s for s in spans if s[0] < begin]
                spans.append((begin, end))
    return spans


def _plain_imports(tree: Tree) -> list[cst.SimpleStatementLine]:
    """The imports at the top level of what is not the framework."""
    return [
        s
        for s in tree.module.body
        if isinstance(s, cst.SimpleStatementLine)
        and len(s.body) == 1
        and isinstance(s.body[0], (cst.Import, cst.ImportFrom))
        and not _is_framework_import(s.body[0])
    ]


def _orphans(
    file: FileContext, edits: list[Edit], used: set[str], dead_tests: set[str]
) -> list[Edit]:
    """What only a removed condition read: `from package import TF`, `major = tf_version()`.

    Flags that say something else stay: other files may import them.
    """
    found: list[Edit] = []
    if not dead_tests:
        return found
    tree, text = file.tree, file.tree.text
    gone = [*edits, *import_spans(file)]
    gone += [Edit(*_lines(tree, s), "") for s in _plain_imports(tree)]
    for statement in tree.module.body:
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            continue
        node = statement.body[0]
        if (
            isinstance(node, cst.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0].target, cst.Name)
            and node.targets[0].target.value in dead_tests
            and "version" in tree.source(node)
        ):
            spot = Edit(*_lines(tree, statement), "")
            if any(e.start < spot.end and spot.start < e.end for e in gone):
                continue
            read = names_read(apply(text, [*gone, spot]))
            if node.targets[0].target.value not in read:
                found.append(spot)
                dead_tests |= words_in(tree.source(node.value))
                used = read
    for statement in _plain_imports(tree):
        imported = statement.body[0]
        assert isinstance(imported, (cst.Import, cst.ImportFrom))
        names = _bound_names(imported)
        dead = [alias for name, alias in names if name in dead_tests and name not in used]
        if dead and len(dead) == len(names):
            found.append(Edit(*_lines(tree, statement), ""))
        elif dead:
            found += [Edit(s, e, "") for s, e in _drop_aliases(tree, imported, dead)]
    return found


def _lines(tree: Tree, statement: cst.CSTNode) -> tuple[int, int]:
    start, end = tree.span(statement)
    return tree.line_start(start), tree.line_end(max(len(tree.text[:end].rstrip()) - 1, start))


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
            spot = _lines(tree, statement)[1]
        else:
            break
    return spot
