"""Which models of a file are trained, and what becomes of the calls that train them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, partial

import libcst as cst

from transpiler.emit.heirs import heir_without_model
from transpiler.emit.training.adopted import refuse_adopted
from transpiler.emit.training.agreeing import agree, problems_of, refuse_lost
from transpiler.emit.training.alternatives import with_calls
from transpiler.emit.training.asking import rewrite_names
from transpiler.emit.training.beside_models import beside_models, name_beside
from transpiler.emit.training.callbacks import own_classes
from transpiler.emit.training.called import rewrite_calls
from transpiler.emit.training.calls import write_call
from transpiler.emit.training.constructors import argument_of
from transpiler.emit.training.counting import rewrite_counts
from transpiler.emit.training.data import by_keys, without_others
from transpiler.emit.training.distributing import spread
from transpiler.emit.training.elsewhere import is_free, is_unused, losses_gone, place_of, why_unseen
from transpiler.emit.training.entered_with import settle_entered, under_several
from transpiler.emit.training.given_back import asked_back
from transpiler.emit.training.given_to_builders import parts_for_builder
from transpiler.emit.training.going_on import trains_a_copy
from transpiler.emit.training.groups import (
    Group,
    answered,
    common_marks,
    groups_of,
    training_of,
)
from transpiler.emit.training.handed_compile import Handing, handed_in, handing_of
from transpiler.emit.training.handed_parts import Taken, lend, take_parts, write_parts
from transpiler.emit.training.late_optimizers import late_fit
from transpiler.emit.training.lines import bound_to, holds, statement_of, within
from transpiler.emit.training.looped import trained_apart
from transpiler.emit.training.losses_of_calls import gives_trained
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.once_more import write_again
from transpiler.emit.training.one_way import keep_parts
from transpiler.emit.training.onto_device import move_there
from transpiler.emit.training.outliving import other_name
from transpiler.emit.training.passed_on import with_passing
from transpiler.emit.training.placing import place_statements
from transpiler.emit.training.rates import asks_steps, own_optimizer, rewrite_rates, sets_rate
from transpiler.emit.training.receivers import is_receiver, named_in, why_hidden
from transpiler.emit.training.recompiled import keep_metrics, on_one_object
from transpiler.emit.training.shared import Part, Room, Shared, Site, Trained
from transpiler.emit.training.shown_arrays import note_weighed
from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Built, Region
from transpiler.interpret.training import TRAINING, TrainingCall, given_by_function, may_be, root
from transpiler.interpret.values import Model
from transpiler.ir.tensor import Unsupported
from transpiler.lower.freezing import plan_freezing
from transpiler.lower.training import Training, lower_training
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.foreign_objects import foreign_objects
from transpiler.source.whereabouts import whereabouts

_TRAINING = (
    r"\.(compile|fit|fit_generator|train_on_batch|test_on_batch|evaluate|predict|predict_classes)\b"
)
_TRAINS = regex(rf"(?<![\w.])(?:(\w+)|[\w.]+(?:\[[^\[\]\n]*\])+){_TRAINING}")
#: Begins with a literal character, so that a search passes over most of a text at once.
_MAY_TRAIN = regex(_TRAINING)
#: Attributes that a Keras model and an nn.Module have in common.
_OF_MODULES = ("add", "pop")
_FAR = "another file makes the model, for an object or in a function that trains it"
_A_MODULE = "is left as it is; the model is an nn.Module now"


def plan_training(
    file: FileContext, rooms: list[Room], elsewhere: Mapping[tuple[str, int], str]
) -> list[Trained]:
    """The training of every model that can be converted whole.

    Other files make criterion and optimizer of models that are built `elsewhere`, or tell why not.
    """
    rooms = with_calls(rooms)
    note_weighed(file, rooms)
    planner = _Planner(file, rooms)
    planner.elsewhere = elsewhere
    groups = groups_of(planner)
    planner.freezing = plan_freezing(
        [c for room in rooms for c in room.calls],
        file.options.keras,
        [room.region for room in rooms],
    )
    planner.note_sites(groups)
    planner.marks = common_marks(planner, groups)
    found = {id(g): planner.instance(g) for g in groups if g.made.kind == "instance"}
    moved = {
        id(call)
        for made in found.values()
        if made is not None and not made.training.problem and not made.training.stays
        for call in made.training.moved
    }
    planner.spoiled = problems_of(found.values())
    # what a function does with a model that another one gives, before it gives it itself
    gone = [g for g in groups if moved.issuperset(id(c) for p in g.parts for c in p.calls)]
    found |= {id(g): planner.built_here(g, moved) for g in groups if g.made.kind != "instance"}
    trained = [made for made in found.values() if made is not None]
    trained = [made for made in trained if all(made is not found[id(g)] for g in gone)]
    refuse_lost(trained, [g.calls for g in groups if found[id(g)] is None])
    agree(trained, file)
    return trained


class _Planner(Shared):
    """Goes through the models of a file."""

    spoiled: Mapping[int, tuple[TrainingCall, str]] = {}  #: problems, by calls of `compile`

    def note_sites(self, groups: list[Group]) -> None:
        """Note the calls of functions that give models which they have compiled."""
        for group in groups:
            handing = handing_of(self, group.parts)
            if handing is not None:
                self.handings[id(group.made)] = handing
                lent = handed_in(group.parts, handing)
                self._note_site(group, handing.function, handing.node, lent)
            summary, node = group.made.summary, group.made.node
            if self._is_far(group):
                continue
            part = None
            if beside_models(self, group.made, group.parts) is not None:
                part = group.parts[0]
            elif summary is not None:
                part = self._made_in(group)
            if part is None and (late := late_fit(self, group.parts)) is not None:
                part = next(part for part in group.parts if late[1] in part.calls)
            if summary is None or part is None or node is None:
                continue
            self._note_site(group, summary.function.node, node, part)
        for found in self.sites.values():
            found.sort(key=lambda site: self.tree.span(site.node))

    def _note_site(
        self, group: Group, function: cst.CSTNode, node: cst.CSTNode, part: Part
    ) -> None:
        calls = tuple(call for p in group.parts for call in p.calls)
        sites = self.sites.setdefault(id(function), [])
        for number, site in enumerate(sites):
            if site.node is node and site.variable == part.variable:  # of one model or another
                sites[number] = replace(site, calls=(*site.calls, *calls))
                return
        given = {} if id(group.made) in self.handings else group.made.arguments
        sites.append(Site(node, part.room, part.variable, calls, given))

    def built_here(self, group: Group, moved: set[int]) -> Trained | None:
        """A model that a room builds itself; calls that have moved elsewhere don't count."""
        asking = [part for part in group.parts if part.calls]
        for part in asking:
            part.calls = [c for c in part.calls if id(c) not in moved]
        group.parts = [p for p in group.parts if p.calls or all(p is not one for one in asking)]
        homes = [(r.region, b) for r in self.rooms for b in r.region.built if b.model is group.made]
        if not homes or not any(part.calls for part in group.parts):
            return None
        home, built = homes[0]
        if self._may_be_others(group) and built.statement is not None:
            room = next(r for r in self.rooms if r.region is home)
            self._named(group, room, built.node)  # it may be asked by another name there
        return self.write(training_of(group, home, group.made), built, group.parts)

    def _may_be_others(self, group: Group) -> bool:
        """Whether some call of a model may be one of another model."""
        nodes = {id(c.node) for part in group.parts for c in part.calls}
        calls = [c for part in group.parts for c in part.room.calls]
        return any(id(c.node) in nodes and root(c.model) is not group.made for c in calls)

    def instance(self, group: Group) -> Trained | None:
        """A model that a function gives, which may have compiled it."""
        found = given_by_function(group.made)
        if found is None:
            return None
        home, built = found
        outer = group.made.summary.region if group.made.summary is not None else None
        outer = outer if outer is not home else None  # which gets the model from another function
        own = self._calls_of(outer, group.made.origin)
        if home.file is not self.file and not is_free(self.file, group, home, built, own):
            return None
        origin = built.model
        if self._is_far(group):
            training = training_of(group, home, origin)
            training.problem = (training.calls[0], _FAR)
            return Trained(training, rooms={part.room.node for part in group.parts})
        inside = self._calls_of(home, origin) + own
        asked = {call.name for call in group.calls}
        compiles = [c for c in inside if c.name == "compile"]
        trained = any(c.name in TRAINING for c in inside)  # where it is compiled
        if trained and ("compile" in asked or not asked & TRAINING):
            compiles = []
        if len(compiles) > 1 or (compiles and group.may_compile_again(self)):
            return None
        if compiles and trained and asked & {"fit", "train_on_batch"}:
            return None  # the optimizer would go on
        away = home.file is not self.file
        if "compile" in asked and (trained or away) and group.asks_before(self.tree, away):
            return None
        if compiles and asked == {"summary"} and not gives_trained(self, group.made):
            return None
        stays = trained and bool(compiles)
        beside = beside_models(self, group.made, group.parts) if compiles else None
        made_in, late = None if beside is not None else self._made_in(group, stays), None
        if not compiles:
            made_in = None  # a part for what else is asked of it there
        elif made_in is None and beside is None:
            if (late := late_fit(self, group.parts)) is None:
                return None
        group.parts.sort(key=lambda part: made_in is not None and part is not made_in)
        for call in compiles:  # another model of the function may have been given other parts
            call.given = dict(self.given_inside.setdefault(id(call), call.given))
            group.compiled_first(call)
        training = training_of(group, home, origin, compiles)
        training.stays = stays
        training.postpone(late)
        training.beside = beside
        return self.write(training, built, group.parts)

    def _is_far(self, group: Group) -> bool:
        """Whether another file makes a model, for an object or by a function that trains it."""
        node = group.made.node
        return node is not None and not self.tree.has_span(node)

    def _calls_of(self, region: Region | None, model: Model | None) -> list[TrainingCall]:
        """What a function does with a model that it gives."""
        calls = [c for room in self.rooms if room.region is region for c in room.calls]
        return [c for c in calls if c.model is model]

    def _made_in(self, group: Group, asked: bool = False) -> Part | None:
        """The part of a group where its model is made; a new one where nothing else is asked.

        `asked` says that something is asked of it there, whatever the statement is that makes it.
        """
        node = group.made.node
        if node is None:
            return None
        room = self._around(node)
        if asked:
            return next((p for p in group.parts if p.room.node is room.node), None)
        return self._named(group, room, node)

    def _around(self, node: cst.CSTNode) -> Room:
        """The innermost room around a node."""
        around = [r for r in self.rooms if holds(self.extent(r), self.tree.span(node))]
        return min(around, key=lambda r: self.extent(r)[1] - self.extent(r)[0])

    def _named(self, group: Group, room: Room, node: cst.CSTNode) -> Part | None:
        """The part of a group for the variable that an expression becomes the value of."""
        made = statement_of(self.tree, room.node, node)
        variable = bound_to(self.tree, made, node)
        variable = named_in(group.made, variable)
        if not is_receiver(variable):
            return self._as_argument(group, room)
        for part in group.parts:
            if part.room.node is room.node and part.variable == variable:
                return part
        group.parts.append(Part(room, variable, []))
        return group.parts[-1]

    def _as_argument(self, group: Group, room: Room) -> Part | None:
        """The part of a group where an object gets the model at once: it gets a name before.

        agent = Agent(build_model())            model = build_model()
                                                agent = Agent(model)
        """
        given = argument_of(self, room, group.made)
        if given is None:
            return None
        part = next((p for p in group.parts if p.hoisted), None)
        if part is None:
            part = Part(room, given.parameter, [], hoisted=True)
            group.parts.append(part)
        return part

    def write(self, training: Training, built: Built, parts: list[Part]) -> Trained:
        """One model; where something has no translation, `problem` says so and nothing is left."""
        made = Trained(training, rooms={part.room.node for part in parts})
        elsewhere = next((why for p in parts if (why := why_hidden(p.variable))), "")
        elsewhere = elsewhere or next(
            (why for p in parts if (why := self._elsewhere(training, p))), ""
        )
        if elsewhere:
            training.problem = (training.calls[0], elsewhere)
            return made
        compiles = [c for c in training.calls if c.name == "compile"]
        used = any(c.name in TRAINING for c in training.calls)
        in_function = any(not isinstance(p.room.node, cst.Module) for p in parts)
        if compiles and not used and in_function and not training.moved:
            place = place_of(training.home, training.origin)
            training.elsewhere = self.elsewhere.get(place) == ""
            if training.elsewhere:
                self.file.brought |= losses_gone(self.file, compiles)
            training.idle = training.elsewhere or (
                not self._unknown_training and all(map(self._is_kept, parts))
            )
            training.idle |= is_unused(self.file, training.home) and len(parts) == 1
            if not training.idle:
                why = self.elsewhere.get(place) or why_unseen(self.file.path)
                unseen = compiles[0], why
                training.problem = self.spoiled.get(id(compiles[0]), unseen)
                return made
        homes = [p for p in parts if any(c in compiles for c in p.calls)]
        handing = self.handings.get(id(training.model)) if used else None
        if handing is not None:
            training.moved, training.variable = compiles, handing.variable
            homes = [handed_in(parts, handing)]
        elif training.moved and training.late is None and homes:
            homes = [parts[0], *(home for home in homes if home is not parts[0])]
        training.anew = len(homes) > 1 and on_one_object(homes)
        if len(homes) > 1 and not training.anew:
            several = len({home.room.node for home in homes}) > 1
            reason = (
                f"it is compiled {'in several functions' if several else 'under several names'}"
            )
            copied = trains_a_copy(training, parts, self.tree, self.freezing)
            training.problem = copied or (compiles[-1], reason)
            return made
        keep_metrics(made, compiles, self.file.options.keras)
        for call in training.calls if len(compiles) == 1 or training.anew else ():
            call.compiled = call.compiled or compiles[0]
        settle_entered(self, training, parts)
        taken = take_parts(self, training, parts, handing is not None)
        taken += parts_for_builder(self, training)
        lend(self, parts, training, taken)
        copied = trains_a_copy(training, parts, self.tree, self.freezing)
        apart = self._apart(training, parts, handing)
        if apart is not None and training.late is None and handing is None and len(compiles) == 1:
            training.beside = beside_models(self, training.model, parts)
            training.postpone(late_fit(self, parts) if training.beside is None else None)
        apart = apart if training.late is None and training.beside is None else None
        training.problem = copied or apart
        if training.problem is not None:
            return made
        alone = training.model.kind != "instance" and all(p.room is parts[0].room for p in parts)
        seen = bool(compiles) and alone and all(self._all_seen(training, p) for p in parts)
        for part in parts:
            part.optimizer = own_optimizer(self, part)
        training.sets_rate = any(sets_rate(self, p) for p in parts)
        classes = list(own_classes(training.calls).values())
        training.asks_steps = any(asks_steps(self, p, classes) for p in parts)
        training.program = built.forward
        built = by_keys(without_others(built), training.origin)
        lower_training(self.file, training, built, self.freezing, seen)
        marks = {m for part in parts for m in self.marks.get(id(part.room.node), ())}
        training.weights = training.weights.carrying(marks)
        if training.problem is None:
            training.problem = under_several(self, training, parts)
        if training.problem is None:
            spread(self, made, built, bool(compiles))
        if training.problem is None:
            self._write_parts(made, built, parts, (homes or parts)[0], taken)
        return made

    def _apart(
        self, training: Training, parts: list[Part], handing: Handing | None
    ) -> tuple[TrainingCall, str] | None:
        """A call that steps a model whose optimizer is not the last that was made there."""
        renamed = other_name(self, training, parts, ("fit", "train_on_batch"))
        if renamed is not None:
            return renamed
        return trained_apart(self, training, parts, handing)

    def _write_parts(
        self, made: Trained, built: Built, parts: list[Part], home: Part, taken: list[Taken]
    ) -> None:
        """The calls of a model room by room, first where it is compiled."""
        training = made.training
        criteria = [h.loss.criterion for c in training.compiled.values() for h in c.heads]
        if any(criterion.names for criterion in criteria):
            training.problem = other_name(self, training, parts, TRAINING)
        training.problem = training.problem or asked_back(self, parts)
        if training.problem is not None:
            return
        parts = with_passing(self, training.model, [part for part in parts if part is not home])
        parts = [home, *parts]
        first: ModelWriter | None = None
        written = {home.room.node: home.room.region}
        for part in parts:
            calls = [*(training.moved if part is home else ()), *part.calls]
            room = part.room
            try:
                if first is None:
                    refuse_adopted(self, parts)
                if (
                    first is not None
                    and written.setdefault(room.node, room.region) is not room.region
                ):
                    write_again(first, made, part, partial(self._write_part, calls=calls))
                    if part.passes:
                        first.passing[id(room.region)] = first.passing[id(written[room.node])]
                    continue
                writer = ModelWriter(self, made, built, part, first)
                if training.beside is not None:
                    name_beside(writer, training.beside)
                elif first is None:
                    keep_parts(writer, parts)
                first = first or writer
                if part.passes:
                    first.passing[id(room.region)] = writer
                self._write_part(writer, calls)
                if part is home:
                    write_parts(writer, taken)
            except Unsupported as why:
                left = [c for c in (*calls, *training.calls) if c.name != "freeze"]
                training.problem = ((left or training.calls)[0], str(why))
                return
            made.answered |= answered(self, part.room)
            place_statements(writer)
            made.left += self._left_uses(part, training)
        elsewhere = training.home.functional or training.home.file is not self.file
        moved = (training.model, *self.file.stood_for) if elsewhere and made.device else ()
        for model in {id(one.node): one for one in moved}.values():
            if isinstance(model.node, cst.Call) and self.tree.has_span(model.node):
                move_there(self, made, model, self._around(model.node))

    def _write_part(self, writer: ModelWriter, calls: list[TrainingCall]) -> None:
        """The calls of a model in one room; those that are written are taken off the list."""
        while calls:
            write_call(writer, calls[0])
            del calls[0]
        rewrite_names(writer)
        rewrite_rates(writer)
        rewrite_calls(writer)
        rewrite_counts(writer)

    def _left_uses(self, part: Part, training: Training) -> Iterator[tuple[int, str]]:
        """What else is asked of the model that an nn.Module has no answer to: where, and what."""
        region = part.room.region
        known = [*self.calls, *self.replaced, *(self.tree.span(n) for n, _, _ in region.left_calls)]
        known += [self.tree.span(n) for n in region.graph_statements.values()]
        others = (c for c in region.calls_on_data if not may_be(c.model, training.model))
        known += [*(self.tree.span(c.node) for c in others), *foreign_objects(self.text)]
        name = re.escape(part.variable)
        uses = re.compile(rf"{name}(?<![\w.]{name})\s*[.(]")
        room = self.extent(part.room)
        if all(within(m.start(), known) for m in uses.finditer(self.tree.blanked, *room)):
            return  # the usual case, without parsing
        for place in self.places(part.room, part.variable):
            if place.binds or within(place.start, known):
                continue
            if place.attribute == "name" and training.origin.labelled:
                continue
            if place.attribute and place.attribute not in _OF_MODULES:
                yield place.start, f"`{part.variable}.{place.attribute}` {_A_MODULE}"
            elif not place.attribute and self.text[place.end : place.end + 1] == "(":
                yield place.start, f"`{part.variable}(...)` {_A_MODULE}"

    def _is_kept(self, part: Part) -> bool:
        """Whether only the methods of its object name a model."""
        attribute = re.fullmatch(r"self(\.\w+)", part.variable)
        others = attribute and re.search(rf"(?<!\bself)\{attribute.group(1)}\b", self.tree.blanked)
        return attribute is not None and others is None

    def _is_home(self, training: Training, statement: cst.CSTNode) -> bool:
        summary = training.model.summary
        return summary is not None and holds(
            self.tree.span(statement), self.tree.span(summary.function.node)
        )

    def _all_seen(self, training: Training, part: Part) -> bool:
        """Whether each place that names the model is one that is converted here."""
        receivers = set()
        for call in training.calls:
            if call.receiver is not None:
                receivers.add(self.tree.span(call.receiver)[0])
        if not part.variable.isidentifier():
            return False
        gone = [self.tree.span(c.node) for c in training.calls if c.name == "freeze"]
        for place in self.places(part.room, part.variable):
            if place.binds or place.start in receivers or within(place.start, gone):
                continue
            if place.attribute in ("optimizer", "history", "metrics_names"):
                continue
            if place.attribute in ("add", "pop") and training.model.kind == "sequential":
                continue
            return False
        return True

    def _elsewhere(self, training: Training, part: Part) -> str:
        """Why the model may be trained in a place that is not converted, if it may."""
        others = [
            (statement, match)
            for statement, match in self._unknown_training
            if statement is not part.room.node
            and not (training.moved and self._is_home(training, statement))
        ]
        if not others:
            return heir_without_model(self, part)
        places = self.places(part.room, part.variable)
        passed = any(not p.binds and not p.attribute for p in places)
        name = part.variable.partition("[")[0].rpartition(".")[2]
        names = whereabouts(self.tree.text, name) if passed else frozenset({part.variable})
        for statement, match in others:
            asked = self.text[match.start() : match.end()]
            held = [match.group(1)] if match.group(1) else asked.partition("[")[0].split(".")
            if names is None or not names.isdisjoint(held):
                return f"`{asked}` in `{statement.name.value}` may be of this model"
        return heir_without_model(self, part)

    @cached_property
    def _unknown_training(self) -> list[tuple[cst.FunctionDef | cst.ClassDef, re.Match[str]]]:
        """What functions and classes do with something that may be a model, other than `calls`."""
        return [
            (statement, match)
            for statement in self.tree.module.body
            if isinstance(statement, (cst.FunctionDef, cst.ClassDef))
            and _MAY_TRAIN.search(self.tree.blanked, *self.tree.span(statement))
            for match in _TRAINS.finditer(self.tree.blanked, *self.tree.span(statement))
            if not within(match.start(), [*self.calls, *foreign_objects(self.text)])
        ]
