"""What activity regularizers add to the loss of a batch, computed where `forward` has the tensors.

def forward_with_penalty(self, x):
    encoded = F.relu(self.encoder(x))
    activity_penalty = 1e-5 * encoded.abs().sum() / len(encoded)
    return self.decoder(encoded), activity_penalty
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Built, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Bound, Layer, Value
from transpiler.ir import tokens
from transpiler.ir.code import Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import MUL, TUPLE, Expr, call, infix, method, reads, variable
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import ACTIVITY, LOGITS, PENALIZED, Penalty
from transpiler.lower.binding import only, use_of
from transpiler.lower.compositions import Compositions, blocks_of
from transpiler.lower.heads import outputs_of
from transpiler.lower.left_out import refuse_none
from transpiler.lower.own_penalties import applied, is_own_penalty, own_penalty
from transpiler.lower.told import lasting
from transpiler.lower.watched import settled
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import record, replace

#: What is said of those whose own file has no method for it.
OF_ANOTHER_FILE = "activity_regularizer in a part of the model that another file builds"
_TOTAL = tokens.variable(f"{ACTIVITY}:total")
#: The layers whose regularizer a generation of Keras does not look at.
_IGNORED = {"keras.layers.SimpleRNN": "3", "keras.layers.EinsumDense": "2"}
#: The layers that hand it on to each layer that they are made of.
_HANDED_ON = ("keras.layers.MultiHeadAttention", "keras.layers.GroupQueryAttention")


@record(frozen=True, slots=True)
class Watching:
    """The regularizers that look at tensors of a model and of those that are part of it."""

    built: Built | Summary
    own: dict[int, Penalty]  #: by the numbers that its statements have
    layers: tuple[Layer, ...] = ()  #: that have these
    inner: dict[str, Watching] = field(default_factory=dict)  #: by the tokens of their modules

    def __bool__(self) -> bool:
        return bool(self.own or self.inner)

    @property
    def program(self) -> list[Node]:
        """What it computes."""
        if isinstance(self.built, Built):
            return self.built.forward
        assert self.built.region is not None
        return self.built.region.forward

    def parts(self) -> Iterator[Watching]:
        """Those that are part of it, however deep."""
        for part in self.inner.values():
            yield part
            yield from part.parts()


def watched_activities(
    file: FileContext, models: Compositions, region: Region, built: Built
) -> Watching:
    """The regularizers that look at tensors of a model."""
    forward = prune(built.forward, frozenset(), effects=False)[0]
    parts = list(models.inner(region, built))
    own = _own(file, region, built, forward)
    found = Watching(built, own, tuple(region.activities[n][0] for n in own))
    found.inner.update(_blocks(file, region, built.init, forward))
    for token, home, part in parts:
        if watching := watched_activities(file, models, home, part):
            found.inner[token] = watching
            if home.file is not file and region.file is file:
                raise Unsupported(OF_ANOTHER_FILE)
            if len(outputs_of(part.model, part.inputs)) > 1:
                raise Unsupported("activity_regularizer in a part of it with several outputs")
    if found and file.precision:
        raise Unsupported("activity_regularizer in mixed precision")
    if found and file.distribution is not None:
        raise Unsupported("activity_regularizer under a strategy")
    return found


def _own(
    file: FileContext, region: Region, built: Built, forward: list[Node]
) -> dict[int, Penalty]:
    """Those of a model itself, by the numbers that its statements have."""
    numbers = {n.activity for n in walk(forward) if isinstance(n, Line) and n.activity}
    _refuse_hidden(region, forward)
    found: dict[int, Penalty] = {}
    for number in sorted(numbers):
        if number not in region.activities:
            raise Unsupported("activity_regularizer of a layer of another model")
        layer, value = region.activities[number]
        if _is_ignored(layer, file.options.keras):
            continue
        penalty = _penalty(file, layer, value)
        if penalty.orthogonal is not None:
            raise Unsupported("activity_regularizer that makes the outputs of samples orthogonal")
        if not penalty.is_nothing:
            found[number] = penalty.settled(lambda factor: settled(region, built, factor))
    return found


def _blocks(
    file: FileContext, region: Region, init: list[Node], forward: list[Node]
) -> Iterator[tuple[str, Watching]]:
    """The blocks that a program makes in which something is watched, by their tokens."""
    used = modules_used(forward)
    known = {summary.serial: summary for summary in blocks_of(region)}
    for node in walk(init):
        if not isinstance(node, Construct) or node.module.token not in used:
            continue
        match = re.match(tokens.ANY_BLOCK, node.module.constructor.text)
        summary = known.get(int(match.group(1))) if match is not None else None
        watching = _of_block(file, summary) if summary is not None else None
        if watching:
            of = summary.function.file if summary is not None else None
            if of not in (None, file) and region.file is file:
                raise Unsupported(OF_ANOTHER_FILE)
            yield node.module.token, watching


def _of_block(file: FileContext, summary: Summary) -> Watching | None:
    """The regularizers that look at tensors of a block, and of the blocks in it."""
    region = summary.region
    if region is None:
        return None
    forward = prune(region.forward, frozenset(), effects=False)[0]
    numbers = {n.activity for n in walk(forward) if isinstance(n, Line) and n.activity}
    _refuse_hidden(region, forward)
    own: dict[int, Penalty] = {}
    for number in sorted(numbers & region.activities.keys()):
        layer, value = region.activities[number]
        if not _is_ignored(layer, file.options.keras):
            penalty = _penalty(file, layer, value)
            if penalty.orthogonal is not None or not _is_seen(region, penalty):
                raise Unsupported("activity_regularizer with a factor that only a block knows")
            if not penalty.is_nothing:
                own[number] = penalty
    layers = tuple(region.activities[number][0] for number in own)
    found = Watching(summary, own, layers, dict(_blocks(file, region, region.init, forward)))
    if found and not isinstance(summary.result, Bound):
        raise Unsupported("activity_regularizer in a block that gives several tensors")
    return found


def _is_seen(region: Region, penalty: Penalty) -> bool:
    """Whether `forward` of a block can read the factors: they are variables of the module."""
    names = frozenset[str]().union(*map(reads, penalty.expressions))
    return names <= region.file.globals.keys() - set(region.parameters)


def _is_ignored(layer: Layer, keras: str) -> bool:
    if layer.symbol in _HANDED_ON:
        raise Unsupported(f"activity_regularizer of the layers inside of {layer.symbol}")
    ignoring = _IGNORED.get(layer.symbol, "")
    if ignoring and keras == "auto":
        raise Unsupported(f"Keras {ignoring} ignores what {layer.symbol} asks for (--keras)")
    return ignoring == keras


def _penalty(file: FileContext, layer: Layer, value: Value) -> Penalty:
    what = "activity_regularizer"
    if is_own_penalty(value):
        own = own_penalty(file, value, what)
        if own.ordered and id(layer) not in file.in_order:
            raise Unsupported(f"{what} that tells the axes of what it gets apart")
        return own
    use = use_of(file.rules.regularizers, "keras.regularizers", value, what)
    only(use)
    refuse_none(file, use.symbol, use.arguments)
    use = lasting(file, use, what)
    penalty: Penalty = use.build(what, keras=file.options.keras)
    return penalty


def _refuse_hidden(region: Region, forward: list[Node]) -> None:
    """Refuse regularizers that look at something which is no tensor of a program."""
    used = modules_used(forward)
    watched = {id(layer) for layer, _ in region.activities.values()}
    for layer, name, _ in region.penalties:
        called = not layer.modules or any(module.token in used for module in layer.modules)
        if name == "activity_regularizer" and id(layer) not in watched and called:
            raise Unsupported(f"{name} of {layer.symbol} is not translated")


def with_penalty(forward: list[Node], watching: Watching) -> list[Node]:
    """The program that also gives what the regularizers add to the loss."""
    *body, last = _summing(prune(forward, frozenset(), effects=False)[0], watching)
    _check_calls([*body, last], watching)
    if not isinstance(last, Return):
        raise Unsupported("activity_regularizer in a model whose outputs are not known one by one")
    _begin(body)
    value = last.value
    made = body[-1]
    if isinstance(made, Line) and made.text.startswith(f"{value.text} = ") and made.kills:
        text = made.text.removeprefix(f"{value.text} = ")
        value, body = replace(_code(made), text=text), body[:-1]
    both = replace(
        value, text=f"{value.text}, {_TOTAL}", strength=TUPLE, names=value.names | {(_TOTAL, 0)}
    )
    return [*body, replace(last, value=both, origins=(*made.origins, *last.origins))]


def _check_calls(nodes: list[Node], watching: Watching) -> None:
    """Refuse a part that is called in another way than by its name, or not at all."""
    texts = [_code(n).text for n in walk(nodes) if isinstance(n, (Line, Return))]
    for token in watching.inner:
        calls = [text for text in texts if token in text]
        if not calls or any(
            text.count(token) != text.count(f"{token}.{PENALIZED}") for text in calls
        ):
            raise Unsupported("activity_regularizer in a part that is called in several ways")


def _begin(body: list[Node]) -> None:
    """The sum begins with what is first added to it, where that is surely added."""
    first = next(
        i for i, n in enumerate(body) for m in walk([n]) if isinstance(m, Line) and _TOTAL in m.defs
    )
    node = body[first]
    if not isinstance(node, Line):
        body.insert(0, Line(f"{_TOTAL} = 0.0", frozenset({_TOTAL})))
        return
    before, added = body[first - 1], node.text.removeprefix(f"{_TOTAL} += ")
    if isinstance(before, Line) and added in before.defs and added not in before.uses:
        defs = before.defs - {added} | {_TOTAL}
        body[first - 1] = replace(before, text=before.text.replace(added, _TOTAL, 1), defs=defs)
        del body[first]
        return
    body[first] = replace(node, text=f"{_TOTAL} = {added}", uses=node.uses - {_TOTAL})


def _summing(nodes: list[Node], watching: Watching) -> list[Node]:
    """The statements, and behind each that makes what is looked at, one that adds it up."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, If):
            body, orelse = (_summing(way, watching) for way in (node.body, node.orelse))
            found.append(replace(node, body=body, orelse=orelse))
        elif isinstance(node, (For, While)):
            found.append(replace(node, body=_summing(node.body, watching)))
        else:
            found += _apart(node, watching)
            if isinstance(node, Line) and node.activity in watching.own:
                found += _added(node, watching.own[node.activity])
    return found


