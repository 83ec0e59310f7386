"""What a file without a word of the framework asks of what others give, where nothing else tells.

net.py is converted, and tests/test_net.py has `assert build().output_shape == (None, 1)`: it is
looked at with Python's own trees alone, through any number of files.
"""

from __future__ import annotations

import ast
import difflib
import os
from collections.abc import Callable
from typing import TypeAlias

from transpiler.conversion import Conversion
from transpiler.diagnostics import ASSUMED, LEFT_CODE, LEFT_TRAINING, Code, Diagnostic, Severity
from transpiler.options import Options
from transpiler.record import replace
from transpiler.registry import load_rules
from transpiler.source.far_computing import CALLED, COMPUTING, HANDED, is_among
from transpiler.source.far_frames import Thing
from transpiler.source.far_names import bound_in
from transpiler.source.far_stars import Star, hiding_stars, late_stars
from transpiler.source.far_uses import Use, far_uses
from transpiler.source.files import Undecodable, program_at
from transpiler.source.imported import real_path
from transpiler.source.lexical import skips
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree
from transpiler.source.unfollowed import asked_of_models, gives_other_models

#: What converts the text of a file.
Convert: TypeAlias = Callable[[str, Options, str], Conversion]

_known: dict[tuple[str, int, Options], Conversion] = {}
#: What becomes of values of the framework, by what they are.
_NOW = {
    "model": "the model of `{}` is an nn.Module now",
    "layer": "the layers of `{}` are modules of torch now",
    "history": "a history is nothing but lists now",
    "data set": "the data set of `{}` is one of torch now",
    "flow": "the images of `{}` come from a data set of torch now",
    "generator": "the images of `{}` come from a data set of torch now",
    "tokenizer": "the tokenizer of `{}` is a small class without that now",
    "name": "`{}` has nothing of that name now",
    "number": "what `{}` measures are numbers of NumPy now",
    "lookup": "the layer of `{}` is a small class without that now",
    "function": "`{1}` of `{0}` takes and gives tensors of torch now",
    "loss": "`{1}` of `{0}` is an nn.Module now, which takes and gives tensors",
    "penalty": "`{1}` of `{0}` takes and gives tensors of torch now",
    "callback": "`{1}` of `{0}` is a plain class now, without what Keras's callbacks have",
    "metric": "`{1}` of `{0}` has nothing but `update` and `compute` now, and takes tensors",
}


def with_far_uses(
    convert: Convert, made: Conversion, text: str, options: Options, path: str
) -> Conversion:
    """The conversion of a file, with what is said of these."""
    uses, stars = far_uses(text, path), late_stars(text, made.text, path)
    sayer = _Sayer(convert, made, text, options, path)
    return sayer.said(uses, stars) if uses or stars or "import *" in text else made


def with_unfollowed(made: Conversion, text: str, path: str) -> Conversion:
    """The conversion of a file that asks as of models, of which nobody sees whether these are."""
    told = {said.line for said in made.diagnostics}
    found = [
        ASSUMED.at(
            node.lineno,
            node.col_offset + 1,
            f"`{ast.unparse(node)}` is left as it is: perhaps of a model, an nn.Module now",
        )
        for node in asked_of_models(text, path)
        if node.lineno not in told
    ]
    found += [
        ASSUMED.at(
            node.lineno,
            node.col_offset + 1,
            f"`{ast.unparse(node)}` gets perhaps another model: the optimizer that an object has "
            "beside its model stays with the one before",
        )
        for node in gives_other_models(text, path)
        if node.lineno not in told
    ]
    said = sorted((*made.diagnostics, *found), key=lambda one: (one.line, one.column))
    return replace(made, diagnostics=tuple(said))


