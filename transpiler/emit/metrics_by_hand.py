"""Metrics of the program's own that it updates by itself.

test = Hit(0.5, name="test")                    # test = Hit(0.5)
test.update_state(y, model.predict(x))          # test.update(torch.as_tensor(y), ...)
print(test.result())                            # print(float(test.compute()))
test.reset_state()                              # test = Hit(0.5)

That is done for a variable that holds nothing but such an object, which nobody else gets.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

import libcst as cst

from transpiler.emit.called_by_hand import Place, as_tensor, is_here
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import is_statement
from transpiler.emit.training.shared import Before
from transpiler.interpret.functions.own_metrics import dropped_parameters, methods_of
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.values import Bound, UserClass
from transpiler.regex import regex
from transpiler.source.far_uses import Use

_Span = tuple[int, int]
#: What is the same however often it is evaluated.
_CONSTANT = regex(r"-?[\d.]+(?:e-?\d+)?|True|False|None|([\"'])\w*\1")
_RESETS = ("reset_state", "reset_states")


class Counters:
    """The variables of which all uses can be written, and what becomes of these."""

    def __init__(
        self, draft: Draft, uses: Mapping[Use, _Span], places: Mapping[_Span, Place]
    ) -> None:
        self.draft = draft
        self.places = places
        self.edits: list[Edit] = []
        self.written: set[int] = set()  #: where the uses begin
        self.by_start = {span[0]: place for span, place in places.items()}
        named: dict[tuple[str, int], dict[Use, _Span]] = {}
        for use, span in uses.items():
            asked = use.place
            if not (isinstance(asked, ast.Attribute) and isinstance(asked.value, ast.Name)):
                continue
            call = places.get((span[0], self._end_of_call(span)))
            if call is not None and {thing.kind for thing in use.things} == {"metric"}:
                around = id(call.around[-1]) if call.around else 0
                named.setdefault((asked.value.id, around), {})[use] = span
        for (name, _), found in named.items():
            self._write(name, found)

    def _end_of_call(self, span: _Span) -> int:
        """Where the call ends of a method that is asked for."""
        ends = [end for start, end in self.places if start == span[0] and end > span[1]]
        return min(ends, default=-1)

    def _write(self, name: str, uses: dict[Use, _Span]) -> None:
        """What becomes of a variable, if it is nothing but such a metric."""
        draft, tree = self.draft, self.draft.tree
        calls = {use: self.places[s[0], self._end_of_call(s)] for use, s in uses.items()}
        around = next(iter(calls.values())).around
        span = tree.span(around[-1]) if around else (0, len(tree.text))
        read = [*re.finditer(rf"(?<![\w.]){re.escape(name)}\b", tree.blanked[slice(*span)])]
        thing, *others = {thing for use in uses for thing in use.things}
        if others or not is_here(draft, thing) or len(read) != 1 + len(uses):
            return
        made = next((c for c in draft.file.user_classes if c.name == thing.made), None)
        starts = {start for start, _ in uses.values()}
        binding = next(m.start() + span[0] for m in read if m.start() + span[0] not in starts)
        bound = re.compile(rf"{name}[ \t]*=[ \t]*(?={thing.made}\()").match(tree.text, binding)
        maker = self.by_start.get(bound.end()) if bound is not None else None
        if made is None or maker is None or maker.statement is None or maker.around != around:
            return
        edits = self._of_maker(made, maker.call)
        again = _applied(tree.source(maker.call), edits or [], tree.span(maker.call)[0])
        for use, place in calls.items():
            if edits is None:
                return
            new = self._of_use(made, use.name, place, again)
            edits = None if new is None else edits + new
        if edits is not None:
            self.edits += edits
            self.written |= starts
            lines = {id(p.statement): p.statement for p in calls.values() if p.statement}
            draft.before += [Before(line, 0, []) for line in lines.values()]

    def _of_maker(self, made: UserClass, call: cst.Call) -> list[Edit] | None:
        """The call without what only Keras asks for; None where it isn't sure what that is."""
        initializer = methods_of(made).get("__init__")
        if initializer is None or any(a.star for a in call.args) or made.inherits:
            return None
        gone = dropped_parameters(initializer)
        parameters = parameters_of(initializer.node)[1:]
        plain = [one.name for one in parameters if not one.star]
        takes_any = any(one.star == "**" for one in parameters)
        tree, edits = self.draft.tree, list[Edit]()
        before = tree.span(call.func)[1] + 1
        for position, argument in enumerate(call.args):
            named = argument.keyword is not None
            places = plain[position : position + 1]
            name = argument.keyword.value if argument.keyword is not None else "".join(places)
            end = tree.span(argument.value)[1]
            if not _CONSTANT.fullmatch(tree.source(argument.value)) or (not named and not places):
                return None
            if named and name == "name" and (name in gone or (name not in plain and takes_any)):
                behind = call.args[1:2] if position == 0 else []
                last = tree.span(behind[0])[0] if behind else end
                edits.append(Edit(before, last, ""))
            elif name in gone or name not in plain or name == "dtype":
                return None
            before = end
        return edits

    def _of_use(self, made: UserClass, asked: str, place: Place, again: str) -> list[Edit] | None:
        """What becomes of the call of a method."""
        draft, call = self.draft, place.call
        tree, update = draft.tree, methods_of(made).get("update_state")
        start, end = tree.span(call)
        name_end = tree.span(call.func)[1]
        alone = place.statement is not None and is_statement(place.statement, call)
        if asked == "update_state" and alone and update is not None and len(call.args) == 2:
            if any(a.star or a.keyword is not None for a in call.args) or not draft.device:
                return None
            edits = [Edit(name_end - len(asked), name_end, "update")]
            for argument in call.args:
                edits += as_tensor(draft, argument.value, f", device={draft.device}")
            return edits
        if asked == "result" and not call.args and self._gives_number(made):
            edits = [Edit(name_end - len(asked), name_end, "compute")]
            if tree.text[:start].endswith("float(") and tree.text.startswith(")", end):
                return edits
            last = end + len(".numpy()") * tree.text.startswith(".numpy()", end)
            return [*edits, Edit(start, start, "float("), Edit(end, last, ")")]
        if asked in _RESETS and alone and not call.args:
            name = tree.source(call.func).partition(".")[0]
            return [Edit(start, end, f"{name} = {again}")]
        return None

    def _gives_number(self, made: UserClass) -> bool:
        """Whether its result surely is one number."""
        method = methods_of(made).get("result")
        node = method.node if method is not None else None
        found = [s.result for s in self.draft.planned.operations if s.function.node is node]
        return bool(found) and all(isinstance(r, Bound) and bool(r.tensor.number) for r in found)


def _applied(text: str, edits: list[Edit], start: int) -> str:
    """A text that begins at a place, after some edits."""
    for edit in reversed(edits):
        text = text[: edit.start - start] + edit.text + text[edit.end - start :]
    return text
