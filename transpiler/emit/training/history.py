"""What a `fit` gives: the values of its epochs, which later code reads."""

from __future__ import annotations

import ast
import os
import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.training.callbacks import own_classes
from transpiler.emit.training.entry_order import SORTED, EntryOrder
from transpiler.emit.training.epoch_logs import in_order
from transpiler.emit.training.history_readers import EARLY, Fits, made_by_hand
from transpiler.emit.training.kept_entries import (
    asks_entries,
    asks_validation,
    validates_rarely,
)
from transpiler.emit.training.lines import bound_by, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.same_model import refuse_another
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Static
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.changed_inside import METHODS
from transpiler.source.holders import holders_of
from transpiler.source.importers import is_imported
from transpiler.source.occurrences import Occurrence
from transpiler.source.outer_reads import functions_of
from transpiler.source.suites import blocks_around
from transpiler.source.syntax import all_in, program_tree

#: What stands behind a list that is changed.
_CHANGED = regex(r"\.\w|(?:\[[^\]]*\])?\s*(?:[-+*/%|&^@]|\*\*|//|<<|>>)?=(?!=)")

#: The same of a list of losses, or of one in a dict.
_EXTENDED = regex(
    rf"(?:\[[^\]]*\])*(?:\.(?:{'|'.join(sorted(METHODS))})\(|\s*[-+*]=)|(?:\[[^\]]*\])+\s*=(?!=)"
)

#: Where a range serves as well as a list.
_WHOLE = regex(r"\s*(?:[:)\]},]|if\b|for\b)")  #: behind what a loop goes over
_ITERATED = regex(r"(?:\bin|\bplot\w*\((?:[^()]*,)?)\s*$")

#: The number behind the last one.
_NEXT = regex(r"\[-1\] \+ 1(?=[,)])")

_EPOCHS = regex(r"\[([\"'])epochs\1\]")

#: What looks at the attributes of an object, and the two that there are.
_ASKING = regex(r"\b(?:vars|dir|[gs]etattr|hasattr)\($")
_KNOWN = regex(r"\s*,\s*([\"'])(?:history|epoch)\1")
#: What Keras's object has besides.
_LACKING = ("params", "model", "validation_data")
_PARAMS = regex(
    r"\.params(?:\[|\.get\()\s*([\"'])"
    r"(?:epochs|nb_epoch|steps|batch_size|samples|verbose|metrics|do_validation)\1[\])]"
)

#: What only looks at the list whose other name follows.
_LOOKED_AT = regex(r"(?:\bin |\blen\(|\bprint\(|\.plot\()$")
_ALIAS = regex(r"^\s*(\w+) = $")
#: The dict of any such object.
_DICT = regex(r"\.history\b(?!\.history\b|\s*=(?!=))")

#: What is read of `model.history`.
_OF_HISTORY = regex(r"\.(history|epoch)\b")
#: What may leave out a part of a statement, or run it several times.
_SOMETIMES = regex(r"\b(?:if|and|or|for|lambda)\b")


