"""Loops over the layers of a model that ask what is known of each: its name, class and shape.

for layer in model.layers:                      for name in ["conv1", "conv2"]:
    if isinstance(layer, layers.Conv2D):            names.append(name)
        names.append(layer.name)
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.layers.names import snake_case
from transpiler.interpret.models.parts import layers_in_a_row, layers_made_here, origin_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import (
    COMPUTED,
    Bound,
    Framework,
    Layer,
    Mapping,
    Measured,
    Model,
    Sequence,
    Static,
    Unknown,
)
from transpiler.ir.code import For, If, While
from transpiler.ir.expr import literal
from transpiler.passes.liveness import walk
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.imported import locate, real_path
from transpiler.source.suites import nodes_of
from transpiler.source.syntax import all_in, program_tree

#: What is known of a layer, as source: "name", "kind" and "shape".
Facts: TypeAlias = "dict[str, str]"
#: Statements without the tests before them, and these, with what they have to be.
Guarded: TypeAlias = "tuple[list[cst.BaseStatement], list[tuple[cst.BaseExpression, bool]]]"

_LAYERS = "keras.layers."
#: Classes of which no other class of Keras's is derived, but for those that begin as they do.
_LEAVES = regex(
    r"(?:Conv|MaxPooling|AveragePooling|GlobalMaxPooling|GlobalAveragePooling)[123]D|Dense|Flatten"
    r"|BatchNormalization|Embedding|LSTM|GRU|SimpleRNN|InputLayer|Activation|ReLU|LeakyReLU"
)
#: What makes further layers in a process, or counts them anew.
_OTHERS = regex(
    r"\b(?:load_model|clone_model|from_config|model_from_\w+|applications|clear_session|hub|eval"
    r"|\w*Attention|exec|import_module|__import__|models\.Model\.\w+)\b"
)
_BUILTINS = frozenset({"print", "len", "str", "format", "range", "int", "list", "zip", "sorted"})


@record(frozen=True, slots=True)
class Selected:
    """What a loop over the layers of a model takes of those that it selects, which is known."""

    body: tuple[int, int]  #: where that is which it does with each
    asked: dict[tuple[int, int], str]  #: where it asks something of a layer, and what
    layers: tuple[tuple[int, dict[str, str]], ...]  #: the places of these, and what they answer
    tested: bool  #: whether it leaves some out


def selection(
    region: Region, node: cst.For | cst.ListComp, layer: str, listed: cst.Attribute
) -> Selected | None:
    """What a loop takes of each of the layers that it selects; None where that is not known."""
    if not region.is_module or region.loops or region.branches:
        return None
    found = _body(region, node)
    model = evaluate(region, listed.value) if found is not None else None
    layers = _facts(region, model) if isinstance(model, Model) else None
    if found is None or layers is None:
        return None
    body, tests = found
    asked = dict(_asked(region, body, layer))
    mentions = sum(_mentions(part, layer) for part in body)
    if len(asked) != mentions or not all(_is_plain(region, part, layer) for part in body):
        return None
    selected = []
    for place, facts in enumerate(layers):
        held = [_holds(region, test, layer, facts) for test, _ in tests]
        if None in held:
            return None
        if all(one is wanted for one, (_, wanted) in zip(held, tests, strict=True)):
            if not set(asked.values()) <= facts.keys():
                return None
            selected.append((place, facts))
    _spoil(region, body)
    begin = _begin(region, body[0]) if isinstance(node, cst.For) else region.tree.span(body[0])[0]
    return Selected((begin, region.tree.span(body[-1])[1]), asked, tuple(selected), bool(tests))


def _body(
    region: Region, node: cst.For | cst.ListComp
) -> tuple[list[cst.CSTNode], list[tuple[cst.BaseExpression, bool]]] | None:
    """What is done with each layer, and the tests that it has to pass."""
    if isinstance(node, cst.ListComp):
        if node.for_in.inner_for_in is not None:
            return None
        return [node.elt], [(one.test, True) for one in node.for_in.ifs]
    if isinstance(node.iter, cst.Call) and len(node.iter.args) > 1:
        return None
    if not isinstance(node.body, cst.IndentedBlock):
        return None
    statements, tests = _guarded([*node.body.body])
    if "#" in region.tree.text[region.tree.span(node)[0] : _begin(region, statements[0])]:
        return None  # a comment would be lost
    return [*statements], tests


def _begin(region: Region, statement: cst.CSTNode) -> int:
    """Where a statement begins, with the comments above it."""
    text, begin = region.tree.text, region.tree.line_start(region.tree.span(statement)[0])
    while begin and text[region.tree.line_start(begin - 1) : begin].lstrip().startswith("#"):
        begin = region.tree.line_start(begin - 1)
    return begin


def _guarded(statements: list[cst.BaseStatement]) -> Guarded:
    """`if ...: continue` at first, or a condition around all."""
    tests: list[tuple[cst.BaseExpression, bool]] = []
    while isinstance(first := statements[0], cst.If) and first.orelse is None:
        match first.body.body:
            case [cst.SimpleStatementLine([cst.Continue()])] if len(statements) > 1:
                tests.append((first.test, False))
                statements = statements[1:]
            case [*inner] if len(statements) == 1 and isinstance(first.body, cst.IndentedBlock):
                tests.append((first.test, True))
                statements = [one for one in inner if isinstance(one, cst.BaseStatement)]
            case _:
                break
    return statements, tests


def _facts(region: Region, model: Model) -> list[Facts] | None:
    """What is known of the layers of a model, in Keras's order."""
    origin = origin_of(model)
    home = origin.region if origin is not None else None
    if origin is None or home is None or model.options:
        return None
    if any(isinstance(n, (For, If, While)) for n in walk([*home.init, *home.forward])):
        return None
    made = layers_made_here(home, origin)
    layers = made if made is not None else layers_in_a_row(home, origin)
    if not layers or len({*map(id, layers)}) < len(layers):
        return None
    numbered = _numbered(home, layers) if home is region else {}
    facts = [] if made is not None else [_of_input(home, origin)]
    for layer in layers:
        if layer.symbol == f"{_LAYERS}InputLayer":
            continue
        kind = layer.symbol.removeprefix(_LAYERS)
        given = constant(layer.arguments["name"]) if "name" in layer.arguments else None
        name = given if isinstance(given, str) else numbered.get(id(layer))
        found = {} if "." in kind else {"kind": literal(kind)}
        found |= {} if name is None else {"name": literal(name)}
        facts.append(found | _shape(layer.output))
    held = origin.outputs.items if isinstance(origin.outputs, Sequence) else (origin.outputs,)
    if len(held) == 1 and isinstance(last := held[0], Bound):
        facts[-1] |= _shape(last)
    return facts


