"""Functions of the program that are classes now, or gone, and what refers to them."""

from __future__ import annotations

import os
import re

import libcst as cst

from transpiler.diagnostics import ASSUMED_CALLERS, LEFT_MODEL
from transpiler.emit.classes.operations import header_without, is_of_keras, render_operation
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.emit.foreign import foreign_function, passed_on
from transpiler.emit.handed import without_handed
from transpiler.emit.left import report_left_calls
from transpiler.emit.metric_classes import is_left, metric_class_edits
from transpiler.emit.residual.removal import Removal
from transpiler.emit.residual.residue import settled_edits
from transpiler.emit.text import global_reads
from transpiler.emit.types import TYPE, torch_type
from transpiler.emit.units import CLASS_TOKEN, Unit
from transpiler.interpret.functions.constant_tensors import constant_tensors
from transpiler.interpret.functions.own_metrics import SUPER, is_class_of_metric
from transpiler.interpret.functions.passed import decided_parameters
from transpiler.interpret.summary import Summary
from transpiler.interpret.symbols import canonical
from transpiler.interpret.values import Framework, Function, UserClass
from transpiler.ir.code import Line, Return
from transpiler.passes.liveness import walk
from transpiler.regex import regex
from transpiler.source.lexical import words_in
from transpiler.source.suites import is_docstring, is_inside, statement_lines


def replace_blocks(draft: Draft) -> None:
    """Functions that work on tensors and have layers become classes."""
    by_node: dict[int, list[Unit]] = {}
    for unit in draft.planned.blocks.values():
        if not unit.problem and unit.text is not None:
            by_node.setdefault(id(unit.node), []).append(unit)
    for units in by_node.values():
        _replace_function(draft, units)


def _replace_function(draft: Draft, units: list[Unit]) -> None:
    """One function becomes its class, or its classes where it is used at several ranks."""
    summary = units[0].summary
    assert summary is not None
    node = summary.function.node
    assert isinstance(node, cst.FunctionDef)
    start, end = draft.function_span(node)
    indent = draft.margin(start)
    used = {u.summary.serial for u in units if u.summary is not None} & _used_blocks(draft)
    units = [unit for unit in units if not unit.alike]
    _, lost = draft.carry(units, [Edit(start, end, "")])
    texts = [draft.class_text(u) for u in units]
    text = ("\n\n\n" if not indent else "\n\n").join(texts)
    text = "".join(f"{c}\n" for c in lost) + text
    text = text.rstrip("\n")
    kept = summary.function.name in draft.kept_functions
    if kept and not used:
        return  # only code that stays Keras calls it
    if kept and any(u.plan.name == summary.function.name for u in units):
        message = (
            f"`{summary.function.name}` is a class of PyTorch now, and code that stays calls it"
        )
        draft.report(LEFT_MODEL, node, message)
        kept = False
    if indent:
        draft.insert_class(draft.top_level_start(node), text)
        if not kept:
            _drop(draft, node)
    elif kept:
        edit = Edit(end, end, "\n\n\n" + text)
        draft.edits.append(edit)
        draft.class_edits.append(edit)
    else:
        edit = Edit(start, end, text)
        draft.edits.append(edit)
        draft.class_edits.append(edit)
    draft.class_spots.append(end)
    for unit in units:
        draft.record(unit, "block", node, function=summary.function.name)
        draft.speak(unit.region)
    if not summary.function.name.startswith("_") and not summary.function.nested_in:
        name = units[0].plan.name
        draft.say(
            ASSUMED_CALLERS,
            node,
            f"`{summary.function.name}` became the class {name}; "
            "callers in other files must construct it",
        )


def _drop(draft: Draft, node: cst.CSTNode) -> None:
    """Take a statement out, with the blank lines after it."""
    first, last = statement_lines(draft.tree, node)
    text = draft.tree.text
    while last < len(text) and not text[last : draft.tree.line_end(last)].strip():
        last = draft.tree.line_end(last)
    draft.edits.append(Edit(first, last, ""))


def drop_clips(draft: Draft) -> None:
    """Classes of constraints go whose objects are only made for layers."""
    for made in draft.file.user_classes:
        calls = draft.file.clips.get(id(made.node), set())
        if not calls:
            continue
        read = re.findall(rf"(?<![\w.]){made.name}\b", draft.tree.blanked)
        if len(read) == 1 + len(calls):
            draft.plain_classes.add(id(made.node))
            _drop(draft, made.node)


