"""Which classes a file needs, and what each of them is made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from transpiler.emit.class_names import name_classes, offset_of
from transpiler.emit.classes.plan import ClassPlan
from transpiler.emit.given import give_values, lost_change
from transpiler.emit.heirs import built_by_heirs
from transpiler.emit.module_values import (
    assignment_counts,
    changed_while_built,
    names_to_compute,
    without_globals,
)
from transpiler.emit.operation_names import name_operations
from transpiler.emit.units import FilePlan, Unit
from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Built, Region
from transpiler.interpret.statics import rewritten
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Framework
from transpiler.ir.code import Construct, Line, Node
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.source.changed_inside import changed_inside
from transpiler.source.lexical import words_in
from transpiler.source.literals import is_settled_at_once

if TYPE_CHECKING:
    from transpiler.emit.training.elsewhere import Wanted
    from transpiler.emit.training.shared import Room


def plan_file(file: FileContext) -> FilePlan:
    """Which classes there are."""
    planned = FilePlan(file)
    module = file.module
    assert module is not None
    reachable = _reachable(planned, module)
    for summary in sorted(reachable, key=lambda s: _place_of(planned, s)):
        region = summary.region
        if region is None:
            continue
        if summary.kind == "block":
            planned.blocks[summary.serial] = _block_unit(planned, summary, region)
        elif summary.kind == "operation":
            planned.operations.append(summary)
        elif summary.kind == "builder" and region.built:
            units = [_builder_unit(planned, summary, region, b) for b in _in_order(planned, region)]
            for unit in units:
                unit.problem = unit.problem or built_by_heirs(file, summary.function)
            planned.builders.append((summary, units))
    counts = assignment_counts(module.init)
    for built in _in_order(planned, module):
        planned.module_units.append(_module_unit(planned, module, built, counts))
    name_operations(planned)
    name_classes(planned)
    others: list[FilePlan] = []
    own = any(base.startswith("keras.") for made in file.user_classes for base in made.bases)
    own |= any(s.region and s.region.penalties for s in file.summaries.values())
    if (planned.builders or own) and file.importers is not None:
        others = [other.planned for other in file.importers(file) if other.planned is not None]
    _plan_training(planned, module, others)
    return planned


def _plan_training(planned: FilePlan, module: Region, others: list[FilePlan]) -> None:
    """How models are trained, here and in other files; a loss on logits changes their `forward`."""
    wanted: Wanted | None = None
    if others:
        from transpiler.emit.training.elsewhere import wanted_of
        from transpiler.emit.training.logits import give_elsewhere

        wanted = wanted_of(planned, others)
        planned.settled, planned.file.marks_elsewhere = wanted.settled, wanted.marks
        planned.classes = wanted.classes
        carrying = planned.file.marked.values()
        planned.settled |= planned.tree.places(layer.node for layer in carrying)
    summaries = [*(s for s, _ in planned.builders), *planned.plain_functions]
    if any(r.training or r.calls_on_data for r in (module, *(s.region for s in summaries)) if r):
        from transpiler.emit.training.logits import give_methods
        from transpiler.emit.training.plan import plan_training
        from transpiler.emit.training.shared import Room  # most files train nothing

        rooms = [Room(module, planned.tree.module)]
        for summary in summaries:
            node, region = summary.function.node, summary.region
            if isinstance(node, cst.FunctionDef) and region is not None:
                rooms.append(Room(region, node, summary.function.owner))
        rooms = _without_tries(rooms)
        compiled = wanted.compiled if wanted is not None else {}
        planned.trained = plan_training(planned.file, rooms, compiled)
        give_methods(planned)
    if wanted is not None:
        give_elsewhere(planned, wanted)
    for unit in planned.models:
        found = planned.trained_by(unit)
        if found is not None:
            unit.plan.asked, unit.plan.asked_paths = found.asked, found.asked_paths
        if found is not None and found.training.forward is not None and not unit.plan.activations:
            unit.plan.forward = found.training.forward
        if unit.plan.activations or (found is not None and found.training.forward is not None):
            if unit.region.is_module:
                unit.plan.forward = without_globals(unit.plan.forward, unit.plan.local)


def _without_tries(rooms: list[Room]) -> list[Room]:
    """Without what functions did with models of a loop's body, before it was gone through again."""
    handed = [h.summary for room in rooms for h in room.region.handings.values()]
    regions = {id(summary.region) for summary in handed}
    functions = {id(summary.function.node) for summary in handed}
    return [r for r in rooms if id(r.node) not in functions or id(r.region) in regions]


def _place_of(planned: FilePlan, summary: Summary) -> tuple[int, int]:
    """Where a class or function comes: of the classes of one block, the one met first is first."""
    return offset_of(planned, summary), summary.serial if summary.kind == "block" else 0


def _in_order(planned: FilePlan, region: Region) -> list[Built]:
    """The models of a region in the order in which they are made."""
    return sorted(region.built, key=lambda b: planned.tree.span(b.model.node or b.node)[0])


