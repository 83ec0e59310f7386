"""Two names for one list or dict: what changes through one of them changes behind the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import (
    Framework,
    Function,
    Keyed,
    LayerChain,
    LayerList,
    Mapping,
    Repeated,
    Sequence,
    Static,
    UserClass,
    Value,
)
from transpiler.ir.expr import UNKNOWN, Configured
from transpiler.source.between import grown_between
from transpiler.source.changed_inside import CHANGING
from transpiler.source.changes import changed_in_place, entry_changed
from transpiler.source.changing_functions import changing_functions
from transpiler.source.far_tables import tables_of


def refuse_aliases(region: Region, node: cst.Assign, value: Value) -> None:
    """`a = b`, where one of them is changed in place somewhere, is not followed."""
    if not _may_change(value):
        return
    places = [*(t.target for t in node.targets), node.value]
    named = [p for p in places if isinstance(p, (cst.Name, cst.Attribute))]
    names = list(dict.fromkeys(map(region.tree.source, named)))
    if len(names) < 2:
        return
    text = region.tree.text if region.is_module else region.source
    changed = changed_in_place(text, names, grows=not isinstance(value, Static))
    kept = region.is_module and _is_kept(region, node, names)
    if changed and not kept and not _is_table(region, node.value, value):  # which takes long
        known = not isinstance(value, Static) or isinstance(value.expr.value, (list, dict))
        what = "list or dict" if known else "list, dict or array"
        raise GiveUp(f"`{names[0]}` and `{names[1]}` are one {what}, which changes", node)


def _is_kept(region: Region, node: cst.Assign, names: list[str]) -> bool:
    """Whether it is something else of these names that changes, in functions."""
    end, last = region.tree.span(node)[1], len(region.tree.text)
    return not any(grown_between(region.tree.text, name, end, last) for name in names)


def refuse_parts(
    region: Region, target: cst.BaseExpression, given: cst.BaseExpression, value: Value
) -> None:
    """`head = config["head"]`, of which an entry is changed, changes `config`: not followed."""
    if type(target) in _SEVERAL:
        assert isinstance(target, (cst.Tuple, cst.List))
        if isinstance(given, (cst.Tuple, cst.List)) and isinstance(value, Sequence):
            both = zip(target.elements, given.elements, value.items, strict=False)
            for one, of_it, part in both:
                refuse_parts(region, one.value, of_it.value, part)
            return
        for one in target.elements:  # `first, second = config["parts"]`
            refuse_parts(region, one.value, given, value)
        return
    if type(target) not in _PLACES or not _is_part(given):
        return
    known = not isinstance(value, Static) or value.expr.value is not UNKNOWN
    if not _may_change(value) or (region.is_module and not known):
        return
    if isinstance(value, Static) and value.expr.array:
        return
    name, whole = region.tree.source(target), region.tree.source(given)
    text = region.tree.text if region.is_module else region.source
    if entry_changed(text, (name, whole)) and not _is_table(region, given, value):
        raise GiveUp(f"`{name}` is a list or dict inside of another one, and changes", given)


_SEVERAL = frozenset({cst.Tuple, cst.List})
_PLACES = frozenset({cst.Name, cst.Attribute})


def _is_part(node: cst.BaseExpression) -> bool:
    """Whether an expression looks for something in a list or dict."""
    if type(node) is cst.Call:
        asked = node.func
        return type(asked) is cst.Attribute and asked.attr.value in ("get", "setdefault")
    slices = [one.slice for one in node.slice] if type(node) is cst.Subscript else []
    return any(isinstance(one, cst.Index) for one in slices)  # a slice is a list of its own


def _is_table(region: Region, node: cst.BaseExpression, value: Value) -> bool:
    """Whether it is a table of pandas or its array: nothing is known of either in any case."""
    if isinstance(node, cst.Attribute) and node.attr.value == "values":
        node = node.value
    return isinstance(value, Static) and tables_of(region.tree.text, region.file.path).hold(
        region.tree.source(node)
    )


def refuse_changed_elements(
    region: Region, node: cst.For, names: frozenset[str], iterable: Value
) -> None:
    """A loop that changes the lists or dicts that it is given one by one is not followed."""
    held = iterable.items if isinstance(iterable, Sequence) else ()
    if (
        any(map(_may_change, held))
        and changed_in_place(region.tree.source(node.body), names)
        and not _are_tables(region, node, held)
    ):
        raise GiveUp("a loop that changes the lists or dicts in another list", node)
    unknown = isinstance(iterable, Static) and _may_change(iterable) and not iterable.expr.array
    body = region.tree.source(node.body)
    makes = "(" in body  # layers, of what it changes: such a loop is in the class as a whole
    if unknown and not makes and not region.is_module and entry_changed(body, names):
        raise GiveUp("a loop that changes the lists or dicts that it is given one by one", node)


def _are_tables(region: Region, node: cst.For, held: tuple[Value, ...]) -> bool:
    """Whether all that may change there are tables, of which nothing is known."""
    tables = tables_of(region.tree.text, region.file.path)
    if not tables.hold_in(region.tree.source(node.iter)):
        return False
    return not any(_may_change(v) for v in held if not isinstance(v, Static))


def forget_changed(
    region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]
) -> None:
    """Nothing is known any more of the lists and dicts that a function changes in place."""
    home = function.file if function.file is not None else region.file
    changing = [name for name, value in bound.items() if name != "**" and _may_change(value)]
    if not isinstance(node, cst.Call) or not changing:
        return
    text = home.tree.source(function.node)
    if not changed_in_place(text, changing):
        hands_on = _passing(tuple(changing)).search(text) is not None
        if not hands_on or function.name not in changing_functions(home.tree.text).names:
            return
    gathered = function.node.params.star_kwarg  # a dict of its own, for each call
    shared = [name for name in changing if gathered is None or name != gathered.name.value]
    told = [n for n in shared if not (isinstance(bound[n], Static) and _copies_first(n, text))]
    told = [n for n in told if not _is_listed_there(node, function, n, bound[n])]
    if node not in _wholes(region) and entry_changed(text, told):
        raise GiveUp(f"`{function.name}` changes what it gets, in the middle of a statement", node)
    for argument in node.args:
        name = argument.value.value if isinstance(argument.value, cst.Name) else ""
        held = region.scope.values.get(name)
        if isinstance(held, (Mapping, Sequence)) and _may_change(held):
            region.scope.values[name] = Static(region.scope.read(name))


@lru_cache(maxsize=256)
def _passing(names: tuple[str, ...]) -> re.Pattern[str]:
    """Where a function may give some of its parameters another name, or to another one."""
    name = rf"(?:{'|'.join(names)})"
    return re.compile(rf"[(,=\[{{*]\s*{name}\s*[,)\]}}\n;]|\bin\s+(?:\w+\()?{name}\b|=\s*{name}\b")


def forget_given(region: Region, node: cst.Call) -> None:
    """The same of what a call gets that is not followed: of a method, an object, a variable."""
    held = region.scope.values
    for argument in node.args:
        packed = type(argument.value) in _DISPLAYS
        if argument.star == "**" and not packed:
            continue
        for root in _roots_of(argument.value):
            if type(root) not in _NAMES:
                continue
            value = held.get(name := region.tree.source(root))
            if isinstance(value, (Mapping, Sequence)) and _may_change(value):
                if _may_change_given(region, node, argument, packed):
                    held[name] = Static(region.scope.read(name))


_DISPLAYS = frozenset({cst.List, cst.Tuple, cst.Dict})
_NAMES = frozenset({cst.Name, cst.Attribute})


def _roots_of(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What is looked into: `options` of `options["sizes"]`, and of `[options]`."""
    if type(node) in _DISPLAYS:
        elements: Iterable[cst.BaseElement | cst.BaseDictElement] = getattr(node, "elements", ())
        return [n for e in elements for n in _roots_of(e.value)]
    while isinstance(node, cst.Subscript):
        node = node.value
    return [node]