def _used_blocks(draft: Draft) -> set[int]:
    """The blocks that converted models and blocks instantiate, directly or not."""
    blocks = draft.planned.blocks
    groups = [draft.planned.module_units, *(units for _, units in draft.planned.builders)]
    pending = [u for units in groups if not any(u.problem for u in units) for u in units]
    found: set[int] = set()
    while pending:
        unit = pending.pop()
        if unit.text is None:
            continue
        for constructor in unit.text.constructors:
            for serial in map(int, CLASS_TOKEN.findall(constructor.text)):
                if serial not in found and serial in blocks:
                    found.add(serial)
                    pending.append(blocks[serial])
    return found


def replace_operations(draft: Draft) -> None:
    """Functions on tensors without layers stay functions, and get another body."""
    by_node: dict[int, list[Summary]] = {}
    for summary in draft.planned.operations:
        if isinstance(summary.function.node, cst.FunctionDef) and summary.region is not None:
            by_node.setdefault(id(summary.function.node), []).append(summary)
    for summaries in by_node.values():
        _replace_operation(draft, summaries)


def _replace_operation(draft: Draft, summaries: list[Summary]) -> None:
    """One function, or what it becomes where images need another one."""
    node = summaries[0].function.node
    assert isinstance(node, cst.FunctionDef)
    start, end = draft.function_span(node)
    name = summaries[0].function.name
    if _stays(draft, summaries[0].function):
        return
    if name in draft.kept_functions and not summaries[0].function.nested_in:
        message = f"`{name}` works on PyTorch's tensors now, and code that stays Keras calls it"
        draft.report(LEFT_MODEL, node, message)
    texts = []
    for summary in summaries:
        assert summary.region is not None
        script = draft.planned.script(summary.region, summary)
        names = draft.planned.class_names
        text = render_operation(draft.file, summary, script, Edit(start, end, ""), names)
        if text is None:
            draft.report(LEFT_MODEL, node, f"`{name}` is left as it is: it can't be written")
            return
        texts.append(draft.planned.named(text).rstrip("\n"))
    whole = "\n\n\n".join(texts)
    if summaries[0].function.nested_in and id(node) not in draft.file.kept_closures:
        draft.insert_class(draft.top_level_start(node), whole)
        if summaries[0].function.name not in draft.kept_functions:
            _drop(draft, node)
    else:
        draft.edits.append(Edit(start, end, whole))
        _make_tensors(draft, summaries[0])
        if is_of_keras(draft.file, summaries[0].function):
            draft.edits += _class_edits(draft, summaries[0].function)
    draft.class_spots.append(end)
    inner = summaries[0].function.nested_in or summaries[0].function.owner
    gone = [] if inner else decided_parameters(summaries[0])
    if len(summaries) == 1 and not gone:
        draft.operations.add(inner or name)
    draft.operations.add(f"def {inner}.{name}" if inner else f"def {name}")
    if gone and not name.startswith("_"):
        which = ", ".join(f"`{g}`" for g in gone)
        message = f"`{name}` does not take {which} any more; callers in other files must know"
        draft.say(ASSUMED_CALLERS, node, message)
    for summary in summaries:
        assert summary.region is not None
        draft.helpers |= summary.region.helpers_used
        draft.speak(summary.region)


def _make_tensors(draft: Draft, summary: Summary) -> None:
    """The tensors that the function around one that stays makes for it."""
    outer = summary.function.outer
    made_there = list(constant_tensors(outer)) if outer is not None else []
    if made_there and not draft.device:
        trained = (t.device for t in draft.planned.trained if t.device and not t.training.problem)
        words = words_in(draft.tree.text)
        own = "torch_device" if "device" in words else "device"  # models are trained elsewhere
        draft.device = next(trained, own)
    for _, made, given in made_there:
        source = draft.tree.source(given)
        text = f"torch.tensor({source}, dtype=torch.float32, device={draft.device})"
        edit = Edit(*draft.tree.span(made), text)
        if edit not in draft.edits:
            draft.edits.append(edit)


def _class_edits(draft: Draft, method: Function) -> list[Edit]:
    """What becomes of the class of a method that computes a loss, a metric or the like."""
    if method.name == "call":
        return loss_class_edits(draft, method.owner)
    made = next(c for c in draft.file.user_classes if c.name == method.owner)
    if method.name == "__call__":
        return plain_class_edits(draft, made)
    done = id(made.node) in draft.plain_classes
    return [] if done else metric_class_edits(draft, made)


