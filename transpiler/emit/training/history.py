"""What a `fit` gives: the values of its epochs, which later code reads."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.source.occurrences import Occurrence

#: Where a range serves as well as a list.
_ITERATED = re.compile(r"(?:\bin|\bplot\w*\((?:[^()]*,)?)\s*$")


class History:
    """The history of one `fit`: a plain dict, or an object where the program needs one."""

    def __init__(
        self,
        model: ModelWriter,
        call: TrainingCall,
        statement: cst.SimpleStatementLine,
        first: str,
    ) -> None:
        self.model = model
        self.call = call
        self.statement = statement
        self.first = first  #: the number of the first epoch
        self.object = False
        self.result = ""  #: what stands before the object
        self.variable = self._variable()  #: "" where nobody reads it

    def _variable(self) -> str:
        node = self.statement.body[0]
        if isinstance(node, cst.Expr) and node.value is self.call.node:
            return ""
        if (
            isinstance(node, cst.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0].target, cst.Name)
            and node.value is self.call.node
        ):
            name = node.targets[0].target.value
            places = self._readers(name)
            self.object = any(p.attribute not in ("history", "epoch") for p in places)
            self.result = f"{name} = "
            return name if places else ""
        if (result := self._goes_to(node)) is not None:
            self.object, self.result = True, result
            end = self.model.tree.span(self.statement)[1]
            names = self.model.names
            return names.passing("history", "losses", end=end, looped=self.call.in_loop)
        raise Unsupported("what `fit` gives is used in a way that is not translated")

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
        return [p for p in self.model.shared.places(self.model.room, name) if not p.binds]

    def finished(self) -> list[str]:
        """What stands after the last epoch, so that later code finds what it reads."""
        if self.variable and not self.object:
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
