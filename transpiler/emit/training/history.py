"""What a `fit` gives: the values of its epochs, which later code reads."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import bound_by, holds, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.named_parts import is_history
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence, Static
from transpiler.ir.tensor import Unsupported
from transpiler.source.occurrences import Occurrence

#: What stands behind a list that is changed.
_CHANGED = re.compile(r"\.\w|(?:\[[^\]]*\])?\s*(?:[-+*/%|&^@]|\*\*|//|<<|>>)?=(?!=)")

#: Where a range serves as well as a list.
_ITERATED = re.compile(r"(?:\bin|\bplot\w*\((?:[^()]*,)?)\s*$")

_EPOCHS = re.compile(r"\[([\"'])epochs\1\]")

#: What takes entries by their place: what stands before the dict, and what behind it.
_PLACES_BEFORE = re.compile(
    r"(?:\b(?:list|tuple|enumerate|reversed|zip|next\(iter)\((?:[^()]*,)?|[\[(,]\s*\*"
    r"|^\s*\(?\*?\w[\w.\[\]]*,[^=:]*=)\s*$"
)
_VIEW = re.compile(r"(?:\.(?:keys|values|items)\(\))?(?!\s*[.\[\w])")
#: Another name for the dict.
#: What only looks at the list whose other name follows.
_LOOKED_AT = re.compile(r"(?:\bin |\blen\(|\bprint\(|\.plot\()$")
_ALIAS = re.compile(r"^\s*(\w+) = $")
_ORDER = "the history begins with the loss, as in Keras 2; Keras 3 sorts its entries by name"

#: What may leave out a part of a statement, or run it several times.
_SOMETIMES = re.compile(r"\b(?:if|and|or|for|lambda)\b")


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
        self.object = False
        self.result = ""  #: what stands before the object
        #: where the variable stands for the call, which is part of another expression
        self.place: tuple[int, int] | None = None
        self.by_place = False  #: whether something takes entries by their place
        self.variable = self._variable()  #: "" where nobody reads it

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
            return self.model.lasting("history", "fit_history") if kept else ""
        if (
            isinstance(node, cst.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0].target, cst.Name)
            and node.value is self.call.node
        ):
            return self._variable_of(node.targets[0].target.value, kept)
        start, end = self.model.tree.span(self.statement)
        looped = start if self.call.in_loop else None
        variable = self.model.names.passing("history", "losses", end=end, looped=looped)
        if (result := self._goes_to(node)) is not None:
            self.object, self.result = True, result
            return variable
        self._stand_in(variable)
        return variable

    def _variable_of(self, name: str, kept: list[Occurrence]) -> str:
        """The program's own variable, where something reads it."""
        places = [p for p in self._readers(name) if not self._rewrite_asked(p)]
        asked = any(p.attribute not in ("history", "epoch") for p in places)
        asked = asked or self._is_list_changed([p for p in places if p.attribute == "epoch"])
        self._say_lacking(places)
        dicts = [(p.start, p.attribute_end) for p in places if p.attribute == "history"]
        self._look_at_order(dicts)
        self.object = asked or self._holds_others(name)
        self.result = f"{name} = "
        return name if places or kept else ""

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
        given = self.call.given.get("callbacks")
        items = given.value.items if given is not None and isinstance(given.value, Sequence) else ()
        found = (i.expr.value for i in items if isinstance(i, Static) and is_history(i))
        for place in (made.place for made in found if made is not None and made.place):
            for name, statement in self.model.parts:
                if holds(self.model.tree.span(statement), place):
                    return name
        return ""

    def _rewrite_asked(self, place: Occurrence) -> bool:
        """`history.params["epochs"]` is what `fit` was given."""
        if place.attribute != "params" or not self._is_steady(self.epochs):
            return False
        asked = _EPOCHS.match(self.model.tree.text, place.attribute_end)
        if asked is not None:
            span = place.start, asked.end()
            self.model.edits.append(Edit(*span, self.epochs))
            self.model.shared.replaced[span] = self.epochs
        return asked is not None

    def _is_steady(self, text: str) -> bool:
        """Whether some code means the same wherever it stands."""
        if text.isdigit():
            return True
        places = self.model.shared.places(self.model.room, text) if text.isidentifier() else []
        return sum(place.binds for place in places) == 1

    def _say_lacking(self, places: list[Occurrence]) -> None:
        """`history.params` and `history.model`, which nothing stands for."""
        for place in places:
            if place.attribute not in ("", "history", "epoch"):
                text = f"`{self.model.tree.text[place.start:place.attribute_end]}`"
                message = f"{text} is left as it is; what `fit` gives has `history` and `epoch`"
                self.model.made.left.append((place.start, message))

    def _look_at_order(self, dicts: list[tuple[int, int]]) -> None:
        """`list(history.history.values())[0]`, of entries that Keras 3 has in another order."""
        text = self.model.tree.blanked
        for start, end in dicts:
            before = text[self.model.tree.line_start(start) : start]
            alias = _ALIAS.match(before)
            if _VIEW.match(text, end) and _PLACES_BEFORE.search(before):
                self.by_place = True
            elif alias is not None and text[end : end + 1] in ("\n", ";"):
                places = self.model.shared.places(self.model.room, alias.group(1))
                self._look_at_order([(p.start, p.end) for p in places if p.start > end])

    def _say_order(self, keys: list[str]) -> None:
        """Keras 3 sorts what it has of the training, and then what it has of the validation."""
        own = [k for k in keys if not k.startswith("val_") and k not in ("lr", "learning_rate")]
        validated = [k for k in keys if k.startswith("val_")]
        same = own == sorted(own) and validated == sorted(validated)
        if self.by_place and not same and self.model.shared.file.options.keras != "2":
            self.model.made.said.append((ASSUMED, self.call.node, _ORDER))

    def _stand_in(self, variable: str) -> None:
        """The call is part of an expression: a variable stands there, after the loop."""
        tree = self.model.tree
        start, end = tree.span(self.call.node)
        whole = tree.blanked[slice(*tree.span(self.statement))]
        before = tree.blanked[tree.span(self.statement)[0] : start]
        if ")" in before or _SOMETIMES.search(whole):
            raise Unsupported("what `fit` gives is used in a way that is not translated")
        plain = tree.text[end:].startswith(".history")
        self.object, self.result = not plain, f"{variable} = "
        self.place = (start, end + len(".history") if plain else end)
        if plain:
            self._look_at_order([self.place])

    def _kept_by_model(self) -> list[Occurrence]:
        """Where `model.history` means this one: up to the next `fit` of the model."""
        places = self.model.shared.asked(self.model.room, self.model.variable, "history")
        if not places:
            return []
        tree = self.model.tree
        begin = tree.span(self.statement)[1]
        fits = [tree.span(c.node)[0] for c in self.model.part.calls if c.name == "fit"]
        end = min((start for start in fits if start > begin), default=len(tree.text))
        later = [p for p in places if begin < p.start < end]
        return [p for p in later if tree.text[p.attribute_end :].startswith(".history")]

    def _rewrite_kept(self) -> None:
        """`model.history.history["loss"]` becomes `history["loss"]`."""
        for place in self._kept_by_model():
            start, end = place.start, place.attribute_end
            end += 0 if self.object else len(".history")
            self.model.edits.append(Edit(start, end, self.variable))
            self.model.shared.replaced[start, end] = self.variable

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
        places = [p for p in self.model.shared.places(self.model.room, name) if not p.binds]
        given = [c.given.get("callbacks") for c in self.model.part.calls]
        gone = [self.model.tree.span(g.node) for g in given if g is not None and g.node is not None]
        gone += [self.model.tree.span(part) for _, part in self.model.parts]
        return [p for p in places if not within(p.start, gone)]

    def finished(self, keys: list[str]) -> list[str]:
        """What stands after the last epoch, so that later code finds what it reads."""
        self._say_order(keys)
        if self.variable:
            self._rewrite_kept()
        if self.variable and not self.object and self.place is None:
            self._rewrite_readers()
        if not self.variable or not self.object:
            return []
        made = f"SimpleNamespace(history={self.variable}, epoch=list({self._epochs_run}))"
        return [f"{self.result}{made}"]

    def _rewrite_readers(self) -> None:
        """`history.history["loss"]` becomes `history["loss"]`."""
        source = self.model.tree.text
        for place in self._readers(self.variable):
            start, end = place.start, place.attribute_end
            if place.attribute == "history":
                text = self.variable
            elif source[:start].endswith("len(") and source[end] == ")":
                text = f'{self.variable}["loss"]'
            elif source[end : end + 4] == "[-1]" and self.first == "0":
                end += 4
                text = f'(len({self.variable}["loss"]) - 1)'
                if source[start - 1] in "=(" and source[end] in ",)":
                    text = text[1:-1]
            else:
                text = self._epochs_run
                if not _ITERATED.search(source[:start]):
                    text = f"list({text})"
            self.model.edits.append(Edit(start, end, text))
            self.model.shared.replaced[start, end] = text  # where it is an argument of a call

    @property
    def _epochs_run(self) -> str:
        """The numbers of the epochs that the history holds."""
        count = f'len({self.variable}["loss"])'
        first = self.first
        return f"range({count})" if first == "0" else f"range({first}, {first} + {count})"