def plain_class_edits(draft: Draft, made: UserClass) -> list[Edit]:
    """A class of a regularizer or a constraint goes without its base, and what only Keras asks."""
    draft.plain_classes.add(id(made.node))
    tree = draft.tree
    start, base_end = tree.span(made.node.name)[1], tree.span(made.node.bases[-1].value)[1]
    edits = [Edit(start, tree.text.index(")", base_end) + 1, "")]
    edits += [Edit(*statement_lines(tree, mark), "") for mark in made.node.decorators]
    for method in made.node.body.body:
        if not isinstance(method, cst.FunctionDef):
            continue
        begins = [s for s in method.body.body if SUPER.match(tree.source(s))]
        gone = method.name.value in ("get_config", "from_config")
        if gone or (method.name.value == "__init__" and len(begins) == len(method.body.body)):
            first, last = draft.function_span(method)
            edits.append(Edit(len(tree.text[:first].rstrip()), last, ""))
        elif method.name.value == "__init__":
            edits += [Edit(*statement_lines(tree, line), "") for line in begins]
    return edits


def _stays(draft: Draft, method: Function) -> bool:
    """Whether it is a method of a class of a metric that is left as it is."""
    found = (c for c in draft.file.user_classes if method.owner and c.name == method.owner)
    made = next(found, None)
    return made is not None and is_class_of_metric(made) and is_left(draft, made)


_SUPER = regex(r"\bsuper\([^)]*\)\.__init__\(")


def loss_class_edits(draft: Draft, name: str) -> list[Edit]:
    """A class of a loss becomes a module: its base, the call of its constructor, its settings."""
    made = next(c for c in draft.file.user_classes if c.name == name)
    draft.plain_classes.add(id(made.node))
    edits = [Edit(*draft.tree.span(made.node.bases[0].value), "nn.Module")]
    for statement in made.node.body.body:
        if isinstance(statement, cst.FunctionDef) and statement.name.value == "get_config":
            first, last = statement_lines(draft.tree, statement)
            edits.append(Edit(len(draft.tree.text[:first].rstrip()) + 1, last, ""))
        elif isinstance(statement, cst.FunctionDef) and statement.name.value == "__init__":
            edits += _without_reduction(draft, statement)
            for line in statement.body.body:
                source = draft.tree.source(line)
                if _SUPER.match(source):
                    edits.append(Edit(*draft.tree.span(line), "super().__init__()"))
                elif _is_written_out(draft, made, source):
                    edits.append(Edit(*statement_lines(draft.tree, line), ""))
    return edits


_HOLDS = regex(r"self\.(\w+)\s*=(?!=)\s*([\w.]+)\(.*\)", re.S)


def _is_written_out(draft: Draft, made: UserClass, source: str) -> bool:
    """Whether a statement keeps a loss of Keras's which the class has no need of any more.

    What it computes stands in the place of each of its calls.
    """
    found = _HOLDS.fullmatch(source)
    if found is None:
        return False
    owner, *names = found.group(2).split(".")
    held = draft.file.globals.get(owner)
    symbol = canonical(".".join([held.name, *names])) if isinstance(held, Framework) else ""
    kept = re.compile(rf"\bself\.{found.group(1)}\b")
    texts = [
        n.value.text if isinstance(n, Return) else n.text
        for s in draft.planned.operations
        if s.function.owner == made.name
        for n in walk(s.forward)
        if isinstance(n, (Line, Return))
    ]
    elsewhere = len(kept.findall(draft.tree.code(made.node.body)))
    call = next(m for m in made.node.body.body if _is_call(m))
    inside = len(kept.findall(draft.tree.code(call)))
    known = symbol.startswith("keras.losses.") and elsewhere == 1 + inside
    return known and not any(map(kept.search, texts))


def _is_call(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.FunctionDef) and node.name.value == "call"


def _without_reduction(draft: Draft, node: cst.FunctionDef) -> list[Edit]:
    """A constructor of a loss does not take its reduction: the loop knows it."""
    parameters = (*node.params.params, *node.params.kwonly_params)
    if not any(p.name.value == "reduction" for p in parameters):
        return []
    start = draft.tree.span(node)[0]
    body = draft.tree.span(node.body.body[0])[0]
    end = draft.tree.text.rindex(":", start, body) + 1
    header = header_without(draft.tree, node, ["reduction"], "    ")
    return [Edit(start, end, header)]