def _reachable(planned: FilePlan, module: Region) -> list[Summary]:
    """The functions that become something: builders, and what they or the module call."""
    found: dict[int, Summary] = {}
    roots: list[Summary] = []
    called = {id(s) for s in module.called} | {id(s) for s in module.operations_used}
    called |= {id(s) for s in planned.file.ways}
    by_function: dict[int, list[Summary]] = {}
    for summary in planned.file.summaries.values():
        by_function.setdefault(id(summary.function.node), []).append(summary)
    callers_of: set[int] = set()
    for summary in planned.file.summaries.values():
        if summary.region is not None and summary.kind != "failed":
            callers_of |= {id(s) for s in (*summary.region.called, *summary.region.operations_used)}
            if summary.kind in (
                "static",
                "layer",
            ):  # it may compile a model with a function of its own
                called |= {id(s) for s in summary.region.operations_used}
    for summary in planned.file.summaries.values():
        forced = summary.kind == "block" and id(summary.function.node) in planned.file.forced
        if forced and not summary.given:  # made of the function alone: calls know more
            forced = not any(s.given for s in by_function[id(summary.function.node)])
        if summary.kind == "builder" or id(summary) in called or forced:
            roots.append(summary)
    for summaries in by_function.values():
        home = summaries[0].function.nested_in
        if home and home not in planned.file.class_methods:
            continue  # nobody outside of the function around it can call it
        if not any(id(s) in callers_of or id(s) in called for s in summaries):
            roots += [s for s in summaries if s.kind in ("block", "operation")][-1:]
    stack = list({id(s): s for s in roots}.values())
    best: dict[int, Summary] = {}
    for summary in stack:
        if summary.kind == "builder":
            best[id(summary.function.node)] = summary
    stack = [s for s in stack if s.kind != "builder" or best.get(id(s.function.node)) is s]
    while stack:
        summary = stack.pop()
        if id(summary) in found or summary.kind in ("failed", "running", "static", "layer"):
            continue
        if summary.function.file is not None and summary.function.file is not planned.file:
            continue
        found[id(summary)] = summary
        if summary.region is not None:
            stack += summary.region.called + summary.region.operations_used
    return list(found.values())


def _block_unit(planned: FilePlan, summary: Summary, region: Region) -> Unit:
    given = [p for p in summary.parameters if p.name in summary.statics]
    parameters = [_parameter(planned, p, summary) for p in given]
    plan = ClassPlan(
        "",
        region.init,
        region.forward,
        list(summary.tensors),
        parameters,
        summary.sizes,
        frozenset(p.name for p in summary.parameters if not p.is_tensor) | region.closure_reads,
        (),
        dict(region.renames),
        dict(region.module_hints),
        _docstring(planned, summary),
        attributes=summary.attributes,
        attribute_names=summary.attribute_names,
        takes_all=summary.recursive or summary.unpacked,
        is_block=True,
        channels_lead=planned.file.channels_lead,
        changes=_changes(planned, summary.function.node, summary),
    )
    unit = Unit(
        plan,
        region,
        summary,
        node=summary.function.node,
        depends={s.serial for s in region.called},
    )
    variables, own = _variables_of(summary, region, region.init)
    if changed := lost_change(planned.file, region.init, region.forward, variables, own):
        unit.problem = f"it changes `{changed}`, which it gets"
    unit.problem = unit.problem or _changed_by_calls(region)
    return unit


def _changed_by_calls(region: Region) -> str:
    """Why the class can't be made of a function that reads what others change that it calls."""
    changed = sorted(region.changed_by_calls & words_in(region.source))
    return f"what it calls changes `{changed[0]}`, which it reads" if changed else ""


def _variables_of(
    summary: Summary, region: Region, init: list[Node]
) -> tuple[frozenset[str], frozenset[str]]:
    """The variables of a function, and those of them that no caller has: `**options`."""
    defined = (n.defs for n in walk(init) if isinstance(n, Line) and n.static)
    stars = frozenset(p.name for p in summary.parameters if p.star)
    return frozenset(region.parameters).union(*defined), stars


def _builder_unit(planned: FilePlan, summary: Summary, region: Region, built: Built) -> Unit:
    problem = ""
    if not summary.function.functional:
        variables, own = _variables_of(summary, region, built.init)
        problem = give_values(planned.file, built, variables, own)
    problem = problem or _changed_by_calls(region)
    parameters = [_given(name) for name in built.varying]
    parameters += _parameters_of_builder(planned, summary, built)
    keywords = planned.file.keywords.get(id(summary.function.node), {})
    statics = frozenset(p[0] for p in parameters) | region.closure_reads | region.handed
    guards = tuple(
        f"if {name} is not None:\n    raise NotImplementedError("
        f'"{name}: pass tensors to the model instead of building on them")'
        for name in sorted(region.assumed_none)
        if name in {p.name for p in summary.parameters}
    )
    plan = ClassPlan(
        "",
        built.init,
        built.forward,
        list(built.inputs),
        parameters,
        (),
        statics,
        _model_names(planned, region, built),
        dict(region.renames),
        dict(region.module_hints),
        apply_init=planned.file.options.init == "keras",
        channels_lead=planned.file.channels_lead,
        guards=guards,
        label=built.model.label if built.model.labelled else None,
        starred=built.input_kind is list,
        keyed=built.input_kind is dict,
        kept=frozenset(keywords if region.unpacks and not summary.function.functional else ()),
        changes=_changes(planned, built.node, summary),
    )
    depends = {s.serial for s in region.called}
    return Unit(plan, region, summary, built, problem=problem, node=built.node, depends=depends)


