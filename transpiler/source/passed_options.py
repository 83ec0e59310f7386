"""Functions that pass their keywords on to what trains or asks a model: these are spelled out.

class Classifier:                               class Classifier:
    def fit(self, x, y, **kwargs):                  def fit(self, x, y, epochs=1, verbose=1):
        self.model.fit(x, y, **kwargs)                  self.model.fit(x, y, epochs=epochs, ...)

Classifier().fit(x, y, epochs=3, verbose=0)

They are those that some call of the project passes; any other one Python refuses, then.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.callers import (
    Calls,
    Given,
    Others,
    calls_in,
    functions_of,
    keywords_given,
    parameters,
)
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Span, replaced
from transpiler.source.shared_callbacks import Shared, shared_callbacks
from transpiler.source.syntax import all_in, program_tree

#: The options of the methods of a model, and their defaults.
_OF_ALL = {"batch_size": "32", "verbose": "1", "sample_weight": "None", "callbacks": "None"}
_OPTIONS = {
    "fit": {
        "epochs": "1", **_OF_ALL, "shuffle": "True", "initial_epoch": "0", "validation_freq": "1",
        "validation_split": "0.0", "validation_data": "None", "validation_steps": "None",
        "validation_batch_size": "None", "steps_per_epoch": "None", "class_weight": "None",
    },
    "evaluate": {**_OF_ALL, "steps": "None", "return_dict": "False"},
    "predict": {**_OF_ALL, "steps": "None"},
    "compile": dict.fromkeys(
        ("optimizer", "loss", "metrics", "loss_weights", "weighted_metrics"), "None"
    ),
}  # fmt: skip
#: What they take by position, as far as it is clear what that means.
_POSITIONAL = {
    "fit": ("x", "y", "batch_size"), "evaluate": ("x", "y"), "predict": ("x",),
    "compile": ("optimizer", "loss"),
}  # fmt: skip
#: Those that callers are thought to pass where none is seen.
_USUAL = frozenset({"epochs", "batch_size", "verbose", "shuffle"})
_HANDS_ON = regex(rf"\.(?:{'|'.join(_OPTIONS)})\([^*]*\*\* *\w+")

_CALLBACKS = regex(r"\bcallbacks *[=,):]")

#: Writes a line at an indentation, over several lines where it is too long.
Fold: TypeAlias = Callable[[str, int], str]


@record(frozen=True, slots=True)
class SpelledCall:
    """A call of a model that has options which its function passes on."""

    function: str  #: with its class, `Classifier.fit`
    text: str
    line: int  #: where it begins, in the text with all of them
    assumed: str  #: what is assumed of those options, if anything


@record(frozen=True, slots=True)
class Spelled:
    """A file in which functions have parameters for the options that they pass on."""

    text: str
    lines: list[int]  #: the line of the file that each line of the text stands for
    calls: list[SpelledCall]

    def line(self, number: int) -> int:
        """The line of the file that a line of the text stands for."""
        return self.lines[min(number, len(self.lines)) - 1]


@record(frozen=True, slots=True)
class _Handing:
    """A function that hands its keywords on, the class that it is of, and the call of the model."""

    function: ast.FunctionDef
    owner: str
    call: ast.Call
    handed: ast.expr  #: what the call unpacks
    data: ast.expr | None = None  #: `*args`, if the function has that, and hands it on, too

    @property
    def name(self) -> str:
        """What the function is called, with its class."""
        return f"{self.owner}.{self.function.name}"

    @property
    def method(self) -> str:
        """What of a model it calls."""
        assert isinstance(self.call.func, ast.Attribute)
        return self.call.func.attr

    def arrays(self, given: Given) -> list[str] | None:
        """The parameters in the place of `*args`; None where its calls differ in them."""
        if self.data is None:
            return []
        before, own = len(self.call.args) - 1, len(self.function.args.args) - bool(self.owner)
        if not given.positional:
            return [*_POSITIONAL[self.method][before:2]]
        counts = {None if count is None else count - own for count in given.positional}
        count = counts.pop()
        known = _POSITIONAL[self.method][before:]
        return [*known[:count]] if count and not counts and count <= len(known) else None

    def options(self, given: Given) -> list[str] | None:
        """The parameters in the place of its keywords; None where they can't be there."""
        known = _OPTIONS[self.method]
        some = given.some if given.positional else _USUAL & known.keys()
        keys = [key for key in known if key in some - parameters(self.function)]
        if self.method == "compile" and not (keys and {*keys} <= given.each):
            return None  # what is left out, `compile` has its own default for
        return keys if some - parameters(self.function) <= known.keys() else None

    def collide(self, added: list[str]) -> bool:
        """Whether the function has something else of such a name."""
        names = {n.id for n in all_in(self.function) if isinstance(n, ast.Name)}
        declared = {n.arg for n in all_in(self.function.args) if isinstance(n, ast.arg)}
        passed = {k.arg for k in self.call.keywords if k.arg}
        return len({*added}) < len(added) or bool({*added} & (names | passed | declared))

    def assumed(self, keys: list[str]) -> str:
        """What to say where no call shows the options."""
        *most, last = keys or ["none"]
        taken = f"{', '.join(most)} and {last}" if most else last
        return f"of what goes on to Keras's `{self.method}`, `{self.name}` takes {taken}"

    def declared(self, keys: list[str], given: Given) -> list[str]:
        """Options as the signature has them: objects that all calls give have no default."""
        known = _OPTIONS[self.method]
        needed = [k for k in keys if known[k] == "None" and k in given.each]
        others = [f"{key}={known[key]}" for key in keys if key not in needed]
        after = self.function.args.vararg is not None and self.data is None
        if self.method == "compile" and not (after or self.function.args.defaults):
            return [*needed, *others]
        bare = needed and not after and not self.function.args.kwonlyargs
        return [*others, *(["*"] if bare else []), *needed]