def drop_decorators(draft: Draft) -> None:
    """Keras's own export marks on functions that build models go."""
    for summary in draft.file.summaries.values():
        node = summary.function.node
        if summary.kind != "builder" or not isinstance(node, cst.FunctionDef):
            continue
        if summary.function.file not in (None, draft.file) or id(node) in draft.failed_nodes:
            continue
        _retype(draft, node.returns)
        for decorator in node.decorators:
            start, end = draft.tree.span(decorator)
            edit = Edit(draft.tree.line_start(start), draft.tree.line_end(end - 1), "")
            if "keras_export" in draft.tree.text[start:end] and edit not in draft.edits:
                draft.edits.append(edit)


def retype_parameters(draft: Draft) -> None:
    """Where models are classes now, what stays is given, and gives, an `nn.Module`."""
    if not draft.class_spots and not draft.planned.trained:
        return
    units = draft.planned.blocks.values()
    gone = {id(u.summary.function.node) for u in units if u.summary is not None}
    gone |= {id(s.function.node) for s in draft.planned.operations}
    plain = {id(made.node) for made in draft.file.user_classes if not made.bases}
    owners = [n for n in draft.top if isinstance(n, cst.ClassDef) and id(n) in plain]
    for node in [*draft.top, *(one for owner in owners for one in owner.body.body)]:
        if isinstance(node, cst.FunctionDef) and id(node) not in gone:
            parameters = node.params
            for one in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
                _retype(draft, one.annotation)
            _retype(draft, node.returns)
    code = draft.tree.blanked
    typed = (code[: m.start()].rpartition("\n")[2] for m in _MODEL_TYPE.finditer(code))
    if any(_TYPED.fullmatch(before) for before in typed):
        variables = _Annotated()
        draft.tree.module.visit(variables)
        for annotation in variables.found:
            _retype(draft, annotation)


#: Where a variable may be declared as a model: what stands on the line before its type.
_MODEL_TYPE = regex(r"(?m):[^=\n]*\b(?:Model|Sequential|Optimizer|History)\b[\]\w, ]*(?:=|$)")
_TYPED = regex(r"[ \t]*[\w.]+[ \t]*")


class _Annotated(cst.CSTVisitor):
    """The types that variables and attributes are declared with."""

    def __init__(self) -> None:
        self.found: list[cst.Annotation] = []

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:  # noqa: N802
        self.found.append(node.annotation)


def _retype(draft: Draft, annotation: cst.Annotation | None) -> None:
    """`Model`, of Keras, as a type is `nn.Module`: alone, or inside of `Optional[Model]`."""
    if annotation is None:
        return
    start, end = draft.tree.span(annotation.annotation)
    text = draft.tree.text[start:end]
    for found in TYPE.finditer(text):
        if torch := torch_type(draft.file, found.group(1)):
            span = found.span() if found.group() == text else found.span(1)
            edit = Edit(start + span[0], start + span[1], torch)
            if edit not in draft.edits:
                draft.edits.append(edit)


def rename_passed_functions(draft: Draft) -> None:
    """Functions passed on by name that are classes now."""
    by_node: dict[int, Unit] = {
        id(u.node): u for u in draft.planned.blocks.values() if not u.problem and u.text is not None
    }
    regions = [draft.file.module] + [
        s.region for s in draft.file.summaries.values() if s.kind != "failed"
    ]
    for region in regions:
        if region is None:
            continue
        for (start, end), function in region.function_arguments:
            unit = by_node.get(id(function.node))
            if unit is not None and function.name == draft.tree.text[start:end]:
                draft.edits.append(Edit(start, end, unit.plan.name))


def rename_foreign_imports(draft: Draft) -> None:
    """Names of other files' functions that are classes there now."""
    renamed = {}
    for serial, (_, name) in draft.file.foreign.items():
        renamed[foreign_function(draft.file, serial).name] = name
    if os.path.basename(draft.file.path) == "__init__.py":
        renamed |= passed_on(draft.file)
        for found in _LISTED.finditer(draft.tree.text):
            if found[1] in renamed and "__all__" in draft.tree.text:
                draft.edits.append(Edit(*found.span(1), renamed[found[1]]))
    if not renamed:
        return
    for statement in draft.top:
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        for small in statement.body:
            if isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                for alias in small.names:
                    if isinstance(alias.name, cst.Name) and alias.name.value in renamed:
                        start, end = draft.tree.span(alias.name)
                        if (start, end) not in {(e.start, e.end) for e in draft.edits}:
                            draft.edits.append(Edit(start, end, renamed[alias.name.value]))


