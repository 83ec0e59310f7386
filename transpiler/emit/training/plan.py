"""Which models of a file are trained, and what becomes of the calls that train them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.training.asking import (
    write_evaluate,
    write_load_weights,
    write_predict,
    write_save,
    write_save_weights,
    write_summary,
)
from transpiler.emit.training.compiling import move_compile, write_compile
from transpiler.emit.training.fitting import write_fit
from transpiler.emit.training.lines import within
from transpiler.emit.training.model import ModelWriter, Room, Shared, Trained
from transpiler.interpret.region import Built, FileContext
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Training, lower_training
from transpiler.source.lexical import blanked

_TRAINS = re.compile(
    r"(?<![\w.])(\w+)\.(compile|fit|fit_generator|train_on_batch|test_on_batch|evaluate|predict)\b"
)
#: Attributes that a Keras model and an nn.Module have in common.
_OF_MODULES = ("add", "pop")
#: What writes each call of a model.
_WRITERS = {
    "compile": write_compile,
    "fit": write_fit,
    "evaluate": write_evaluate,
    "predict": write_predict,
    "summary": write_summary,
    "save": write_save,
    "save_weights": write_save_weights,
    "load_weights": write_load_weights,
}


def plan_training(file: FileContext, rooms: list[Room]) -> list[Trained]:
    """The training of every model that can be converted whole."""
    writer = _Planner(file, rooms)
    instances = [made for room in rooms for made in writer.instances(room)]
    moved = {id(c) for made in instances if not made.training.problem for c in made.training.moved}
    return [*instances, *(made for room in rooms for made in writer.room(room, moved))]


class _Planner(Shared):
    """Goes through the models of a file."""

    def room(self, room: Room, moved: set[int]) -> list[Trained]:
        """The models that are built here; calls that have moved elsewhere don't count."""
        calls = [c for c in self.enter(room) if id(c) not in moved]
        found = []
        for built in room.region.built:
            model = built.model
            of_model = [c for c in calls if c.model is model]
            variable = model.expr.text if model.expr is not None else ""
            if of_model and variable.isidentifier():
                training = Training(model, variable, room.region, of_model, room.region, model)
                found.append(self.write(training, built))
        return found

    def instances(self, room: Room) -> list[Trained]:
        """The models that functions give which compile them."""
        calls = self.enter(room)
        models = {id(c.model): c.model for c in calls if c.model.kind == "instance"}
        found = []
        for model in models.values():
            home = model.summary.region if model.summary is not None else None
            variable = model.expr.text if model.expr is not None else ""
            if home is None or len(home.built) != 1 or not variable.isidentifier():
                continue
            origin = home.built[0].model
            compiles = [
                c for c in home.training.values() if c.model is origin and c.name == "compile"
            ]
            own = [c for c in calls if c.model is model]
            if len(compiles) == 1 and home.file is self.file:
                for call in own:
                    call.compiled = call.compiled or compiles[0]
                training = Training(
                    model, variable, room.region, [*compiles, *own], home, origin, compiles
                )
                found.append(self.write(training, home.built[0]))
        return found

    def write(self, training: Training, built: Built) -> Trained:
        """One model; where something has no translation, `problem` says so and nothing is left."""
        made = Trained(training)
        elsewhere = self._elsewhere(training)
        if elsewhere:
            training.problem = (training.calls[0], elsewhere)
            return made
        names = {c.name for c in training.calls}
        in_function = not isinstance(self.root, cst.Module)
        if "compile" in names and "fit" not in names and in_function and not training.moved:
            compiles = next(c for c in training.calls if c.name == "compile")
            training.problem = (compiles, "the model is trained elsewhere")
            return made
        seen = not training.moved and self._all_seen(training)
        lower_training(self.file, training, built, seen)
        if training.problem is not None:
            return made
        one = ModelWriter(self, made, built)
        for call in training.calls:
            try:
                _write_call(one, call)
            except Unsupported as why:  # noqa: PERF203
                training.problem = (call, str(why))
                return made
        one.finish()
        made.left = list(self._left_uses(training))
        return made

    def _left_uses(self, training: Training) -> Iterator[tuple[int, str]]:
        """What else is asked of the model that an nn.Module has no answer to: where, and what."""
        region = training.region
        known = [self.tree.span(n) for n, _, _ in region.left_calls]
        known += [self.tree.span(n) for n in region.graph_statements.values()]
        for place in self.places(training.variable):
            if place.binds or within(place.start, known):
                continue
            if place.attribute and place.attribute not in _OF_MODULES:
                yield place.start, f"`{training.variable}.{place.attribute}`"
            elif not place.attribute and self.text[place.end : place.end + 1] == "(":
                yield place.start, f"`{training.variable}(...)`"

    def _is_home(self, training: Training, statement: cst.CSTNode) -> bool:
        summary = training.model.summary
        return summary is not None and summary.function.node is statement

    def _all_seen(self, training: Training) -> bool:
        """Whether each place that names the model is one that is converted here."""
        receivers = set()
        for call in training.calls:
            func = call.node.func
            if isinstance(func, cst.Attribute):
                receivers.add(self.tree.span(func.value)[0])
        for place in self.places(training.variable):
            if place.binds or place.start in receivers:
                continue
            if place.attribute in ("add", "pop") and training.model.kind == "sequential":
                continue
            return False
        return True

    def _elsewhere(self, training: Training) -> str:
        """Why the model may be trained in a place that is not converted, if it may."""
        places = self.places(training.variable)
        passed = any(not p.binds and not p.attribute for p in places)
        for statement in self.tree.module.body:
            if not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                continue
            start, end = self.tree.span(statement)
            for match in _TRAINS.finditer(blanked(self.text[start:end])):
                inside = within(start + match.start(), self.calls)
                if not inside and (passed or match.group(1) == training.variable):
                    home = training.moved and self._is_home(training, statement)
                    if statement is not self.root and not home:
                        return f"`{match.group()}` in `{statement.name.value}` may be of this model"
        return ""


def _write_call(writer: ModelWriter, call: TrainingCall) -> None:
    """One call."""
    statement = call.statement
    if call in writer.training.moved:
        move_compile(writer, call)
        return
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        raise Unsupported("a call in the middle of another statement")
    span, inside = writer.tree.span(statement), writer.tree.span(call.node)
    if not span[0] <= inside[0] < inside[1] <= span[1]:
        raise Unsupported("a call in the head of another statement")
    _WRITERS[call.name](writer, call, statement)
