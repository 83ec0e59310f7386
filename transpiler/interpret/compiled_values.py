"""What `compile` is given, where that stands elsewhere: settings of the project, own methods.

So are the options that `fit` unpacks from them: `model.fit(x, y, **config.FIT)`.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import Region
from transpiler.interpret.values import Mapping, Sequence, Static, Unknown, Value
from transpiler.ir.expr import Configured, Expr, expr, index
from transpiler.record import replace

#: Arguments that are numbers, whoever gives them.
NUMBERS = frozenset({
    "batch_size", "epochs", "initial_epoch", "shuffle", "steps", "steps_per_epoch",
    "validation_batch_size", "validation_freq", "validation_split", "validation_steps", "verbose",
})  # fmt: skip

_GIVEN = "`{}` is taken for {}: no call gives another one"


def keep_optimizer(region: Region, call: Any) -> None:
    """Give a `compile` that gets `model.optimizer` what an earlier one of the model has got."""
    given, earlier = call.given.get("optimizer"), call.compiled
    if given is None or earlier is None or call.receiver is None:
        return
    match given.node:
        case cst.Attribute(value=held, attr=cst.Name("optimizer")):
            if region.tree.source(held) == region.tree.source(call.receiver):
                call.keeps_optimizer = "optimizer" in earlier.given
                call.given["optimizer"] = earlier.given.get("optimizer", given)


def compiled_value(
    region: Region, node: cst.BaseExpression, value: Value, said: list[str], lists: bool = False
) -> tuple[Value, str]:
    """What an argument is, and how that is written, where it is not as the program has it.

    What that takes for granted is noted in `said`. Of a parameter of a method that is no list, only
    the run tells what it is.
    """
    node = _copied(node)
    if isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)) or _gets(node):
        root, known = _root(node), _is_known(value)
        if known and isinstance(value, Static) and isinstance(root, cst.Name):
            region.file.settings.add(root.value)
        whole = isinstance(node, cst.Name)  # of which its callers tell what they give for it
        given = not whole or (lists and bool(region.methods))
        found = None if known else _setting(region, node, said, given)
        if found is not None and isinstance(root, cst.Name):
            region.file.settings.add(root.value)
            return _of_literal(ast.literal_eval(found)), ast.unparse(found)
    if isinstance(node, cst.Subscript) and not _is_known(value):
        entry = _looked_up(region, node, said)
        if entry is not None:
            return entry
    return _with_methods(region, value), ""


def _looked_up(region: Region, node: cst.Subscript, said: list[str]) -> tuple[Value, str] | None:
    """What a dict has under a key that is a setting: `LOSSES[cfg["loss"]]`."""
    held, slices = evaluate(region, node.value), node.slice
    inside = slices[0].slice if len(slices) == 1 else None
    if not isinstance(held, Mapping) or not isinstance(inside, cst.Index):
        return None
    key = _setting(region, inside.value, said)
    if not isinstance(key, ast.Constant) or key.value not in held.items:
        return None
    return held.items[key.value], f"{region.tree.source(node.value)}[{ast.unparse(key)}]"


def unpacked_setting(
    region: Region, node: cst.BaseExpression, written: bool, said: list[str]
) -> Mapping | None:
    """The dict of another file that a call unpacks, entry by entry; None where it is not known.

    Where its entries are written out, nothing reads the dict any more.
    """
    root = _root(node)
    found = _setting(region, node, said) if isinstance(root, cst.Name) else None
    if found is None and written and isinstance(root, cst.Name):
        found = _by_default(region, node, root.value)
    if found is None and isinstance(root, cst.Name) and not written:
        return _options(region, node)
    if not isinstance(found, ast.Dict) or not isinstance(root, cst.Name):
        return None
    held = _of_literal(ast.literal_eval(found))
    if not isinstance(held, Mapping) or not all(isinstance(key, str) for key in held.items):
        return None
    if written:
        region.file.settings.add(root.value)
        return held
    place = Expr(_source(region, node))
    items = {key: _entry(index(place, key), item) for key, item in held.items.items()}
    return Mapping(items, place)


def _by_default(region: Region, node: cst.BaseExpression, name: str) -> ast.expr | None:
    """What a parameter of a builder gives by its default, if only other files call that.

    These write for themselves what they give.
    """
    from transpiler.source.held_settings import setting  # few files have such

    text = region.tree.blanked
    called = re.search(rf"(?<!def )\b{re.escape(region.name)}\b", text) if region.name else None
    if called is not None or not isinstance(region.function, cst.FunctionDef):
        return None
    taken = region.function.params
    for one in (*taken.params, *taken.kwonly_params):
        if one.name.value == name and one.default is not None:
            whole = region.tree.source(node).replace(name, region.tree.source(one.default), 1)
            return setting(region.file.path, region.tree.text, whole)
    return None


def _options(region: Region, node: cst.BaseExpression) -> Mapping | None:
    """A dict of numbers that a program sets anew, as it has them then."""
    from transpiler.source.held_settings import options  # few files have such

    source = _source(region, node)
    file = region.file
    keys = options(file.path, region.tree.text, source, NUMBERS)
    if keys is None and (line := _line(region)):
        from transpiler.source.given_settings import given_options  # fewer files have those

        keys = given_options(file.path, region.tree.text, source, line, NUMBERS)
    place = Expr(source)
    return None if keys is None else Mapping({k: Static(index(place, k)) for k in keys}, place)


def _entry(read: Expr, value: Value) -> Value:
    """An entry as the program reads it, of which it is known what it is."""
    if isinstance(value, Static):
        return Static(replace(read, value=value.expr.value))
    return replace(value, static=read) if isinstance(value, (Sequence, Mapping)) else value


def _source(region: Region, node: cst.BaseExpression) -> str:
    """How the program writes a setting, each key in the same quotes as those behind it."""
    return re.sub(r"\['([^'\"\\]*)'\]", r'["\1"]', region.tree.source(node))


def _setting(
    region: Region, node: cst.BaseExpression, said: list[str], given: bool = True
) -> ast.expr | None:
    """The literal that an expression stands for, perhaps as the function's calls have given it.

    What that takes for granted is noted in `said`.
    """
    from transpiler.source.held_settings import setting  # few files have such
    from transpiler.source.looked_up import changes_inside

    source, file = region.tree.source(node), region.file
    if changes_inside([region.tree.text], source):
        return None
    found = setting(file.path, region.tree.text, source)
    if found is None and given and (line := _line(region)):
        from transpiler.source.given_settings import given_setting  # fewer files have those

        found = given_setting(file.path, region.tree.text, source, line)
        if found is not None:
            said.append(_GIVEN.format(source, ast.unparse(found)))
    return found


def _line(region: Region) -> int:
    """The line of the `def` of the function that a region is of; 0 where it is of none."""
    function = region.function
    return region.tree.place(function.name)[0] if isinstance(function, cst.FunctionDef) else 0


def _root(node: cst.BaseExpression) -> cst.BaseExpression:
    """The name that an expression such as `config.cfg["loss"]` begins with."""
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node


def _copied(node: cst.BaseExpression) -> cst.BaseExpression:
    """What `list(cfg.metrics)` makes a copy of."""
    match node:
        case cst.Call(func=cst.Name(value="list" | "tuple"), args=[cst.Arg(star="") as only]):
            return only.value
    return node


def _gets(node: cst.BaseExpression) -> bool:
    """Whether it is `cfg.get("loss")`."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "get"
    )


def _is_known(value: Value) -> bool:
    """Whether it says more than where it stands."""
    if isinstance(value, Static):
        return value.expr.known or isinstance(value.expr.value, Configured)
    return not isinstance(value, Unknown)


def _of_literal(held: Any) -> Value:
    """The value of a number, a string or None, or of a list, tuple or dict of such."""
    if isinstance(held, (list, tuple)):
        return Sequence(tuple(map(_of_literal, held)), type(held))
    if isinstance(held, dict):
        return Mapping({key: _of_literal(value) for key, value in held.items()})
    return Static(expr(held))


def _with_methods(region: Region, value: Value) -> Value:
    """A loss that is a method of the object which compiles: `loss=self.wasserstein_loss`."""
    if isinstance(value, Sequence):
        items = tuple(_with_methods(region, item) for item in value.items)
        changed = any(a is not b for a, b in zip(items, value.items, strict=True))
        return replace(value, items=items) if changed else value
    if not isinstance(value, Static) or not value.expr.text.startswith("self."):
        return value
    method = region.methods.get(value.expr.text.removeprefix("self."))
    return value if method is None else replace(method, static=value.expr)