#: A name in a list of names, such as `__all__`.
_LISTED = regex(r"(?<=[\"'])(\w+)(?=[\"']\s*[,\])])")


def drop_inlined(draft: Draft) -> None:
    """Functions that only gave layers, and whose calls are all replaced: they go."""
    regions = [u.region for u in draft.planned.units if not u.problem]
    functions = {id(f.node): f for r in regions for f in r.inlined}
    if draft.file.freezers:  # where nothing is built, too
        others = [s.region for s in draft.file.summaries.values()]
        inlined = (f for r in (draft.file.module, *others) if r is not None for f in r.inlined)
        functions |= {id(f.node): f for f in inlined if id(f.node) in draft.file.freezers}
    made = {u.summary.function.node for u in draft.planned.units if u.summary and not u.built}
    for function in functions.values():
        node = function.node
        if not isinstance(node, cst.FunctionDef) or function.file not in (None, draft.file):
            continue
        if node in made:  # elsewhere, its class is called
            continue
        if function.name in draft.file.wished:  # other files call it
            continue
        freezes = id(node) in draft.file.freezers
        read = _read_elsewhere(draft, function.name, node, bool(function.owner))
        if function.name in draft.kept_functions or read:
            if freezes:
                message = f"`{function.name}` is left as it is; models are nn.Modules now"
                draft.report(LEFT_MODEL, node, message)
            continue
        _drop(draft, node)
        if not function.name.startswith("_") and not function.nested_in:
            draft.say(
                ASSUMED_CALLERS,
                node,
                f"`{function.name}` is gone: what it gave stands where it was called",
            )


def drop_emptied(draft: Draft) -> None:
    """Classes of which every method is gone: they go, or are empty where something reads them."""
    for made in draft.top:
        if not isinstance(made, cst.ClassDef) or not isinstance(made.body, cst.IndentedBlock):
            continue
        members = [m for m in made.body.body if not is_docstring(m)]
        spans = [draft.tree.span(m) for m in members]
        drops = [e for e in draft.edits if not e.text and e.start < e.end]
        if not members or not all(
            any(is_inside(s, (e.start, e.end)) for e in drops) for s in spans
        ):
            continue
        if _read_elsewhere(draft, made.name.value, made):
            first, _ = statement_lines(draft.tree, members[0])
            margin = draft.margin(draft.tree.line_start(spans[0][0]))
            draft.edits.append(Edit(first, first, f"{margin}pass\n"))
        else:
            _drop(draft, made)


def _read_elsewhere(draft: Draft, name: str, node: cst.CSTNode, method: bool = False) -> bool:
    """Whether what remains of the file still reads a name, or has an object's method of it."""
    start, end = draft.tree.span(node)
    outside = [e for e in draft.edits if not (start <= e.start and e.end <= end)]
    remaining = apply(draft.tree.text, [*outside, Edit(start, end, "")])
    lines = (line for before in draft.before for line in before.lines)
    added = (*draft.training_functions.values(), *lines)  # they have no place yet
    texts = [text for text in (remaining, *added) if name in text]
    if method:
        return any(re.search(rf"\.{name}\b", text) for text in texts)
    return any(name in global_reads(text) for text in texts)


def settle_functions(draft: Draft) -> None:
    """Functions that build no model themselves: what is settled in them, and what is left."""
    done = {id(summary.function.node) for summary, _ in draft.planned.builders}
    for summary in draft.file.summaries.values():
        node, region = summary.function.node, summary.region
        if summary.kind not in ("static", "builder") or region is None or id(node) in done:
            continue
        if not isinstance(node, cst.FunctionDef) or summary.function.file is not draft.file:
            continue
        done.add(id(node))
        report_left_calls(draft, region.left_calls)
        if region.settled or region.idle:
            draft.helpers |= region.helpers_used | region.settled_needs()
            draft.edits += settled_edits(Removal(draft.tree, region, node))
            draft.edits += without_handed(draft.tree, region, node)