def spelled_out(text: str, others: Others, fold: Fold, but: Collection[str] = ()) -> Spelled | None:
    """The text with such parameters, by its own calls and those in other ones, if it needs any.

    Without those functions, by name, for which that is of no use.
    """
    module = program_tree(text) if _HANDS_ON.search(text) else None
    module = module or (program_tree(text) if _CALLBACKS.search(text) else None)
    if module is None:
        return None
    handing = [one for one in _handing(module) if one.name not in but]
    if not handing and not _CALLBACKS.search(text):
        return None
    methods = [one.function.name for one in handing if one.owner]
    calls = calls_in(text, module, others, methods)
    written = Written(text, fold)
    for one in handing:
        given = _given_to(calls.of_methods if one.owner else calls.of_functions, one)
        if given is not None and not given.positional and not one.owner:
            continue
        arrays = None if given is None else one.arrays(given)
        keys = None if given is None else one.options(given)
        if given is not None and arrays is not None and keys is not None:
            if not one.collide([*arrays, *keys]):
                assumed = "" if given.positional else one.assumed(keys)
                written.spell(one, arrays, keys, one.declared(keys, given), assumed)
    handed = {one.name for one in handing}
    both = False  #: whether one of these gets callbacks as well
    for shared in shared_callbacks(module, calls.of_functions):
        both |= shared.name in handed and shared.name not in but
        if shared.name not in {*but, *handed}:
            written.share(shared)
    if not written.edits:
        return None
    found = written.result()
    more = spelled_out(found.text, others, fold, but) if both else None
    return found if more is None else _together(found, more)


def _together(first: Spelled, then: Spelled) -> Spelled:
    """Two steps as one."""
    places = {line: place for place, line in reversed([*enumerate(then.lines, 1)])}
    kept = (call for call in first.calls if call.text in then.text)
    calls = [replace(call, line=places.get(call.line, call.line)) for call in kept]
    said = [call for call in first.calls if call.text not in then.text and call.assumed]
    lines = [first.line(line) for line in then.lines]
    return Spelled(then.text, lines, [*calls, *said, *then.calls])


def _given_to(texts: Sequence[Calls], one: _Handing) -> Given | None:
    """What the calls of a function pass to it; those that make objects, where it is `__init__`."""
    if one.function.name != "__init__":
        return keywords_given(texts, one.function.name, one.owner)
    if any(one.owner in text.inherited() or text.hands_on(one.owner) for text in texts):
        return None
    return keywords_given(texts, one.owner)