def _may_change_given(region: Region, node: cst.Call, argument: cst.Arg, packed: bool) -> bool:
    func = node.func
    if region.tree.source(func) in CHANGING:  # `dict.update(options, rate=0.1)`
        return argument is node.args[0]
    is_attribute = isinstance(func, cst.Attribute)
    name = func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
    root: cst.BaseExpression = func
    while isinstance(root, (cst.Attribute, cst.Subscript)):
        root = root.value
    callee = region.scope.get(root.value) if isinstance(root, cst.Name) else None
    callee = getattr(callee, "made", callee)
    if isinstance(callee, Framework) or (isinstance(callee, Function) and not packed):
        if root is func or isinstance(callee, Framework):
            return False  # it is known what these do
    home = getattr(callee, "file", None) or region.file
    return any(
        changing_functions(file.tree.text).has(name if isinstance(name, str) else "", is_attribute)
        for file in {region.file, home}
    )


def _is_listed_there(node: cst.Call, function: Function, name: str, value: Value) -> bool:
    """Whether a call makes a list of objects for a parameter, which nobody else has."""
    items = value.items if isinstance(value, Sequence) else ()
    made = [item.expr.value for item in items if isinstance(item, Static)]
    objects = [one for one in made if isinstance(one, (Configured, UserClass))]
    if function.owner or not items or len(objects) < len(items):
        return False
    names = [p.name.value for p in function.node.params.params]
    named = {a.keyword.value: a.value for a in node.args if a.keyword is not None}
    by_place = zip(names, (a for a in node.args if a.keyword is None), strict=False)
    given = {parameter: argument.value for parameter, argument in by_place} | named
    return type(given.get(name)) is cst.List and not any(a.star for a in node.args)


def _copies_first(name: str, text: str) -> bool:
    """Whether a function makes a parameter a copy before all else: `table = table.copy()`.

    What a copy of a dict or list holds is not copied, and must not be changed in its turn.
    """
    nested = rf"\b{name}\[[^\n]*?\]\s*[\[.]"
    return _own_copy(name).search(text) is not None and not re.search(nested, text)


def _own_copy(name: str) -> re.Pattern[str]:
    """A function whose first statement, but for its docstring, copies a parameter."""
    docstring = r'(?:\s*(?:""".*?"""|"[^"\n]*"|\'\'\'.*?\'\'\')[ \t]*\n)?'
    return re.compile(
        rf"\A\s*def \w+\([\w\s,=.:]*\)[^\n:]*:[^\n]*\n{docstring}"
        rf"(?:\s*#[^\n]*\n)*\s*{name} = {name}\.copy\((?:deep=True)?\)\s*(?:#|\n)",
        re.DOTALL,
    )


def _wholes(region: Region) -> tuple[cst.CSTNode, ...]:
    """The expressions that a statement consists of, which run once wherever it is written."""
    line = region.statement
    parts = line.body if isinstance(line, cst.SimpleStatementLine) else (line,)
    kinds = (cst.Expr, cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Return)
    return tuple(part.value for part in parts if isinstance(part, kinds) and part.value is not None)


def _may_change(value: Value) -> bool:
    """Whether a value can be a list or dict."""
    if isinstance(value, Static):
        return value.expr.value is UNKNOWN or isinstance(value.expr.value, (list, dict))
    if isinstance(value, Sequence):
        return value.kind is list
    return isinstance(value, (Mapping, Repeated, Keyed, LayerList, LayerChain))