def _of_input(home: Region, origin: Model) -> Facts:
    """The layer that a functional model begins with."""
    found = {"kind": literal("InputLayer")} | _shape(origin.inputs[0])
    inputs = re.findall(r"\bInput\(([^\n]*)", home.tree.text)
    alone = len(inputs) == 1 and not re.search(r"\bname\b", "".join(inputs))
    alone &= not re.search(
        r"\bSequential\b|\bInputLayer\(|\bdef |\bfor\b[^\n]*Input\(", home.tree.blanked
    )
    module = program_tree(home.tree.text)
    if alone and home.is_module and module is not None and not _is_beside_others(home, module):
        if home.file.options.keras != "2":  # which has others
            found["name"] = literal("input_layer")
    return found


def _shape(output: Bound | None) -> Facts:
    """The shape of what a layer gives, where all but the batch is known."""
    dims = output.tensor.dims if output is not None else None
    sizes = [None if size is None else size.value for size in dims or ()]
    known = bool(sizes) and all(isinstance(size, int) for size in sizes)
    return {"shape": literal((None, *sizes))} if known else {}


def _numbered(home: Region, layers: list[Layer]) -> dict[int, str]:
    """The names that Keras gives layers without one: it counts those of each class."""
    module = program_tree(home.tree.text)
    if not home.is_module or module is None or _is_beside_others(home, module):
        return {}
    found: dict[int, str] = {}
    inner = {id(n) for one in all_in(module) if isinstance(one, _SCOPES) for n in all_in(one)}
    for symbol in {layer.symbol for layer in layers}:
        kind = symbol.removeprefix(_LAYERS)
        own = sorted(
            (x for x in layers if x.symbol == symbol), key=lambda x: home.tree.span(x.node)[0]
        )
        calls = [n for n in all_in(module) if isinstance(n, ast.Call) and _last(n.func) == kind]
        beside = [n for n in all_in(module) if isinstance(n, ast.Call) and _asks_class(n)]
        asked = {id(n) for one in beside for n in all_in(one)}
        named = [n for n in all_in(module) if _last(n) == kind and id(n) not in asked]
        once = len(calls) == len(own) == len(named) and not any(id(n) in inner for n in calls)
        if "." in kind or not once:
            continue
        for number, layer in enumerate(own):
            if "name" not in layer.arguments:
                found[id(layer)] = snake_case(kind) + (f"_{number}" if number else "")
        if any("name" in layer.arguments for layer in own):
            found = {key: name for key, name in found.items() if key not in map(id, own)}
    return found


