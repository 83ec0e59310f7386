"""Functions of Python that data sets apply by `tf.numpy_function` and `tf.py_function`.

x, y = tf.numpy_function(read, [x, y], [tf.float32, tf.float32])

x, y = to_tensors(read(x, y), torch.float32, torch.float32)

Names of files are texts in torch's data sets: what makes texts of bytes goes.
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.tensors.names import ensure_current
from transpiler.interpret.values import Bound, Framework, Function, Sequence, Static, Value
from transpiler.ir.code import Line
from transpiler.ir.expr import POSTFIX, Expr, Symbol, call, index, method
from transpiler.ir.tensor import Layout, Tensor
from transpiler.record import record, replace
from transpiler.regex import regex

#: By numbers, and by tensors.
_OF_ARRAYS = ("tf.numpy_function", "tf.compat.v1.numpy_function")
_OF_TENSORS = ("tf.py_function", "tf.py_func", "tf.compat.v1.py_func")
NUMPY_FUNCTIONS = frozenset((*_OF_ARRAYS, *_OF_TENSORS))

_PARAMETERS = ("func", "inp", "Tout", "stateful", "name")


@record(slots=True, eq=False)
class _Text:
    """How functions read a text that they get as bytes."""

    edits: dict[tuple[int, int], str]  #: what becomes of the places that decode it
    functions: list[Function]  #: those in which it is read
    plain: bool = True  #: no other place needs bytes


def numpy_function(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value:
    """What such a call gives of tensors."""
    given = dict(zip(_PARAMETERS, [v for k, v in arguments if k is None], strict=False))
    given |= {str(k): v for k, v in arguments if k is not None}
    function, inputs, types = (given.get(key) for key in _PARAMETERS[:3])
    if not isinstance(function, Function) or not isinstance(function.node, cst.FunctionDef):
        raise GiveUp(f"`{name}` of what is no function of the program", node)
    if not isinstance(inputs, Sequence) or not all(isinstance(v, Bound) for v in inputs.items):
        raise GiveUp(f"`{name}` of other things than tensors", node)
    uses: bool = provided("mentions_framework")(region.file, function)  # type: ignore[assignment]
    if function.owner or uses:
        raise GiveUp(f"`{name}` of a function that uses the framework, or is a method", node)
    bounds = [ensure_current(region, v, node) for v in inputs.items if isinstance(v, Bound)]
    declared = [p.name.value for p in function.node.params.params]
    if len(declared) < len(bounds):
        raise GiveUp(f"`{name}` gives a function more than it takes", node)
    written = [
        _argument(region, function, bound, parameter, name in _OF_ARRAYS)
        for bound, parameter in zip(bounds, declared, strict=False)
    ]
    called = call(function.name, *written)
    if function.nested_in and function.name in region.scope.values:
        called = replace(called, names=called.names | region.scope.read(function.name).names)
    return _results(region, function, called, types, node)


def _argument(
    region: Region, function: Function, bound: Bound, parameter: str, as_array: bool
) -> Expr:
    """What the function gets: an array, a tensor or a text."""
    code = bound.tensor.code
    text = _text_of(region, function, parameter, [])
    if text is None or bound.tensor.dims is not None:
        return method(code, "numpy") if as_array else code
    if not code.text.isidentifier():
        raise GiveUp("a text that is no parameter", function.node)
    region.file_names.add(code.text)
    if text.plain and all(_is_only_for(region, one, text.functions) for one in text.functions):
        _decode(region, text)
        return code
    if not as_array:
        raise GiveUp("a text that is read in another way than by `.numpy().decode()`")
    return method(code, "encode")


def _text_of(region: Region, function: Function, name: str, seen: list[Function]) -> _Text | None:
    """How a function, and those that it hands it to, read a parameter as text; None if no one."""
    if function in seen or function.file is not region.file:
        return None
    start, end = region.tree.span(function.node)
    body = region.tree.span(function.node.body)[0]
    source = region.tree.text
    found = _Text({}, [function])
    decoded = re.compile(
        rf"\b{name}(?:\.numpy\(\))?\.decode\((?:(?:encoding=)?['\"](?i:utf-?8)['\"])?\)"
    )
    for match in decoded.finditer(source, body, end):
        found.edits[match.span()] = name
    others = re.compile(
        rf"\b(?:str|bytes\.decode)\({name}(?:\.numpy\(\))?\b|\b{name}(?:\.numpy\(\))?\.decode\("
        rf"|\b(?:np\.load|open|Image\.open|\w*imread|load_img|\w*\.read)\({name}\b"
    )
    for match in others.finditer(source, body, end):
        if not any(first <= match.start() < last for first, last in found.edits):
            reads_file = "(" in match.group().rstrip("(")
            found.plain = found.plain and reads_file and not match.group().startswith(("str", "by"))
            found.edits.setdefault((start, start), "")
    for match in re.finditer(r"\b(\w+)\(([^()]*)\)", source[body:end]):
        given = [part.strip() for part in match.group(2).split(",")]
        inner = function.closure.get(match.group(1)) or region.file.globals.get(match.group(1))
        if name in given and isinstance(inner, Function):
            if isinstance(inner.node, cst.FunctionDef):
                parameters = [p.name.value for p in inner.node.params.params]
                place = given.index(name)
                if place < len(parameters):
                    deeper = _text_of(region, inner, parameters[place], [*seen, function])
                    if deeper is not None:
                        found.edits |= deeper.edits
                        found.functions += deeper.functions
                        found.plain = found.plain and deeper.plain
    for match in re.finditer(rf"\b{name}\.numpy\(\)", source[body:end]):
        place = match.start() + body
        if not any(first <= place < last for first, last in found.edits):
            found.plain = False
    return found if found.edits else None


def _is_only_for(region: Region, function: Function, readers: list[Function]) -> bool:
    """Whether nothing else calls a function: it would give it bytes, as before."""
    spans = [region.tree.span(one.node) for one in readers]
    here = region.tree.span(region.function) if region.function is not None else (0, 0)
    own = region.tree.span(function.node)[0]
    for match in re.finditer(rf"(?<![.\w]){function.name}\b", region.tree.blanked):
        inside = any(first <= match.start() < last for first, last in (*spans, here))
        if not inside and region.tree.line_start(own) != region.tree.line_start(match.start()):
            return False
    return True


def _decode(region: Region, text: _Text) -> None:
    """What makes a text of bytes goes; of functions inside, from the statement that is emitted."""
    for (start, end), name in text.edits.items():
        if start == end:
            continue
        line = region.tree.line_start(start), region.tree.line_end(start)
        source = region.tree.text[line[0] : line[1]]
        alone = source.strip() == f"{name} = {region.tree.text[start:end]}"
        if region.function is None or not _within(region, start):
            region.decoded[line if alone else (start, end)] = "" if alone else name
            continue
        gone = source.strip() if alone else region.tree.text[start:end]
        for made in (*region.init, *region.forward):
            if isinstance(made, Line) and "def " in made.text and gone in made.text:
                if alone:
                    left = re.sub(rf"\n *{re.escape(gone)}(?=\n)", "", made.text)
                    made.text = re.sub(r"\A(.*:)\n+", r"\g<1>\n", left)
                else:
                    made.text = made.text.replace(gone, name)


def _within(region: Region, place: int) -> bool:
    assert region.function is not None
    start, end = region.tree.span(region.function)
    return start <= place < end


def _results(
    region: Region, function: Function, called: Expr, types: Value | None, node: cst.CSTNode
) -> Value:
    """Tensors of the types that the call says."""
    several = isinstance(types, Sequence)
    kinds = [_dtype(v, node) for v in (types.items if isinstance(types, Sequence) else [types])]
    if len(kinds) == 1:
        if several and _RETURNS_SEVERAL.search(region.tree.source(function.node)):
            raise GiveUp("a function that gives a list with one array", node)
        region.helpers_used |= {"to_tensor"}
        made = replace(call("to_tensor", called, Expr(f"torch.{kinds[0]}")), names=called.names)
        one = _bound(made, kinds[0])
        return Sequence((one,), list) if several else one
    region.helpers_used |= {"to_tensors"}
    made = call("to_tensors", called, *(Expr(f"torch.{kind}") for kind in kinds))
    made = replace(made, names=called.names, strength=POSTFIX)
    items = tuple(_bound(index(made, place), kind) for place, kind in enumerate(kinds))
    return Sequence(items, tuple, made)


_RETURNS_SEVERAL = regex(r"\breturn\s*(?:[\[(]|[^\n#]*,)")


def _bound(code: Expr, kind: str) -> Bound:
    return Bound(Tensor(code, None, Layout.LAST, kind))


def _dtype(value: Value | None, node: cst.CSTNode) -> str:
    held = value.expr.value if isinstance(value, Static) else None
    name = value.name if isinstance(value, Framework) else ""
    if isinstance(held, Symbol):
        name = held.name
    elif isinstance(value, Static):
        name = held if isinstance(held, str) else value.expr.text
    kind = {"double": "float64", "float": "float32"}.get(name.split(".")[-1], name.split(".")[-1])
    if not re.fullmatch(r"float(16|32|64)|u?int(8|16|32|64)|bool", kind):
        raise GiveUp("the types that a function of NumPy gives are not known", node)
    return kind