def _model_names(planned: FilePlan, region: Region, built: Built) -> tuple[str, ...]:
    """The models that a model takes as layers, in the order in which it calls them."""
    if not region.model_names:
        return ()
    used: dict[str, None] = {}
    for node in walk(built.init):
        if isinstance(node, Construct) and node.module.constructor.text in region.model_names:
            used.setdefault(node.module.constructor.text)
    forward, _ = prune(built.forward, frozenset(), effects=False)
    called = {m.constructor.text for m in modules_used(forward).values()}
    return tuple(n for n in used if n in called)


def _module_unit(planned: FilePlan, module: Region, built: Built, counts: dict[str, int]) -> Unit:
    local = names_to_compute(module, built, counts)
    built.init = without_globals(built.init, local)
    built.forward = without_globals(built.forward, local)
    problem = changed_while_built(built)
    problem = problem or give_values(planned.file, built, local, effects=False)
    plan = ClassPlan(
        "",
        built.init,
        built.forward,
        list(built.inputs),
        [_given(name) for name in built.varying],
        local=local,
        elsewhere=local & changed_inside(planned.tree.text),
        statics=frozenset(built.varying),
        renames=dict(module.renames),
        hints=dict(module.module_hints),
        effects=False,
        apply_init=planned.file.options.init == "keras",
        channels_lead=planned.file.channels_lead,
        required=_model_names(planned, module, built),
        changes=_changes(planned, built.node),
        label=built.model.label if built.model.labelled else None,
        starred=built.input_kind is list,
        keyed=built.input_kind is dict,
    )
    depends = {s.serial for s in module.called}
    return Unit(plan, module, None, built, problem=problem, node=built.node, depends=depends)


def _changes(
    planned: FilePlan, node: cst.CSTNode, summary: Summary | None = None
) -> Callable[[str], str]:
    """What tells of a path how the program changes it after a model, or block, is made."""
    given = () if summary is None else summary.parameters
    held = {p.name: p.default.value for p in given if isinstance(p.default, cst.Name)}

    def changes(path: str) -> str:
        from transpiler.source.changed_once_made import changed_once_made  # few models read any

        tree, place = planned.tree, planned.tree.span(node)[1] - 1
        found: str = changed_once_made(tree.text, planned.file.path, path, place)
        root = re.split(r"[.\[]", path)[0]
        if not found and root in held:  # its default may be what the program changes
            assert summary is not None
            behind = tree.span(summary.function.node)[1] + 1
            other = held[root] + path.removeprefix(root)
            found = changed_once_made(tree.text, planned.file.path, other, behind)
        return found

    return changes


def _parameters_of_builder(
    planned: FilePlan, summary: Summary, built: Built
) -> list[tuple[str, str, str, bool]]:
    """The parameters of a class whose function stays, and gives it all of them.

    What their defaults compute is computed where that stands, and then.
    """
    given = [p for p in summary.parameters if p.name not in built.varying]
    found = [_parameter(planned, p, summary) for p in given]
    text = planned.tree.text
    if all(is_settled_at_once(default, text) for _, _, default, _ in found if default):
        return found
    return [(name, annotation, "", only) for name, annotation, _, only in found]


def _parameter(planned: FilePlan, parameter: Any, summary: Summary) -> tuple[str, str, str, bool]:
    node = parameter.node
    annotation = default = ""
    keywords = planned.file.keywords.get(id(summary.function.node), {})
    if node is None and keywords.get(parameter.name) and summary.region is not None:
        default = summary.region.keyword_defaults.get(parameter.name, "")
    if node is not None:
        if node.annotation is not None:
            annotation = planned.tree.source(node.annotation.annotation)
            if _mentions_framework(planned, annotation):
                annotation = ""
        if node.default is not None:
            texts = {span: made.text for span, made in planned.file.initializers.items()}
            default = " ".join(rewritten(planned.tree, node.default, texts).split())
    return parameter.name, annotation, default, parameter.keyword_only


def _mentions_framework(planned: FilePlan, text: str) -> bool:
    return any(isinstance(planned.file.globals.get(w), Framework) for w in words_in(text))


def _docstring(planned: FilePlan, summary: Summary) -> str:
    node = summary.function.node
    if isinstance(node, cst.Lambda) or not isinstance(node.body, cst.IndentedBlock):
        return ""
    first = node.body.body[0] if node.body.body else None
    if isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr):
        value = first.body[0].value
        if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)):
            return planned.tree.source(value)
    return ""


def _given(name: str) -> tuple[str, str, str, bool]:
    """A parameter without a default."""
    return name, "", "", False