def _handing(module: ast.Module) -> Iterator[_Handing]:
    """The functions and methods whose keywords are options of a call of a model, and no more."""
    for owner, function in functions_of(module):
        star, data = function.args.kwarg, function.args.vararg
        if star is None or function.decorator_list:
            continue
        nodes = [*all_in(function)]
        read = [n for n in nodes if isinstance(n, ast.Name) and n.id == star.arg]
        lists = [n for n in nodes if data and isinstance(n, ast.Name) and n.id == data.arg]
        for call in nodes if len(read) == 1 else ():
            match call:
                case ast.Call(func=ast.Attribute(value=receiver, attr=method), keywords=given):
                    hands = any(k.arg is None and k.value is read[0] for k in given)
                    own = isinstance(receiver, ast.Name) and receiver.id == "self"
                    if not hands or method not in _OPTIONS or own or isinstance(receiver, ast.Call):
                        continue
                    last = call.args[-1] if call.args else None
                    whole = isinstance(last, ast.Starred) and [last.value] == lists
                    yield _Handing(function, owner, call, read[0], lists[0] if whole else None)


_COMMA_BEFORE = regex(r",\s*$")
_COMMA_BEHIND = regex(r"\s*,\s*")
_EMPTY = regex(r"(?:[ \t]*\n)*")
_STARS = regex(r"(?P<comma>,\s*)?\*+\s*$")