_SCOPES = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.comprehension)


def _last(node: ast.AST) -> str:
    """The last name of `layers.Conv2D`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _asks_class(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "isinstance"


def _imported(module: ast.Module) -> Iterator[str]:
    for node in all_in(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            if any(alias.asname and alias.name[:1].isupper() for alias in node.names):
                yield "."  # a class by another name


def _is_beside_others(home: Region, module: ast.Module) -> bool:
    """Whether layers may be made that nobody sees here."""
    others = _OTHERS.search(home.tree.blanked) is not None
    return others or any(_is_of_project(home, name) for name in _imported(module))


def _is_of_project(home: Region, name: str) -> bool:
    """Whether a module may be one of the program's own."""
    if name.startswith("."):
        return True
    folder = os.path.dirname(real_path(home.file.path))
    return locate(folder, name, home.tree.text) is not None


def _asked(
    region: Region, nodes: Iterable[cst.CSTNode], layer: str
) -> Iterator[tuple[tuple[int, int], str]]:
    """Where something that is known is asked of each layer, and what."""
    for node in nodes:
        fact = _fact(region, node, layer)
        if fact:
            yield region.tree.span(node), fact
        else:
            yield from _asked(region, children_of(node), layer)


def _fact(region: Region, node: cst.CSTNode, layer: str) -> str:
    """What an expression asks of a layer: "name", "kind" or "shape"."""
    match node:
        case cst.Attribute(cst.Name(held), cst.Name("name")) if held == layer:
            return "name"
        case cst.Attribute(cst.Attribute(cst.Name(held), cst.Name("output")), cst.Name("shape")):
            return "shape" if held == layer else ""
        case cst.Attribute(cst.Name(held), cst.Name("output_shape")) if held == layer:
            return "shape" if region.file.options.keras == "2" else ""
        case cst.Attribute(
            cst.Attribute(cst.Name(held), cst.Name("__class__")), cst.Name("__name__")
        ) | cst.Attribute(
            cst.Call(cst.Name("type"), [cst.Arg(cst.Name(held))]), cst.Name("__name__")
        ):
            return "kind" if held == layer else ""
    return ""


def _mentions(node: cst.CSTNode, layer: str) -> int:
    return sum(isinstance(n, cst.Name) and n.value == layer for n in nodes_of(node))


def _is_plain(region: Region, node: cst.CSTNode, layer: str) -> bool:
    """Whether nothing else of the framework, of models or of the program's functions is in it."""
    attributes = {id(n.attr) for n in nodes_of(node) if isinstance(n, cst.Attribute)}
    keywords = {id(n.keyword) for n in nodes_of(node) if isinstance(n, cst.Arg) and n.keyword}
    for name in nodes_of(node):
        if not isinstance(name, cst.Name) or id(name) in attributes | keywords:
            continue
        if name.value == layer:
            continue
        held = region.scope.values.get(name.value)
        known = held is None and name.value in _BUILTINS | {"type"}
        plain = isinstance(held, (Static, Sequence, Mapping)) or type(held) in (Unknown, Measured)
        if not (known or plain or (held is None and _is_bound(region, name.value))):
            return False
    return not any(isinstance(n, (cst.Break, cst.Lambda, cst.FunctionDef)) for n in nodes_of(node))


