"""Lists and dicts of models that objects keep: another one beside them has the optimizers.

self.models = [build(4) for _ in range(3)]
self.optimizers = [SGD(model.parameters(), lr=0.1) for model in self.models]

for model, optimizer in zip(self.models, self.optimizers):
    train_epoch(model, loader, self.criterion, optimizer)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.training.compiling import (
    criterion_lines,
    drop,
    optimizer_lines,
    say_what_differs,
)
from transpiler.emit.training.lines import block, holds
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.moved_compile import lines_as_called, refuse_unseen
from transpiler.emit.training.objects import ALONE, free_attribute, needs_parts
from transpiler.emit.training.rounds import loops_around
from transpiler.emit.training.shared import Part, Room, Shared
from transpiler.interpret.functions.told_before import refuse_changed_behind
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Keyed, Model
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Beside
from transpiler.regex import regex
from transpiler.source.lexical import names_in
from transpiler.source.suites import statement_lines

_STEPPING = ("fit", "train_on_batch")


def beside_models(shared: Shared, made: Model, parts: list[Part]) -> Beside | None:
    """The list or dict of an object in which a model is, if all of its optimizers can stand beside.

    One statement of a method fills it, and nothing else changes it; each call that steps a model
    takes it from there.
    """
    owners = {part.room.owner for part in parts if part.room.owner or needs_parts(part)}
    owner = next(iter(owners), "")
    if len(owners) != 1 or not owner or made.node is None:
        return None
    groups = shared.file.kept_groups.get(owner, {})
    found = [(name, group) for name, group in groups.items() if _holds_only(group.item, made)]
    if len(found) != 1:
        return None
    name, group = found[0]
    filler = _filled_by(shared, owner, name, made.node)
    if filler is None or not _stays(shared, name, filler):
        return None
    beside = Beside(f"self.{name}", isinstance(group, Keyed), filler[1])
    steps = [(part, c) for part in parts for c in part.calls if c.name in _STEPPING]
    inside = shared.tree.span(filler[0].node)
    asks = [c for part in parts for c in part.calls if c.name not in {*ALONE, "compile"}]
    if any(holds(inside, shared.tree.span(call.node)) for call in asks):
        return None
    compiles = [(part, c) for part in parts for c in part.calls if c.name == "compile"]
    start, end = shared.tree.span(filler[1])
    if not all(start <= shared.tree.span(call.node)[0] < end for _, call in compiles):
        return None
    return beside if all(_way(shared, beside, part, c) for part, c in steps) else None


def _holds_only(item: object, made: Model) -> bool:
    return isinstance(item, Model) and not item.options and root(item) is made


def _filled_by(
    shared: Shared, owner: str, name: str, node: cst.CSTNode
) -> tuple[Room, cst.CSTNode] | None:
    """The method and its statement, right in its body, by which a list gets all that it has."""
    span = shared.tree.span(node)
    around = [r for r in shared.rooms if r.owner == owner and holds(shared.tree.span(r.node), span)]
    if len({id(room.node) for room in around}) != 1:
        return None
    room = around[0]
    assert isinstance(room.node, cst.FunctionDef)
    body = list(room.node.body.body)
    place = next((i for i, s in enumerate(body) if holds(shared.tree.span(s), span)), None)
    if place is None or not isinstance(body[place], (cst.SimpleStatementLine, cst.For)):
        return None
    makes = re.compile(rf"self\.{name}\s*(?::[^=\n]+)?=(?!=)")
    before = [shared.tree.code(s).strip() for s in body[: place + 1]]
    puts = _put_in(shared, name, shared.tree.span(body[place]))
    rounds = loops_around(shared, room, span[0])
    once = all(loops_around(shared, room, put) == rounds for put in puts)
    return (room, body[place]) if any(map(makes.match, before)) and puts and once else None


def _put_in(shared: Shared, name: str, span: tuple[int, int]) -> list[int]:
    """Where something of a text is put into a list, or becomes it."""
    put = rf"self\.{name}(?:\.append\(|\[[^\[\]\n]+\]\s*=(?!=)|\s*(?::[^=\n]+)?=(?!=))"
    return [found.start() for found in re.finditer(put, shared.tree.blanked[: span[1]])
            if found.start() >= span[0]]  # fmt: skip


def _stays(shared: Shared, name: str, filler: tuple[Room, cst.CSTNode]) -> bool:
    """Whether nothing outside of that method changes a list, or gives it another name."""
    start, end = shared.tree.span(filler[0].node)
    text = shared.tree.blanked
    for place in re.finditer(rf"(?<=\.){name}\b", text):
        if start <= place.start() < end:
            continue
        line = text[text.rfind("\n", 0, place.start()) + 1 : place.start()]
        if line.strip().startswith("del "):
            return False
        if not _READ.match(text, place.end()) and not _gone_through(line, text[place.end() :][:1]):
            return False
    inside = text[start:end]
    puts = re.findall(rf"self\.{name}(?:\.append\(|\[[^\[\]\n]+\]\s*=(?!=))", inside)
    made = re.findall(rf"self\.{name}\s*(?::[^=\n]+)?=(?!=)", inside)
    return len(puts) <= 1 and len(made) == 1


#: An element, or what a dict gives; how many there are.
_READ = regex(r"\[[^\[\]\n:]+\](?!\s*[-+*/]?=(?!=))|\.(?:items|keys|values)\(\)")
_BEFORE = regex(r"(?:\bin|\b(?:len|enumerate|zip)\([^()\n]*)\s*(?:\w+\.)+$")


def _gone_through(before: str, after: str) -> bool:
    return _BEFORE.search(before) is not None and after in (":", ")", ",", "]")


def _way(shared: Shared, beside: Beside, part: Part, call: TrainingCall) -> str:
    """How a call that steps a model finds its optimizer, "" where that is not seen."""
    element = re.fullmatch(rf"{re.escape(beside.models)}(\[[^\[\]()]+\])", part.variable)
    if element is not None:
        return element[1]
    loops = loops_around(shared, part.room, shared.tree.span(call.node)[0])
    for loop in reversed(loops):
        if isinstance(loop, cst.For) and part.variable in names_in(shared.tree.source(loop.target)):
            return _in_loop(shared, beside, part, loop)
    return ""


def _in_loop(shared: Shared, beside: Beside, part: Part, loop: cst.For) -> str:
    """The same of a model that a loop runs through."""
    bound = [p for p in shared.places(part.room, part.variable) if p.binds]
    inside = [p for p in bound if holds(shared.tree.span(loop), (p.start, p.end))]
    source = shared.tree.source(loop.iter)
    names = re.findall(r"\w+", shared.tree.source(loop.target))
    if len(inside) != 1:
        return ""
    if beside.keyed and source == f"{beside.models}.values()":
        return "zip" if names == [part.variable] else ""
    if beside.keyed:
        pairs = source in (f"{beside.models}.items()", f"enumerate({beside.models}.items())")
        return f"[{names[-2]}]" if pairs and names[-1] == part.variable else ""
    if source == beside.models and names == [part.variable]:
        return "zip"
    counted = source == f"enumerate({beside.models})" and len(names) == 2
    if counted and names[1] == part.variable:
        return f"[{names[0]}]"
    lists = _zipped(shared, loop)
    if len(lists) == len(names) and beside.models in lists:
        return "zip" if names[lists.index(beside.models)] == part.variable else ""
    return ""


def _zipped(shared: Shared, loop: cst.For) -> list[str]:
    """What a loop runs through side by side: `zip(self.models, seeds)`."""
    match loop.iter:
        case cst.Call(func=cst.Name("zip"), args=given) if all(not a.star for a in given):
            return [shared.tree.source(argument.value) for argument in given]
    return []


def name_beside(writer: ModelWriter, beside: Beside) -> None:
    """What criterion and optimizer of such a model are called in a method."""
    if not beside.optimizers:
        beside.criterion = free_attribute(writer, "self", "criterion", "loss_function")
        beside.optimizers = free_attribute(writer, "self", "optimizers", "optims")
    writer.criterion_name = writer.criterion = beside.criterion
    steps = [call for call in writer.part.calls if call.name in _STEPPING]
    ways = {_way(writer.shared, beside, writer.part, call) for call in steps}
    if not ways:
        writer.optimizer = ""
        return
    if len(ways) > 1:
        raise Unsupported("models of a list are trained by several names")
    way = ways.pop()
    if way != "zip":
        writer.optimizer = f"{beside.optimizers}{way}"
        return
    writer.optimizer = writer.lasting("optimizer", "optim")
    for loop in loops_around(writer.shared, writer.room, writer.tree.span(steps[0].node)[0]):
        if isinstance(loop, cst.For) and writer.variable in names_in(
            writer.tree.source(loop.target)
        ):
            _zip(writer, beside, loop)


def _zip(writer: ModelWriter, beside: Beside, loop: cst.For) -> None:
    """`for model, optimizer in zip(self.models, self.optimizers):`."""
    span, source = writer.tree.span, writer.tree.source
    names = re.sub(rf"\b{writer.variable}\b", f"{writer.variable}, {writer.optimizer}",
                   source(loop.target))  # fmt: skip
    view = ".values()" if beside.keyed else ""
    lists = f"{beside.models}{view}, {beside.optimizers}{view}"
    given = _zipped(writer.shared, loop) or [beside.models]
    text = f"zip({', '.join(lists if one == beside.models else one for one in given)})"
    writer.edits += [Edit(*span(loop.target), names), Edit(*span(loop.iter), text)]


def compile_beside(writer: ModelWriter, call: TrainingCall, beside: Beside) -> None:
    """A `compile` where the models are made, or in the function that gives them.

    What they are trained with stands behind what fills the list.
    """
    model, summary = writer.training.model, writer.training.model.summary
    assert model.node is not None
    if not isinstance(call.statement, cst.SimpleStatementLine) or call.conditional:
        raise Unsupported("`compile` under a condition in a function")
    moved = call in writer.training.moved
    variable, optimizer = writer.variable, writer.optimizer
    writer.optimizer = beside.optimizers
    each = optimizer_lines(writer, call, model.node if moved else call.node)
    writer.optimizer = optimizer
    lines = [*criterion_lines(writer, call), *each]
    if moved and summary is not None:
        refuse_unseen(writer, summary)
        refuse_changed_behind(writer.shared.file, call, summary.function)
        lines = lines_as_called(writer, model.node, summary, lines)
    if len(each) != 1:
        raise Unsupported("each model of a list has more than an optimizer of its own")
    made = lines.pop().removeprefix(f"{beside.optimizers} = ")
    weights = f"{variable}.parameters()"
    if weights not in made:
        raise Unsupported("each model of a list has an optimizer of its own")
    name = "model" if "." in variable or "[" in variable else variable
    made = made.replace(weights, f"{name}.parameters()")
    read = [*lines, made.replace(f"{name}.parameters()", "")]
    _refuse_varying(writer, beside, read, model.node if moved else call.node)
    source = f"[{made} for {name} in {beside.models}]"
    if beside.keyed:
        source = f"{{key: {made} for key, {name} in {beside.models}.items()}}"
    lines.append(f"{beside.optimizers} = {source}")
    end = statement_lines(writer.tree, beside.filler)[1]
    start = writer.tree.span(beside.filler)[0]
    indent = start - writer.tree.line_start(start)
    writer.edits.append(Edit(end, end, f"{block(lines, indent)}\n"))
    if moved and summary is not None:
        name = summary.function.name
        message = f"`{name}` gives the model alone; its optimizer is made beside it"
        writer.made.said.append((ASSUMED, call.node, message))
        writer.made.gone.append(call.statement)
    else:
        drop(writer, call.statement)
    say_what_differs(writer, call)


def _refuse_varying(
    writer: ModelWriter, beside: Beside, lines: list[str], made: cst.CSTNode
) -> None:
    """Refuse what each model of the list may have another of: `[build(rate) for rate in rates]`.

    Whatever optimizers are made of is read behind the loop, and may not change in it. `made` is
    the call that reads it there.
    """
    start, end = writer.tree.span(beside.filler)
    inside = writer.tree.span(made)
    read = {word for line in lines for word in _READ_BY.findall(line)} - {"self"}
    for name in sorted(read):
        found = re.finditer(rf"(?<![\w.]){re.escape(name)}\b", writer.tree.blanked[start:end])
        places = [(start + one.start(), start + one.end()) for one in found]
        if not all(holds(inside, place) for place in places):
            raise Unsupported(f"each model of a list has an optimizer of its own, by its `{name}`")


#: Variables, and attributes of the object.
_READ_BY = regex(r"(?<![\w.])(?:self\.)?[A-Za-z_]\w*\b(?!\s*=(?!=))")