class _Sayer:
    def __init__(
        self, convert: Convert, made: Conversion, text: str, options: Options, path: str
    ) -> None:
        self.convert = convert
        self.made = made
        self.text = text
        self.options = options
        self.path = real_path(path)

    def said(self, uses: list[Use], stars: list[Star]) -> Conversion:
        """What is left, and nobody has said so: errors also stand above the statements."""
        kept = kept_lines(self.text, self.made.text)
        called: dict[int, int] = {}  #: lines of calls that still stand, with other arguments
        found: dict[tuple[int, str], Diagnostic] = {}
        for use in sorted(uses, key=_order):
            place = use.place
            if use.function and place.lineno not in kept:
                called |= self.still_called(place, kept)
            stands = place.lineno in kept or (use.function and place.lineno in called)
            code, message = self.about(use) if stands else (None, "")
            if code is None or self.is_told(use, code):
                continue
            one = code.at(place.lineno, place.col_offset + 1, message)
            found.setdefault((one.line, use.function or message), one)
        for star in stars:
            if names := star.hidden(lambda home: self.converted(home).text):
                message = (
                    f"`{star.text}` brings its own `{min(names)}`, and hides what the conversion "
                    "has called so: import what is used by name"
                )
                found[star.line, message] = LEFT_CODE.at(star.line, star.column, message)
        for hiding, name in hiding_stars(
            self.text, self.path, lambda home: self.converted(home).text
        ):
            message = (
                f"`{ast.unparse(hiding)}` brings a `{name}` of the conversion, and hides what is "
                "called so above: import what is used by name"
            )
            column = hiding.col_offset + 1
            found[hiding.lineno, message] = LEFT_CODE.at(hiding.lineno, column, message)
        kept |= called
        found = {key: one for key, one in found.items() if one.line in kept}
        if not found:
            return self.made
        new = [*found.values()]
        errors = {said.line for said in new if said.severity is Severity.ERROR}
        before = [d for d in self.made.diagnostics if not _gives_way(d, errors)]
        lines = self.made.text.split("\n")
        for line in sorted(errors, reverse=True):
            first = next(d for d in new if d.line == line and d.severity is Severity.ERROR)
            comment = f"# TODO(tf2torch) {first.code}: {first.message}"
            at = kept.get(_lines_of(self.text, line)[0], kept[line]) - 1
            if not at or "TODO(tf2torch)" not in lines[at - 1]:
                margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
                lines.insert(at, f"{margin}{comment}")
        whole = "\n".join(lines)
        said = sorted((*before, *new), key=lambda d: (d.line, d.column))
        changed = self.made.changed or whole != self.text
        return replace(self.made, text=whole, changed=changed, diagnostics=tuple(said))

    def about(self, use: Use) -> tuple[Code | None, str]:
        """What is said of a use; nothing where it is no trouble."""
        things = [t for t in use.things if self.is_gone(t, use.name)]
        if not things or not self.stays(use):
            return None, ""
        thing = min(things, key=lambda thing: (thing.home, thing.kind, thing.made))
        now = _NOW[thing.kind].format(os.path.basename(thing.home), thing.made)
        asked = use.text if "\n" not in use.text and len(use.text) <= _LONGEST else f".{use.name}"
        what = f"`{asked}` is left as it is: "
        if use.function:
            file = os.path.basename(use.path)
            what = f"`{use.function}` of `{file}` is left as it is: it has `{asked}`, and "
        # only what TensorFlow computes has a `numpy` right after the call of it
        called = thing.kind == "model" and f"{use.text}.numpy()" in self.text
        sure = (use.sure or called) and len(things) == len(use.things)
        sure &= thing.kind == "name" or not any(_errors(self.converted(t.home)) for t in things)
        sure &= use.name != CALLED or not self.may_give_tensors(use)
        if not sure:
            return ASSUMED, f"{what}perhaps {now}"
        return (LEFT_TRAINING if thing.kind in _OF_TRAINING else LEFT_CODE), f"{what}{now}"

    def still_called(self, place: ast.expr | ast.stmt, kept: dict[int, int]) -> dict[int, int]:
        """Where a call stands whose arguments have changed: between lines that are as before."""
        if not isinstance(place, ast.Call):
            return {}
        first = max((kept[line] for line in kept if line < place.lineno), default=0)
        written = self.text.split("\n")  # an empty line may be any other one
        last = min(
            (kept[line] for line in kept if line > place.lineno and written[line - 1].strip()),
            default=None,
        )
        called = f"{ast.unparse(place.func)}("
        lines = self.made.text.split("\n")[first:last]
        found = [n for n, line in enumerate(lines, first + 1) if called in line]
        return {place.lineno: found[0]} if found else {}

    def is_gone(self, thing: Thing, name: str) -> bool:
        """Whether what a file makes is converted, and has not what is asked for."""
        together = self.options.together
        if together is not None and thing.home not in together:
            return False
        made = self.converted(thing.home)
        if thing.kind in COMPUTING and not is_among(thing, made.functions):
            return False
        tree = program_tree(made.text) if made.changed else None
        if tree is None or name in {CALLED, HANDED}:
            return made.changed
        if thing.kind == "name":
            return not {name, "*"} & {*bound_in(tree)}
        before = program_tree(program_at(thing.home)) or tree
        if thing.kind == "number":
            own = {*bound_in(before)}
            return bool({*load_rules().by_hand.values()} & {*bound_in(tree)} - own)
        classes = {node.name for node in before.body if isinstance(node, ast.ClassDef)}
        return not _has(tree, thing.made, name, classes)

    def stays(self, use: Use) -> bool:
        """Whether what asks is as it was, also in another file, and nobody has said it there."""
        computes = all(thing.kind in COMPUTING for thing in use.things)
        if use.path == self.path:
            if isinstance(use.place, ast.ImportFrom):
                return _imports(self.made.text, use.place, use.name)
            return not (computes and self.is_among_tensors(use.place))
        there = self.converted(use.path)
        if use.name == CALLED and there.changed and not computes:
            return False
        if any(d.line == use.line and d.severity is Severity.ERROR for d in there.diagnostics):
            return False
        if any(real_path(one.path) == use.path for one in self.made.homecoming):
            return False
        return use.line in kept_lines(program_at(use.path), there.text)

    def may_give_tensors(self, use: Use) -> bool:
        """Whether a model may get tensors where it is called: of a file that is converted."""
        computes = all(thing.kind in COMPUTING for thing in use.things)
        return use.path == self.path and self.made.changed and not computes

    def is_among_tensors(self, place: ast.expr | ast.stmt) -> bool:
        """Whether a function of torch's tensors asks there, which has these to give."""
        tree = program_tree(self.text) if self.made.functions else None
        functions = nodes_of_kind(tree, ast.FunctionDef) if tree is not None else []
        around = [f.name for f in functions if any(one is place for one in all_in(f))]
        return bool(around) and f"def {'.'.join(around)}" in self.made.functions

    def is_told(self, use: Use, code: Code) -> bool:
        """Whether the conversion itself has said it, or the same with less certainty."""
        first, last = _lines_of(self.text, use.place.lineno)
        for said in self.made.diagnostics:
            if first <= said.line <= last:
                if said.severity is Severity.ERROR:
                    return True
                if said.severity is Severity.WARNING is code.severity:
                    return True
        return False

    def converted(self, path: str) -> Conversion:
        """What becomes of another file."""
        try:
            text = program_at(path)
            key = path, os.stat(path).st_mtime_ns, self.options
            if key not in _known:
                gone = skips(text)
                _known[key] = Conversion(text) if gone else self.convert(text, self.options, path)
        except (OSError, SyntaxError, Undecodable):
            return Conversion("")
        return _known[key]