def _added(node: Line, penalty: Penalty) -> Iterator[Line]:
    """The sums over what a statement defines, for each sample of the batch."""
    (name,) = node.defs
    tensor = Expr(name, names=frozenset({(name, 0)}))
    for factor, kind in ((penalty.absolute, "abs"), (penalty.square, "square")):
        if factor is not None and not factor.is_const(0, 0.0):
            total = infix(factor, "*", method(method(tensor, kind), "sum"))
            mean = infix(total, "/", call("len", tensor))
            yield Line(f"{_TOTAL} += {mean}", frozenset({_TOTAL}), reads(mean) | {_TOTAL})
    if penalty.own is not None:
        names = penalty.own.names | tensor.names
        mean = infix(
            Expr(applied(penalty.own, name), strength=MUL, names=names), "/", call("len", tensor)
        )
        yield Line(f"{_TOTAL} += {mean}", frozenset({_TOTAL}), reads(mean) | {_TOTAL})


def _apart(node: Node, watching: Watching) -> list[Node]:
    """A statement, before it the calls of models in it that are watched themselves."""
    if not isinstance(node, (Line, Return)):
        return [node]
    code = _code(node)
    calls: list[Node] = []
    while (found := _innermost(code.text, watching.inner)) is not None:
        token, start, end = found
        made, part = variable("x").text, variable("part_penalty").text
        if isinstance(node, Line) and code.text == f"{_target(node)} = {code.text[start:end]}":
            made = _target(node)
        given = code.text[start + len(token) : end]
        called = Line(
            f"{made}, {part} = {token}.{PENALIZED}{given}",
            frozenset({made, part}),
            frozenset(name for name, _ in code.names),
            tuple(m for m in code.modules if m.token in code.text[start:end]),
        )
        calls += [
            called,
            Line(f"{_TOTAL} += {part}", frozenset({_TOTAL}), frozenset({_TOTAL, part})),
        ]
        if isinstance(node, Line) and made == _target(node):
            return calls
        text = code.text[:start] + made + code.text[end:]
        modules = tuple(m for m in code.modules if m.token in text)
        code = replace(code, text=text, names=code.names | {(made, 0)}, modules=modules)
    if any(f"{token}.{LOGITS}(" in code.text for token in watching.inner):
        raise Unsupported("activity_regularizer in a model that gives its logits to another one")
    if not calls:
        return [node]
    if isinstance(node, Return):
        return [*calls, replace(node, value=code)]
    uses = frozenset(name for name, _ in code.names)
    return [*calls, replace(node, text=code.text, uses=uses, modules=code.modules)]


def _code(node: Line | Return) -> Expr:
    if isinstance(node, Return):
        return node.value
    return Expr(node.text, names=frozenset((n, 0) for n in node.uses), modules=node.modules)


def _target(node: Line) -> str:
    """The only name that a statement gives a value."""
    return next(iter(node.defs)) if len(node.defs) == 1 else ""


def _innermost(text: str, modules: Iterable[str]) -> tuple[str, int, int] | None:
    """The first call of one of some modules that has no other call of them in its arguments."""
    starts = {m.start(): token for token in modules for m in re.finditer(rf"{token}\(", text)}
    for start in sorted(starts):
        end = _closed(text, start + len(starts[start]))
        if not any(start < other < end for other in starts):
            return starts[start], start, end
    return None


def _closed(text: str, start: int) -> int:
    """Where a bracket ends that begins at a place."""
    depth = 0
    for end in range(start, len(text)):
        depth += (text[end] == "(") - (text[end] == ")")
        if not depth:
            return end + 1
    raise AssertionError("brackets are closed")