class History:
    """The history of one `fit`: a plain dict, or an object where the program needs one."""

    def __init__(
        self,
        model: ModelWriter,
        call: TrainingCall,
        statement: cst.SimpleStatementLine,
        first: str,
        epochs: str,
    ) -> None:
        self.model = model
        self.call = call
        self.statement = statement
        self.first = first  #: the number of the first epoch
        self.epochs = epochs
        #: whether no epoch runs: Keras makes an entry when the first one ends
        self.empty = _never_runs(call)
        self.object = False
        self.is_dict = False  #: whether the program's own variable has but the dict
        self.growing = ""  #: the variable that the loop extends, where that is another one
        self.result = ""  #: what stands before the object
        #: where the variable stands for the call, which is part of another expression
        self.place: tuple[int, int] | None = None
        self.fits: Fits  #: of the program's own variable
        self.order = EntryOrder(model.shared)
        self.variable = self._variable()  #: "" where nobody reads it
        asked = self.model.tree.text, self.variable or "history"
        #: whether an entry is made when its first value comes: all, and those of the validation
        self.sparse = _may_run_none(call) and asks_entries(*asked)
        self.rare = self.sparse or (validates_rarely(call) and asks_validation(*asked))

    def _variable(self) -> str:
        node = self.statement.body[0]
        kept = self._kept_by_model()
        alone = isinstance(node, cst.Expr) and node.value is self.call.node
        name = self._by_hand()
        if alone and name:
            return self._variable_of(name, kept)
        if name and self._readers(name) and bound_by(self.model.tree, self.statement) != name:
            raise Unsupported(f"what `fit` gives is used, and `{name}`, which is the same")
        if alone:
            variable = self.model.lasting("history", "fit_history") if kept else ""
            self.object, self.result = self._asks_numbers(kept), f"{variable} = "
            return variable
        if (
            isinstance(node, cst.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0].target, cst.Name)
            and node.value is self.call.node
        ):
            return self._variable_of(node.targets[0].target.value, kept)
        if name := self._of_its_dict(node):
            return name
        start, end = self.model.tree.span(self.statement)
        looped = start if self.call.in_loop else None
        variable = self.model.names.passing("history", "losses", end=end, looped=looped)
        if (result := self._goes_to(node)) is not None:
            self.object, self.result = True, result
            return variable
        if self._asks_numbers(kept):
            raise Unsupported("`history.epoch` of a model, where what `fit` gives is used as well")
        self._stand_in(variable)
        return variable

    def _of_its_dict(self, node: cst.CSTNode) -> str:
        """`losses = model.fit(x, y).history`: the variable, where nothing reads what it was."""
        match node:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value=name))],
                value=cst.Attribute(value=self.call.node, attr=cst.Name(value="history")),
            ):
                pass
            case _:
                return ""
        start, end = self.model.tree.span(self.statement)
        places = self.model.shared.places(self.model.room, name)
        again = any(start < p.start < end for p in places)
        if again or Fits(self.model, self.call, name).read_inside or self._keeps_former(name):
            return ""
        if self._asks_numbers(self._kept_by_model()):
            return ""
        self.is_dict = True
        self.order.look_at([self.model.tree.span(node.value)])
        return name

    def _variable_of(self, name: str, kept: list[Occurrence]) -> str:
        """The program's own variable, where something reads it."""
        self.fits = Fits(self.model, self.call, name)
        self.fits.check_begun()
        places = [p for p in self._readers(name) if not self._rewrite_asked(p)]
        asked = any(p.attribute not in ("history", "epoch") for p in places)
        numbered = [p for p in places if p.attribute == "epoch"]
        asked = asked or self._is_list_changed(numbered)
        asked = asked or not all(map(self._is_numbered, numbered))
        asked = asked or (bool(numbered) and (self.empty or self._is_extended(places)))
        asked = asked or self._asks_numbers(kept)
        self._say_lacking(places)
        dicts = [(p.start, p.attribute_end) for p in places if p.attribute == "history"]
        self.order.look_at(dicts)
        lent = not (places or kept or self.fits.read_inside) and self._is_lent(name)
        self.object = asked or lent or self._holds_others(name) or self.fits.asked_early
        self.result = f"{name} = "
        if self.fits.read_inside or self._keeps_former(name):
            self._grow_apart(name)
        return name if places or kept or lent or self.fits.read_inside else ""

    def _grow_apart(self, name: str) -> None:
        """Let the loop extend another variable, which the program's own gets at its end."""
        start, end = self.model.tree.span(self.statement)
        looped = start if self.call.in_loop else None
        wanted = [w for w in ("losses", "training_history") if w != name]
        self.growing = self.model.names.passing(*wanted, end=end, looped=looped)

    def _keeps_former(self, name: str) -> bool:
        """Whether a variable has what it held before where something stops the training."""
        tree, start = self.model.tree, self.model.tree.span(self.statement)[0]
        places = self.model.shared.places(self.model.room, name)
        if "except" not in tree.text or not any(p.binds and p.start < start for p in places):
            return False
        module, (line, _) = program_tree(tree.text), tree.line_column(start)
        tries = (n for n in all_in(module) if isinstance(n, ast.Try)) if module else ()
        return any(
            t.handlers and t.body[0].lineno <= line <= (t.body[-1].end_lineno or 0) for t in tries
        )

    def _is_lent(self, name: str) -> bool:
        """Whether another file imports the variable, as the object that it is."""
        file = self.model.shared.file
        stem = os.path.splitext(os.path.basename(file.path))[0]
        imported = rf"import\b(?:[^\n(]*|\s*\([^)]*)\b{name}\b|\b{stem}\.{name}\b"
        return isinstance(self.model.room.node, cst.Module) and is_imported(file.path, imported)

    def _is_extended(self, places: list[Occurrence]) -> bool:
        """`losses = history.history["loss"]`, `losses += other`: the epochs are no more of them."""
        text = self.model.tree.blanked
        for place in (p for p in places if p.attribute == "history"):
            alias = _ALIAS.match(text[self.model.tree.line_start(place.start) : place.start])
            named = self.model.shared.places(self.model.room, alias.group(1)) if alias else []
            ends = [place.attribute_end, *(p.end for p in named if p.start > place.start)]
            if any(_EXTENDED.match(text, end) for end in ends):
                return True
        return False

    def _is_numbered(self, place: Occurrence) -> bool:
        """Whether it is known which epochs a place sees, or only their number is read."""
        return self._is_counted(place) or bool(self.fits.common(place, "initial_epoch", "0"))

    def _is_counted(self, place: Occurrence) -> bool:
        """`len(history.epoch)`"""
        source = self.model.tree.text
        return source[: place.start].endswith("len(") and source[place.attribute_end] == ")"

    def _is_list_changed(self, epochs: list[Occurrence]) -> bool:
        """`history.epoch.append(3)`: the list must be the same wherever it is read."""
        text = self.model.tree.blanked
        for place in epochs:
            before = text[self.model.tree.line_start(place.start) : place.start]
            alias = _ALIAS.match(before) if len(epochs) > 1 else None
            named = self._readers(alias.group(1)) if alias is not None else []
            ends = [place.attribute_end, *(one.end for one in named)]
            handed = any(not _LOOKED_AT.search(text[max(0, p.start - 40) : p.start]) for p in named)
            if handed or "del " in before or any(_CHANGED.match(text, end) for end in ends):
                return True
        return False

    def _by_hand(self) -> str:
        """The variable of a `History()` that is among the callbacks, "" where there is none."""
        return made_by_hand(self.model, self.call)[0]

    def _rewrite_asked(self, place: Occurrence) -> bool:
        """`history.params["epochs"]` is what `fit` was given."""
        asked = _EPOCHS.match(self.model.tree.text, place.attribute_end)
        epochs = self.fits.common(place, "epochs", "1")
        if place.attribute != "params" or asked is None or not epochs:
            return False
        span = place.start, asked.end()
        self.model.edits.append(Edit(*span, epochs))
        self.model.shared.replaced[span] = epochs
        return True

    def _say_lacking(self, places: list[Occurrence]) -> None:
        """`history.params`, `vars(history)` and the like, which nothing stands for."""
        source = self.model.tree.text
        for place in (one for one in places if not self.fits.sees_another(one)):
            before = source[self.model.tree.line_start(place.start) : place.start]
            asks = _ASKING.search(before)
            if asks is not None and not _KNOWN.match(source, place.end):
                self._leave(place.start - len(asks.group()), source.find(")", place.end) + 1)
            elif place.attribute not in ("", "history", "epoch"):
                self._leave(place.start, place.attribute_end)

    def _leave(self, start: int, end: int) -> None:
        """Say that a place is left as it is."""
        text = f"`{self.model.tree.text[start:end]}`"
        message = f"{text} is left as it is; what `fit` gives has `history` and `epoch`"
        if (start, message) not in self.model.made.left:
            self.model.made.left.append((start, message))

    def _say_lacking_elsewhere(self) -> None:
        """The same where the object comes from a list, or a variable gets it of a function."""
        text, room = self.model.tree.blanked, self.model.room
        known: set[int] = set()
        if isinstance(room.node, cst.FunctionDef):
            given = re.compile(rf"(\w+) = (?:\w+\.)*{room.node.name.value}\(")
            names = {found.group(1) for found in given.finditer(text)}
            places = [p for name in names for p in self.model.shared.found.of(name)]
            for place in (p for p in places if p.attribute in _LACKING):
                self._leave(place.start, place.attribute_end)
                known.add(place.end)
        gone = [*self.model.shared.replaced]
        program = functions_of(self.model.tree.text)
        made = program.call_at(*self.model.tree.span(self.call.node))
        holders = "|".join(map(re.escape, holders_of(program.module, made, {self.variable})))
        lacking = rf"(?<![\w.])(?:{holders})(?:\[[^\]\n]*\])*\.(?:{'|'.join(_LACKING)})\b"
        for asked in re.finditer(lacking, text) if holders else ():
            self._leave(*asked.span())
        for asked in _PARAMS.finditer(self.model.tree.text):
            start, end = asked.span()
            own = text[:start].endswith("self") or start in known
            if text[start] == "." and not own and not within(start, gone):
                self._leave(start, end)

    def in_order(self, values: dict[str, str], late: bool) -> dict[str, str]:
        """The values of an epoch as Keras has them, where that is seen; else as they are found.

        `late`: the first epoch does not validate.
        """
        options = self.model.shared.file.options
        kept = [(p.start, p.attribute_end + len(".history")) for p in self._kept_by_model()]
        self.order.look_at(kept)
        if self.object:  # others may get it too
            found = [m.span() for m in _DICT.finditer(self.model.tree.blanked)]
            self.order.look_at(found)
            self.order.shown |= not found
        if not self.order.shown:
            return values
        ordered = in_order(values, options.keras, late)
        if self.order.by_place and options.keras == "auto" and [*ordered] != [*values]:
            self.model.made.said.append((ASSUMED, self.call.node, SORTED))
        return ordered

    def _stand_in(self, variable: str) -> None:
        """The call is part of an expression: a variable stands there, after the loop."""
        tree = self.model.tree
        start, end = tree.span(self.call.node)
        first, last = tree.span(self.statement)
        before, after = tree.blanked[first:start], tree.blanked[end:last]
        if ")" in before or _SOMETIMES.search(before) or _SOMETIMES.search(after):
            raise Unsupported("what `fit` gives is used in a way that is not translated")
        plain = tree.text[end:].startswith(".history")
        self.object, self.result = not plain, f"{variable} = "
        self.place = (start, end + len(".history") if plain else end)
        if plain:
            self.order.look_at([self.place])

    def _kept_by_model(self) -> list[Occurrence]:
        """Where `model.history` means this one: up to the next `fit` of the model."""
        places = self.model.shared.asked(self.model.room, self.model.variable, "history")
        if not places:
            return []
        tree = self.model.tree
        begin = tree.span(self.statement)[1]
        fits = [tree.span(c.node)[0] for c in self.model.part.calls if c.name == "fit"]
        end = min((start for start in fits if start > begin), default=len(tree.text))
        later = [p for p in places if begin < p.start < end and self._kept_of(p)]
        for place in later:
            refuse_another(self.model, place.start)
            self._refuse_hidden(begin, place.start)
        return later

    def _refuse_hidden(self, begin: int, end: int) -> None:
        """Refuse `model.history` where the variable of its `fit` may hold another one, or nothing.

        Another `fit` is between them, or runs elsewhere, or only one branch has this one.
        """
        model, tree = self.model, self.model.tree
        fits = [c for c in model.room.calls if c.name == "fit" and c is not self.call]
        between = any(begin < tree.span(c.node)[0] < end for c in fits)
        apart = any(c.name == "fit" and c not in model.room.calls for c in model.training.calls)
        bound = bound_by(tree, self.statement)
        places = model.shared.places(model.room, bound) if bound.isidentifier() else []
        if any(p.binds and begin < p.start < end for p in places) or between or apart:
            raise Unsupported("`model.history` is read where another one may be meant")
        around = blocks_around(tree, model.room.node, tree.span(self.call.node)[0])
        branches = [tree.span(suite) for s, suite in around if isinstance(s, cst.If)]
        if not all(within(end, [branch]) for branch in branches):
            raise Unsupported("`model.history` of a `fit` in a branch")

    def _check_failed(self) -> None:
        """Refuse `model.history` of a training that may have failed: Keras's has what was kept."""
        tree, room = self.model.tree, self.model.room
        around = blocks_around(tree, room.node, tree.span(self.call.node)[0])
        tries = [s for s, suite in around if isinstance(s, cst.Try) and suite is s.body]
        caught = [h.type for one in tries for h in one.handlers]
        stopped = all(
            kind is not None and tree.source(kind) == "KeyboardInterrupt" for kind in caught
        )
        withs = [s for s, _ in around if isinstance(s, cst.With)]
        passed = any("suppress(" in tree.source(one.item) for s in withs for one in s.items)
        stopped = stopped and not passed
        if (caught or passed) and (self.growing or (own_classes([self.call]) and not stopped)):
            body = tree.span((tries or withs)[0].body)
            if any(not within(p.start, [body]) for p in self._kept_by_model()):
                raise Unsupported("`model.history` of a training that may have failed")

    def _asks_numbers(self, kept: list[Occurrence]) -> bool:
        """Whether `model.history.epoch` is read, which needs the object."""
        return any(self._kept_of(place) == "epoch" for place in kept)

    def _kept_of(self, place: Occurrence) -> str:
        """What is read of `model.history`."""
        found = _OF_HISTORY.match(self.model.tree.text, place.attribute_end)
        return found.group(1) if found is not None else ""

    def _rewrite_kept(self) -> None:
        """`model.history.history["loss"]` becomes `history["loss"]`."""
        held = self.result.removesuffix(" = ") if self.object else self.variable
        for place in self._kept_by_model():
            start, end = place.start, place.attribute_end
            end += 0 if self.object else len(".history")
            self.model.edits.append(Edit(start, end, held))
            self.model.shared.replaced[start, end] = held

    def _holds_others(self, name: str) -> bool:
        """Whether the variable also gets a value from something else than a `fit` of this room."""
        room = self.model.room
        statements = [c.statement for c in room.calls if c.name == "fit"]
        statements += [part for part_name, part in self.model.parts if part_name == name]
        fits = [self.model.tree.span(s) for s in statements if s is not None]
        places = self.model.shared.places(room, name)
        return any(p.binds and not within(p.start, fits) for p in places)

    def _goes_to(self, node: cst.CSTNode) -> str | None:
        """What stands before a call that a statement returns, or keeps in an attribute."""
        if isinstance(node, cst.Return) and node.value is self.call.node:
            return "return "
        if not isinstance(node, cst.Assign) or node.value is not self.call.node:
            return None
        target = node.targets[0].target
        if len(node.targets) == 1 and isinstance(target, cst.Attribute):
            return f"{self.model.tree.source(target)} = "
        return None

    def _readers(self, name: str) -> list[Occurrence]:
        return Fits(self.model, self.call, name).readers

    def finished(self) -> list[str]:
        """What stands after the last epoch, so that later code finds what it reads."""
        if self.variable:
            self._check_failed()
            self._rewrite_kept()
        if self.variable and not self.object and self.place is None and not self.is_dict:
            self._rewrite_readers()
        grown = self.growing or self.variable
        if not self.variable or not self.object:
            return [f"{self.variable} = {grown}"] if self.growing else []
        self._say_lacking_elsewhere()
        epochs = "[]" if self.empty else f"list({_run(grown, self.first, self.sparse)})"
        made = f"SimpleNamespace(history={grown}, epoch={epochs})"
        return [f"{self.result}{made}"]

    def _rewrite_readers(self) -> None:
        """`history.history["loss"]` becomes `history["loss"]`."""
        source = self.model.tree.text
        for place in self._readers(self.variable):
            if not self.fits.is_seen(place):
                continue
            start, end = place.start, place.attribute_end
            first = self.fits.common(place, "initial_epoch", "0")
            if place.attribute == "history":
                text = self.variable
            elif self._is_counted(place):
                text = f'{self.variable}["loss"]'
            elif first == "0" and source[start - 1] in "=(," and _NEXT.match(source, end):
                end += len("[-1] + 1")
                text = f'len({self.variable}["loss"])'
            elif source[end : end + 4] == "[-1]" and first == "0":
                end += 4
                text = f'(len({self.variable}["loss"]) - 1)'
                if source[start - 1] in "=(" and source[end] in ",)":
                    text = text[1:-1]
            else:
                text = _run(self.variable, first, self.sparse)
                if not (_ITERATED.search(source[:start]) and _WHOLE.match(source, end)):
                    text = f"list({text})"
            self.model.edits.append(Edit(start, end, text))
            self.model.shared.replaced[start, end] = text  # where it is an argument of a call


def _never_runs(call: TrainingCall) -> bool:
    """Whether the last epoch surely comes before the first one."""
    epochs, first = (
        _number(call.given.get(name), n) for name, n in zip(EARLY, (1, 0), strict=True)
    )
    return epochs is not None and first is not None and epochs <= first


def _may_run_none(call: TrainingCall) -> bool:
    """Whether only the run tells how many epochs there are."""
    numbers = (_number(call.given.get(name), n) for name, n in zip(EARLY, (1, 0), strict=True))
    return None in numbers


def _number(given: Given | None, default: int) -> int | None:
    """The number that an argument surely is."""
    if given is None:
        return default
    value = given.value.expr.value if isinstance(given.value, Static) else None
    return value if isinstance(value, int) else None


def _run(variable: str, first: str, sparse: bool = False) -> str:
    """The numbers of the epochs that a history holds."""
    count = f'len({variable}.get("loss", []))' if sparse else f'len({variable}["loss"])'
    return f"range({count})" if first == "0" else f"range({first}, {first} + {count})"