class Written:
    """A text in which functions get parameters."""

    def __init__(self, text: str, fold: Fold) -> None:
        self.text = text
        self._fold = fold
        self._positions = Positions(text)
        self.edits: dict[Span, str] = {}
        self._calls: list[tuple[int, str, str, str]] = []

    def spell(
        self,
        one: _Handing,
        arrays: list[str],
        keys: list[str],
        declared: list[str],
        assumed: str,
    ) -> None:
        """Write the parameters, and what the call gets of them."""
        given = one.function.args
        assert given.kwarg is not None
        edits = dict([self._instead(one.handed, ", ".join(f"{key}={key}" for key in keys))])
        header = dict([self._instead(given.kwarg, ", ".join(declared))])
        if one.data is not None and given.vararg is not None:
            edits |= [self._instead(one.data, ", ".join(arrays))]
            header |= [self._instead(given.vararg, ", ".join(arrays))]
        start, end = self._positions.span(one.call)
        inside = {(a - start, b - start): new for (a, b), new in edits.items()}
        self._calls.append((start, one.name, replaced(self.text[start:end], inside)[0], assumed))
        self.edits |= edits | self._folded(one.function, header)

    def name(
        self,
        function: ast.FunctionDef,
        declared: list[str],
        keeps: bool,
        edits: Iterable[tuple[ast.expr | ast.stmt, str]],
    ) -> None:
        """Write parameters in the place of `**kwargs`, or before it, and what reads them."""
        given = function.args.kwarg
        assert given is not None
        rest = [f"**{ast.get_source_segment(self.text, given)}"] if keeps else []
        header = dict([self._instead(given, ", ".join([*declared, *rest]))])
        self.edits |= self._folded(function, header)
        for node, new in edits:
            start, end = self._positions.span(node)
            if not new:  # the lines go, but for a comment, and empty ones below a header
                start = self.text.rfind("\n", 0, start) + 1
                comment, end = self.text[end:].partition("\n")[0], self.text.find("\n", end) + 1
                if comment.strip():
                    new = f"{' ' * node.col_offset}{comment.strip()}\n"
                elif self.text[:start].endswith((":\n", "\n\n")):
                    empty = _EMPTY.match(self.text, end)
                    end = end if empty is None else empty.end()
            self.edits[start, end] = new

    def share(self, one: Shared) -> None:
        """Write the callbacks that a function gets into its call of a model."""
        for statement in one.gone:
            start, end = self._positions.span(statement)
            self.edits[start, self.text.find("\n", end) + 1] = ""
        if one.flag:
            self._tell(one)
            return
        edits = self._in_its_place(one)
        start, end = self._positions.span(one.call)
        inside = {(a - start, b - start): new for (a, b), new in edits.items() if start <= a < end}
        why = "no call gives it any" if one.callbacks is None else "what it got is written there"
        said = f"`{one.name.strip('.')}` does not take `callbacks` any more: {why}"
        self._calls.append((start, one.name, replaced(self.text[start:end], inside)[0], said))
        header = {self._argument(one.parameter, one.default or one.parameter, None): ""}
        self.edits |= edits | self._folded(one.function, header)
        for _, given in one.given:
            value = given.value if isinstance(given, ast.keyword) else given
            self.edits[self._argument(given, value, None)] = ""

    def _tell(self, one: Shared) -> None:
        """Write the callbacks there, and a parameter that says whether there are some."""
        assert not isinstance(one.handed, ast.stmt)
        assert one.callbacks is not None
        assert one.default is not None
        text = self._source(one.callbacks)
        kept = one.handed.value if isinstance(one.handed, ast.keyword) else one.handed
        value = self._positions.span(kept)
        edits = {value: f"{text} if {one.flag} else []"}
        start, end = self._positions.span(one.call)
        inside = {(a - start, b - start): new for (a, b), new in edits.items()}
        said = f"`callbacks` of `{one.name.strip('.')}` is whether there are some now"
        said += f", and called `{one.flag}`" if one.flag != one.parameter.arg else ""
        self._calls.append((start, one.name, replaced(self.text[start:end], inside)[0], said))
        declared = self._argument(one.parameter, one.default, f"{one.flag}=False")
        self.edits |= edits | self._folded(one.function, {declared: f"{one.flag}=False"})
        for _, given in one.given:
            key = isinstance(given, ast.keyword)
            inner = given.value if isinstance(given, ast.keyword) else given
            there = not isinstance(inner, ast.Constant) and bool(getattr(inner, "elts", True))
            whole = self._argument(given, inner, "True")
            self.edits[whole] = f"{one.flag}={there}" if key else f"{there}"

    def _in_its_place(self, one: Shared) -> dict[Span, str]:
        """What the function has in the place of the callbacks that it gets no more."""
        source = partial(ast.get_source_segment, self.text)
        text = self._source(one.callbacks) if one.callbacks is not None else None
        match one.handed:
            case ast.keyword(value=value):
                written = None if text is None else f"callbacks={text}"
                return {self._argument(one.handed, value, written): written or ""}
            case ast.stmt() as first:  # before which they become a variable
                default = "None" if one.default is None else source(one.default)
                start, _ = self._positions.span(first)
                margin = " " * first.col_offset
                return {(start, start): f"{one.parameter.arg} = {text or default}\n{margin}"}
            case ast.Name() as value:
                return {self._positions.span(value): text or "None"}
            case value:
                return {self._positions.span(value): text or "[]"}

    def _source(self, callbacks: ast.expr) -> str:
        """What makes some callbacks; those that have had names stand there."""
        parts = callbacks.elts if isinstance(callbacks, ast.List) else ()
        whole = ast.get_source_segment(self.text, callbacks) or ""
        written = [ast.get_source_segment(self.text, part) or "" for part in parts]
        return f"[{', '.join(written)}]" if not all(w in whole for w in written) else whole

    def _argument(
        self, first: ast.expr | ast.arg | ast.keyword, last: ast.expr | ast.arg, by: str | None
    ) -> Span:
        """The place of an argument or parameter, with a comma where nothing comes there."""
        start = self._positions.offset(first.lineno, first.col_offset)
        end = self._positions.offset(last.end_lineno or 0, last.end_col_offset or 0)
        opened = self.text.rfind("(", 0, start)
        if by is None and (comma := _COMMA_BEFORE.search(self.text, opened, start)) is not None:
            return comma.start(), end
        if by is None and (comma := _COMMA_BEHIND.match(self.text, end)) is not None:
            return start, comma.end()
        return start, end

    def result(self) -> Spelled:
        """The text with all of them."""
        text, lines = replaced(self.text, self.edits)
        calls: list[SpelledCall] = []
        place = 0
        for _, name, call, assumed in sorted(self._calls):
            place = text.index(call, place)
            calls.append(SpelledCall(name, call, text.count("\n", 0, place) + 1, assumed))
            place += len(call)
        return Spelled(text, lines, calls)

    def _instead(self, node: ast.expr | ast.arg, by: str) -> tuple[Span, str]:
        """The place of `**kwargs`, with the comma before it where nothing comes there."""
        start = self._positions.offset(node.lineno, node.col_offset)
        end = self._positions.offset(node.end_lineno or 0, node.end_col_offset or 0)
        stars = _STARS.search(self.text, self.text.rfind("(", 0, start), start)
        assert stars is not None
        return (stars.end("comma") if by and stars["comma"] else stars.start(), end), by

    def _folded(self, function: ast.FunctionDef, edits: dict[Span, str]) -> dict[Span, str]:
        """The edits of a signature as one, where it stands on one line that may get too long."""
        start = self._positions.offset(function.lineno, function.col_offset)
        last = max(end for _, end in edits)
        end = self.text.find("\n", last)
        header = self.text[start:end].rstrip()
        if "\n" in header or not header.endswith(":"):
            return edits
        inside = {(a - start, b - start): new for (a, b), new in edits.items()}
        new = self._fold(replaced(header, inside)[0], function.col_offset).lstrip()
        return {(start, start + len(header)): new}