def _is_bound(region: Region, name: str) -> bool:
    """Whether the program gives a variable its value by assignments or loops alone."""
    text, word = region.tree.blanked, re.escape(name)
    bound = re.search(rf"(?m)^[ \t]*(?:for[^\n]*)?\b{word}\b[^\n(]*(?:=(?!=)| in )", text)
    return bound is not None and not re.search(rf"\b(?:def|class|import|as)\s+{word}\b", text)


def _holds(region: Region, node: cst.BaseExpression, layer: str, facts: Facts) -> bool | None:
    """Whether a test holds of a layer; None where that is not known."""
    match node:
        case cst.UnaryOperation(cst.Not(), inner):
            held = _holds(region, inner, layer, facts)
            return None if held is None else not held
        case cst.BooleanOperation(left, operator, right):
            both = _holds(region, left, layer, facts), _holds(region, right, layer, facts)
            if None in both:
                return None
            return all(both) if isinstance(operator, cst.And) else any(both)
        case cst.Call(cst.Name("isinstance"), [cst.Arg(cst.Name(held)), cst.Arg(classes)]):
            return _is_one_of(region, classes, facts) if held == layer else None
        case cst.Call(
            cst.Attribute(asked, cst.Name("startswith" | "endswith" as method)), [cst.Arg(given)]
        ):
            text, part = _text(region, asked, layer, facts), constant(evaluate(region, given))
            if text is None or not isinstance(part, str):
                return None
            return text.startswith(part) if method == "startswith" else text.endswith(part)
        case cst.Comparison(left, [cst.ComparisonTarget(operator, right)]):
            return _compared(region, left, operator, right, layer, facts)
    return None


def _compared(
    region: Region,
    left: cst.BaseExpression,
    operator: cst.BaseCompOp,
    right: cst.BaseExpression,
    layer: str,
    facts: Facts,
) -> bool | None:
    """`"conv" in layer.name`, `layer.name == "conv1"`, `layer.name in ["a", "b"]`."""
    one, other = _text(region, left, layer, facts), _text(region, right, layer, facts)
    if (one is None) == (other is None):
        return None
    held = constant(evaluate(region, right if one is not None else left))
    if isinstance(operator, (cst.Equal, cst.NotEqual)) and isinstance(held, str):
        return (held == (one or other)) is isinstance(operator, cst.Equal)
    if not isinstance(operator, (cst.In, cst.NotIn)):
        return None
    if one is not None and isinstance(held, (str, list, tuple)):
        return (one in held) is isinstance(operator, cst.In)
    if other is not None and isinstance(held, str):
        return (held in other) is isinstance(operator, cst.In)
    return None


def _text(region: Region, node: cst.BaseExpression, layer: str, facts: Facts) -> str | None:
    """The name, or that of the class, that an expression asks of a layer."""
    fact = _fact(region, node, layer)
    found = facts.get(fact) if fact in ("name", "kind") else None
    return None if found is None else str(ast.literal_eval(found))


def _is_one_of(region: Region, classes: cst.BaseExpression, facts: Facts) -> bool | None:
    """Whether a layer is of one of some classes."""
    parts = [e.value for e in classes.elements] if isinstance(classes, cst.Tuple) else [classes]
    found = False
    for part in parts:
        asked = evaluate(region, part)
        name = asked.name.removeprefix(_LAYERS) if isinstance(asked, Framework) else ""
        kind = str(ast.literal_eval(facts["kind"])) if "kind" in facts else ""
        if not kind or _LEAVES.fullmatch(name) is None:
            return None
        if kind != name and kind.startswith(name):
            return None  # it may be derived from that
        found |= kind == name
    return found


def _spoil(region: Region, body: list[cst.CSTNode]) -> None:
    """What the loop may change is not known from then on."""
    values, changed = region.scope.values, set[str]()
    for node in (n for part in body for n in nodes_of(part)):
        match node:
            case cst.AssignTarget(target) | cst.AugAssign(target=target) | cst.For(target=target):
                changed.update(n.value for n in nodes_of(target) if isinstance(n, cst.Name))
            case cst.Call(func=cst.Attribute(value=cst.Name(name))) if values.get(name) != COMPUTED:
                changed.add(name)
            case cst.Name(name) if isinstance(values.get(name), (Sequence, Mapping)):
                changed.add(name)
    for name in changed & values.keys():
        region.scope.bump(name)
        values[name] = Unknown("what a loop over layers may change")