def _imports(text: str, statement: ast.ImportFrom, name: str) -> bool:
    """Whether a text still imports a name from where a statement did."""
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module, node.level) == (statement.module, statement.level)
        and any(alias.name == name for alias in node.names)
        for node in all_in(program_tree(text) or ast.Module([], []))
    )


def _has(tree: ast.Module, made: str, name: str, own: set[str]) -> bool:
    """Whether a class has a name, with those that it is made of; or one that was not there."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    pending = [made] if made else [*(classes.keys() - own)]
    while pending:
        node = classes.pop(pending.pop(), None)
        for one in all_in(node) if node is not None else ():
            if isinstance(one, ast.FunctionDef) and one.name == name:
                return True
            if isinstance(one, ast.Attribute) and one.attr == name:
                if isinstance(one.ctx, ast.Store) and ast.unparse(one.value) == "self":
                    return True
        bases = node.bases if node is not None else []
        pending += [base.id for base in bases if isinstance(base, ast.Name)]
    return False


_OF_TRAINING = ("model", "layer", "history")
_LONGEST = 60  #: what is cited in a message


def _order(use: Use) -> tuple[int, int, str, int]:
    return use.place.lineno, use.place.col_offset, use.path, use.line


def _errors(made: Conversion) -> bool:
    return any(d.severity is Severity.ERROR for d in made.diagnostics)


def _gives_way(said: Diagnostic, lines: set[int]) -> bool:
    """Whether it is a guess of what is known now."""
    return said.code == ASSUMED.code and said.line in lines and "taken for no call" in said.message


def kept_lines(before: str, after: str) -> dict[int, int]:
    """Which line of a text each line of another one is that is still there, counted from 1."""
    old, new = before.split("\n"), after.split("\n")
    if old == new:
        return {number: number for number in range(1, len(old) + 1)}
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return {
        block.a + n + 1: block.b + n + 1
        for block in matcher.get_matching_blocks()
        for n in range(block.size)
    }


def _lines_of(text: str, line: int) -> tuple[int, int]:
    """The first and last line of the innermost statement that a line is in, or of its head."""
    found = line, line
    for node in all_in(program_tree(text) or ast.Module([], [])):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", [])
            last = body[0].lineno - 1 if body else (node.end_lineno or node.lineno)
            last = max(last, node.lineno)
            if node.lineno <= line <= last:
                found = node.lineno, last
    return found
