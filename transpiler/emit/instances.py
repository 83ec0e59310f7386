"""Classes of models, and their instances in the places where models were built."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED, ASSUMED_CALLERS, LEFT_MODEL, Severity
from transpiler.emit.class_names import variable_of
from transpiler.emit.dead_imports import is_for_others
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply, replaces
from transpiler.emit.foreign import foreign_models
from transpiler.emit.handed import without_handed
from transpiler.emit.kept_attributes import is_kept_as_given
from transpiler.emit.left import only_looks, report_left_calls
from transpiler.emit.residual.removal import Removal
from transpiler.emit.residual.residue import residue, settled_edits
from transpiler.emit.trained import is_of, on_device
from transpiler.emit.units import Unit
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import SPOILED, Layer, Partial, Static, Value
from transpiler.ir import tokens
from transpiler.ir.expr import Configured
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import names_read, standing
from transpiler.source.suites import statement_lines


def replace_builders(draft: Draft) -> None:
    """Functions that build models instantiate a class that stands before them."""
    for summary, units in draft.planned.builders:
        if any(u.problem for u in units):
            continue
        node = summary.function.node
        if summary.function.functional:
            _functional_class(draft, summary, units[0])
        elif isinstance(node, cst.FunctionDef):
            _builder(draft, summary, node, units)


def _functional_class(draft: Draft, summary: Summary, unit: Unit) -> None:
    """A class whose `__init__` builds a functional model: it gets the two methods instead."""
    node = summary.function.node
    assert isinstance(node, cst.FunctionDef)
    made = next(c for c in draft.file.user_classes if c.functional is summary.function)
    for argument in made.node.bases:
        start, end = draft.tree.span(argument.value)
        draft.edits.append(Edit(start, end, "nn.Module"))
    start, end = draft.function_span(node)
    _, lost = draft.carry([unit], [Edit(start, end, "")])
    text = draft.class_text(unit)
    methods = text.split("\n", 1)[1].rstrip("\n")
    indent = draft.margin(start)
    comments = "".join(f"{indent}{c}\n" for c in lost)
    draft.edits.append(Edit(start, end, comments + methods.lstrip("\n")))
    after = statement_lines(draft.tree, made.node)[1]
    if not draft.indented(made.node):
        edit = Edit(after, after, "")
        draft.edits.append(edit)
        draft.after_classes.append(edit)
    draft.class_spots.append(end)
    draft.record(unit, "functional", made.node, function=made.name)
    draft.speak(unit.region)
    report_left_calls(draft, unit.region.left_calls)
    _say_shapes(draft, summary, made.name)
    if node.params.star_kwarg is not None and "**" not in text.partition("super()")[0]:
        keywords = f"**{node.params.star_kwarg.name.value}"
        message = f"`{made.name}` takes no {keywords} any more: they went to keras.Model"
        draft.say(ASSUMED_CALLERS, node, message)


def _builder(draft: Draft, summary: Summary, node: cst.FunctionDef, units: list[Unit]) -> None:
    """One function: what built its models goes, an instantiation comes."""
    region = summary.region
    assert region is not None
    removal = Removal(draft.tree, region, node)
    for unit in units:
        assert unit.built is not None
        removal.instantiate(unit.built, _instance(unit) + on_device(draft, unit))
        removal.leave(unit.built)
    trained = [t for t in draft.planned.trained if not t.training.problem]
    removal.gone = {id(s) for t in trained for s in t.gone}
    removal.trains = {id(c.statement) for c in region.training.values()} - removal.gone
    removal.converted = {id(c.statement) for t in trained for c in t.training.calls}
    compiles = {id(c.node) for t in trained for c in t.training.moved}
    region.left_calls = [c for c in region.left_calls if id(c[0]) not in compiles]
    kept = residue(removal)
    units = [unit for unit in units if not unit.alike]
    moved, lost = draft.carry(units, kept.edits)
    draft.edits += [*kept.edits, *moved, *draft.undoubled(units, removal)]
    spot = draft.top_level_start(node)
    texts = [draft.class_text(u) for u in units]
    lost = [c for c in lost if not any(c in t.comments for t in trained)]
    block = "".join(f"{c}\n" for c in lost) + "\n\n\n".join(t.rstrip("\n") for t in texts)
    draft.insert_class(spot, block)
    draft.class_spots.append(spot)
    for unit in units:
        assert unit.built is not None
        owner = f"{summary.function.nested_in}." if summary.function.nested_in else ""
        draft.record(unit, unit.built.kind, node, function=owner + summary.function.name)
    draft.helpers |= region.settled_needs()
    draft.speak(region)
    report_left_calls(draft, region.left_calls)
    for name in sorted(region.assumed_none):
        draft.say(
            ASSUMED,
            node,
            f"`{summary.function.name}`: {name}, a Keras tensor, must be None now",
        )
    _say_shapes(draft, summary, summary.function.name)


def _say_shapes(draft: Draft, summary: Summary, name: str) -> None:
    """Callers in other files pass shapes from now on."""
    for parameter in summary.parameters:
        if parameter.shape_of:
            draft.say(
                ASSUMED_CALLERS,
                summary.function.node,
                f"`{name}` takes the shape of {parameter.shape_of}, without the batch, "
                "in the place of a Keras tensor",
            )


def _instance(unit: Unit) -> str:
    """The call of the class that stands where the model was built."""
    assert unit.text is not None
    arguments: list[str] = []
    methods = {n.removeprefix("self.") for n in unit.plan.required if n.startswith("self.")}
    methods |= unit.text.attributes
    own = {p[0] for p in unit.plan.parameters}
    own -= {name for name in own & methods if not _is_kept_as_given(unit, name)}
    given = unit.built.arguments if unit.built is not None else {}
    shapes = {p.name: p.shape_of for p in unit.region.parameters.values() if p.shape_of}
    for name, keyword_only in unit.text.parameters:
        if name in unit.plan.kept:
            continue
        value = f"self.{name}" if name in methods and name not in own else name
        value = shapes.get(name, value)
        value = given.get(name, value)
        arguments.append(f"{name}={value}" if keyword_only else value)
    region, summary = unit.region, unit.summary
    if unit.plan.kept or (region.unpacks and summary is not None and not region.functional):
        arguments.append(f"**{region.keywords}")
    return f"{unit.plan.name}({', '.join(arguments)})"


def _is_kept_as_given(unit: Unit, name: str) -> bool:
    """Whether `self.name` is the argument of that name where the method makes the model."""
    function = unit.summary.function if unit.summary is not None else None
    if function is None or unit.node is None:
        return True
    tree = function.file.tree
    (first, column), (last, _) = tree.place(function.node), tree.place(unit.node)
    source = " " * (column - 1) + tree.source(function.node)
    return is_kept_as_given(source, name, last - first + 1)


def replace_models(draft: Draft) -> None:
    """The models of the module, each with its class before it."""
    module = draft.file.module
    assert module is not None
    for node, why in module.failed_statements.values():
        if not why.reason.startswith(SPOILED) and not only_looks(draft, module, node):
            draft.report(LEFT_MODEL, node, why.reason)
    for model, why in module.failed_models:
        assert model.node is not None
        draft.report(LEFT_MODEL, model.node, why.reason)
    units = draft.planned.module_units
    if any(u.problem for u in units) or (module.failed_statements and units):
        for unit in units:
            if unit.problem:
                assert unit.node is not None
                draft.report(LEFT_MODEL, unit.node, unit.problem)
        if any(u.problem for u in units):
            return
    if not units:
        draft.edits += settled_edits(Removal(draft.tree, module, draft.tree.module))
        draft.edits += without_handed(draft.tree, module, draft.tree.module)
        draft.helpers |= module.helpers_used | module.settled_needs()
        report_left_calls(draft, module.left_calls)
        return
    removal = Removal(draft.tree, module, draft.tree.module)
    removal.left = draft.stays
    for unit in units:
        assert unit.built is not None
        removal.instantiate(unit.built, _instance(unit) + on_device(draft, unit))
    kept = residue(removal)
    draft.helpers |= module.settled_needs()
    moved, _ = draft.carry(units, kept.edits)
    draft.edits += [*kept.edits, *draft.undoubled(units, removal)]
    for unit in units:
        assert unit.built is not None
        spot = draft.top_level_start(removal.place(unit.built))
        text = draft.class_text(unit)
        draft.insert_class(spot, text)
        draft.class_spots.append(spot)
        use = draft.tree.span(removal.place(unit.built))[0]
        draft.first_use = use if draft.first_use is None else min(draft.first_use, use)
        variable = variable_of(unit)
        draft.record(unit, unit.built.kind, unit.built.node, variable=variable)
    draft.edits += moved
    draft.speak(module)
    report_left_calls(draft, module.left_calls)


def make_clones(draft: Draft) -> None:
    """What is cloned of a model without its weights is another instance of its class."""
    for place, edit in enumerate(draft.edits):
        if tokens.INSTANCE in edit.text:
            text = re.sub(tokens.ANY_INSTANCE, lambda m: _cloned(draft, int(m.group(1))), edit.text)
            draft.edits[place] = replace(edit, text=text)


def _cloned(draft: Draft, start: int) -> str:
    for found in draft.planned.trained:
        if any(draft.tree.span(call.node)[0] == start for call in found.training.calls):
            unit = next(u for u in draft.planned.models if is_of(u, found))
            return _instance(unit) + on_device(draft, unit)
    raise ValueError(f"no model is cloned at {start}")


def first_model(draft: Draft) -> int:
    """Where the first statement starts in which a model is made."""
    nodes: list[cst.CSTNode] = [
        u.built.model.node or u.built.node
        for u in draft.planned.module_units
        if u.built is not None
    ]
    nodes += [s.function.node for s, _ in draft.planned.builders]
    nodes += foreign_models(draft.planned)
    spots = [draft.top_level_start(n) for n in nodes]
    return min(spots, default=len(draft.tree.text))


def drop_configurations(draft: Draft) -> None:
    """`init = RandomNormal(stddev=0.02)`, which only converted layers read, goes."""
    found = {
        name: statement
        for statement in draft.top
        for name in [_single_target(statement)]
        if _is_configuration(draft.file.globals.get(name))
    }
    if not found or draft.file.module is None or draft.file.module.failed_statements:
        return
    spots = {}
    for name, statement in found.items():
        start, end = draft.tree.span(statement)
        spots[name] = Edit(draft.tree.line_start(start), draft.tree.line_end(end - 1), "")
    read = names_read(apply(draft.tree.text, [*draft.bare_edits(), *spots.values()]))
    gone = [n for n in spots if n not in read and not is_for_others(draft.file, n)]
    draft.edits += [spots[name] for name in gone]


def write_initializers(draft: Draft) -> None:
    """`init = RandomNormal(stddev=0.02)`, which blocks are given, becomes a function of a weight.

    Code that stays Keras may read it as well: then it stays, too.
    """
    if any(d.severity is Severity.ERROR for d in draft.diagnostics) or not draft.planned.units:
        return
    replaced = replaces(draft.edits)
    for (start, end), made in sorted(draft.file.initializers.items()):
        if not replaced(start) and not replaced(end - 1) and not _is_called(draft, start, end):
            draft.edits.append(Edit(start, end, made.text))
            draft.helpers |= made.helpers


_GIVEN_TO = regex(r"([\w.]+)\s*=\s*\Z")


def _is_called(draft: Draft, start: int, end: int) -> bool:
    """Whether the program itself asks an initializer for numbers: `init((3, 4))`."""
    text = draft.tree.blanked
    target = _GIVEN_TO.search(text, draft.tree.line_start(start), start)
    name = re.escape(target.group(1)) if target is not None else ""
    return text[end : end + 1] == "(" or bool(name and re.search(rf"{standing(name)}\(", text))


def drop_settings(draft: Draft) -> None:
    """`K.set_image_data_format(...)`: the models are written for it, if all of them are."""
    file = draft.file
    failed = file.changed or any(s.kind == "failed" for s in file.summaries.values())
    if not file.settled or failed or any(unit.problem for unit in draft.planned.units):
        return
    for statement in draft.tree.module.body:
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            node: cst.CSTNode = statement.body[0]
            if id(node.value if isinstance(node, cst.Expr) else node) in file.settled:
                draft.edits.append(Edit(*statement_lines(draft.tree, statement), ""))


def _is_configuration(value: Value | None) -> bool:
    """Whether it only says how layers are made, or is one without weights that was called."""
    if isinstance(value, Layer):
        return bool(value.calls) and not value.modules and not value.problem
    if isinstance(value, Static):
        return isinstance(value.expr.value, Configured)
    return isinstance(value, Partial)


def _single_target(statement: cst.CSTNode) -> str:
    """The name that a statement gives a value, where it does nothing else."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        node = statement.body[0]
        if isinstance(node, cst.Assign) and len(node.targets) == 1:
            target = node.targets[0].target
            return target.value if isinstance(target, cst.Name) else ""
    return ""
