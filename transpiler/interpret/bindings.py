"""What a variable of a room may hold, by all statements that give it a value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Value
from transpiler.source.suites import returns_of
from transpiler.source.tree import Tree

Span = tuple[int, int]
#: The function or module in which a function is called, an argument, and the loop around that.
GivingCall = tuple[cst.CSTNode, cst.BaseExpression, cst.CSTNode | None]


def made_at(region: Region, node: cst.BaseExpression, anew: bool = False) -> Iterator[Span]:
    """Where the optimizers are made of which an expression may be one.

    A parameter of a function is one of those that its calls give, or make `anew` at least.
    """
    function = region.function
    body = function.body if isinstance(function, cst.FunctionDef) else region.tree.module
    for place in made_in(region.tree, region.optimizers.keys(), body, node):
        _, inner = region.optimizer_makers.get(place, (None, ()))
        given = () if inner or place in region.optimizers else _given(region, function, place, anew)
        yield from inner or given or (place,)


def losses_made_at(region: Region, node: cst.BaseExpression) -> list[Span]:
    """Where the losses are made of which an expression may be one, or the expression's place."""
    function, tree, known = region.function, region.tree, region.file.losses.keys()
    body = function.body if isinstance(function, cst.FunctionDef) else tree.module
    found = list(dict.fromkeys(made_in(tree, known, body, node)))
    if known.isdisjoint(found) and isinstance(node, (cst.Subscript, cst.Call)):
        found = list(dict.fromkeys(made_in(tree, known, tree.module, node)))
    elsewhere = dict.fromkeys((*_by_function(tree, known, node), *_by_callers(region, node)))
    return list(elsewhere) or found


def _by_function(tree: Tree, known: Collection[Span], node: cst.BaseExpression) -> Iterator[Span]:
    """Where a function of the module makes what its call gives; nothing for all else."""
    name = tree.source(node.func) if isinstance(node, cst.Call) else ""
    for statement in tree.module.body if name else ():
        if isinstance(statement, cst.FunctionDef) and statement.name.value == name:
            for answer in returns_of(statement):
                if answer.value is not None:
                    yield from made_in(tree, known, statement.body, answer.value)


def _by_callers(region: Region, node: cst.BaseExpression) -> Iterator[Span]:
    """Where the callers of a function make what it gets, as they call it."""
    function = region.function
    if isinstance(node, cst.Name) and isinstance(function, cst.FunctionDef):
        if not _bound_to(function.body, node.value):
            for _, given, _ in calls_giving(region.tree, function, node.value) or ():
                yield region.tree.span(given)


def optimizer_at(region: Region, place: Span) -> Value | None:
    """The optimizer that is made in a place, in a region or by who calls its function."""
    return region.optimizers.get(place) or region.file.optimizers.get(place)


def _given(
    region: Region, function: cst.CSTNode | None, place: Span, anew: bool, depth: int = 2
) -> tuple[Span, ...]:
    """Where what a parameter is comes from; () where not all calls of its function are known."""
    name, file = region.tree.text[slice(*place)], region.file
    calls = calls_giving(region.tree, function, name)
    found: list[Span] = []
    for caller, given, around in calls or ():
        body = caller.body if isinstance(caller, cst.FunctionDef) else caller
        if isinstance(given, cst.Name) and not _is_given_once(body, given, around):
            return ()
        for one in made_in(region.tree, file.optimizers.keys(), body, given):
            _, inner = file.optimizer_makers.get(one, (None, ()))
            made = inner or ((one,) if file.optimizers.get(one) is not None else ())
            made = made or (_given(region, caller, one, anew, depth - 1) if depth else ())
            start, end = region.tree.span(given)
            if not made or (anew and not start <= one[0] < one[1] <= end):
                return ()
            found += made
    return tuple(dict.fromkeys(found))


def calls_giving(
    tree: Tree, function: cst.CSTNode | None, name: str, others: Collection[int] | None = None
) -> list[GivingCall] | None:
    """What each call of a function of the module gives for a parameter.

    Also of a method, whose name no other one has, if the ids of `others` are told: of calls of
    Keras's methods. None where some call is not seen, or gives it in another way.
    """
    if not isinstance(function, cst.FunctionDef):
        return None
    of_class = function not in tree.module.body
    if of_class and (
        others is None or function.decorators or not _is_method(tree.module, function)
    ):
        return None
    declared = function.params
    order = [p.name.value for p in declared.params][of_class:]
    default = {p.name.value: p.default for p in (*declared.params, *declared.kwonly_params)}
    if name not in default:
        return None
    mentions = (_MethodCalls if of_class else _Calls)(function.name.value)
    tree.module.visit(mentions)
    mentions.found = [one for one in mentions.found if id(one[2]) not in (others or ())]
    if mentions.others:
        return None
    found: list[GivingCall] = []
    for caller, loop, call in mentions.found:
        keys = [a.keyword.value if a.keyword else None for a in call.args]
        keys = [key or (order[i] if i < len(order) else "") for i, key in enumerate(keys)]
        given = dict(zip(keys, (a.value for a in call.args), strict=True)).get(name, default[name])
        if given is None or any(a.star for a in call.args):
            return None
        found.append((caller or tree.module, given, loop))
    return found


def sources_given(tree: Tree, name: str) -> Iterator[str]:
    """What calls of the module's functions give for a parameter of some name, as they write it."""
    for statement in tree.module.body:
        if isinstance(statement, cst.FunctionDef):
            for _, given, _ in calls_giving(tree, statement, name) or ():
                yield tree.source(given)


def _is_given_once(body: cst.CSTNode, given: cst.Name, loop: cst.CSTNode | None) -> bool:
    """Whether a caller does nothing with a variable but to give it once: the next is another."""
    reads = _Reads(given.value)
    body.visit(reads)
    anew = loop is None or bool(_bound_to(loop, given.value))
    return anew and len(reads.found) == 1


def made_in(
    tree: Tree, known: Collection[Span], body: cst.CSTNode, node: cst.BaseExpression, depth: int = 3
) -> Iterator[Span]:
    """Which of `known` places an expression in a body may come from, or its own place."""
    span = tree.span(node)
    if span in known:
        yield span
        return
    found = False
    alternatives = tuple(_alternatives(node))
    for one in alternatives:
        found = True
        yield from made_in(tree, known, body, one, depth)
    if isinstance(node, cst.Name) and depth:
        for source in _bound_to(body, node.value):
            found = True
            yield from made_in(tree, known, body, source, depth - 1)
    elif isinstance(node, cst.Subscript) or _is_view(node):
        assert isinstance(node, (cst.Subscript, cst.Call))
        held = node.value if isinstance(node, cst.Subscript) else node.func
        found = True
        inner = held.value if isinstance(held, cst.Attribute) else held
        yield from made_in(tree, known, body, inner, depth)
        if isinstance(node, cst.Call) and len(node.args) > 1:  # of `get`, where there is none
            yield from made_in(tree, known, body, node.args[1].value, depth)
    if not found:
        yield span


def _alternatives(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What an expression gives, where that is one of several; what is in a list or dict."""
    match node:
        case cst.IfExp(body=then, orelse=otherwise):
            yield from (then, otherwise)
        case cst.BooleanOperation(left=left, right=right):
            yield from (left, right)
        case cst.NamedExpr(value=value):
            yield value
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            yield from (element.value for element in elements)
        case cst.Dict(elements=entries):
            yield from (entry.value for entry in entries)
        case cst.Call(func=cst.Name("dict" | "OrderedDict"), args=[cst.Arg(keyword=None) as one]):
            match one.value:
                case cst.List(elements=rows) | cst.Tuple(elements=rows):
                    yield from (_entry(row.value) for row in rows)
        case cst.Call(func=cst.Name("dict" | "OrderedDict"), args=[_, *_] as entries):
            yield from (entry.value for entry in entries)


def _entry(row: cst.BaseExpression) -> cst.BaseExpression:
    """The value of a pair of a key and one."""
    match row:
        case cst.Tuple(elements=[_, cst.Element(value=value)]):
            return value
    return row


def _is_view(node: cst.BaseExpression) -> bool:
    """Whether it is `options.items()`, `options.values()` or `options.get(name)`."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in ("items", "values", "get")
    )


class _Bindings(cst.CSTVisitor):
    """What a name of a room is bound to; functions inside have names of their own."""

    def __init__(self, name: str, body: cst.CSTNode | None) -> None:
        self.name = name
        self.body = body
        self.found: list[cst.BaseExpression] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:  # noqa: N802
        return False

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802
        if any(self._holds(target.target) for target in node.targets):
            self.found.append(node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:  # noqa: N802
        if node.value is not None and self._holds(node.target):
            self.found.append(node.value)

    def visit_For(self, node: cst.For) -> None:  # noqa: N802
        if self._holds(node.target):
            self.found += self._parts(node.target, node.iter)

    def _parts(
        self, target: cst.BaseExpression, source: cst.BaseExpression
    ) -> Iterator[cst.BaseExpression]:
        """What the rounds of a loop bind the name to: `for name, opt in [("sgd", SGD()), ...]`."""
        if (inner := self._inside(target, source)) is not None:
            yield from self._parts(*inner)
            return
        held = source
        if isinstance(held, cst.Name) and self.body is not None:
            lists = _Bindings(held.value, None)
            self.body.visit(lists)
            held = lists.found[0] if len(lists.found) == 1 else held
        rows = held.elements if isinstance(held, (cst.List, cst.Tuple)) else ()
        parts = target.elements if isinstance(target, cst.Tuple) else ()
        place = next((i for i, part in enumerate(parts) if self._holds(part.value)), None)
        items = [row.value for row in rows if isinstance(row.value, (cst.List, cst.Tuple))]
        alike = len(items) == len(rows) and all(len(i.elements) == len(parts) for i in items)
        if place is None or not rows or not alike:
            yield source
        else:
            yield from (item.elements[place].value for item in items)

    def _inside(
        self, target: cst.BaseExpression, source: cst.BaseExpression
    ) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
        """The part of a loop's target that binds the name, and what that goes over."""
        match target, source:
            case (
                cst.Tuple(elements=[_, cst.Element(value=item)]),
                cst.Call(func=cst.Name("enumerate"), args=[cst.Arg(keyword=None) as one, *_]),
            ):
                return (item, one.value) if self._holds(item) else None
            case (
                _,
                cst.Call(
                    func=cst.Name("list" | "tuple" | "reversed" | "tqdm" | "sorted" as taken),
                    args=[cst.Arg(keyword=None) as one, *more],
                ),
            ):
                ordered = taken != "sorted" or (isinstance(target, cst.Tuple) and _by_name(more))
                return (target, one.value) if ordered else None
            case cst.Tuple(elements=parts), cst.Call(func=cst.Name("zip"), args=sides):
                if len(parts) == len(sides) and not any(s.star or s.keyword for s in sides):
                    pairs = zip(parts, sides, strict=True)
                    found = [(part.value, side.value) for part, side in pairs]
                    return next((pair for pair in found if self._holds(pair[0])), None)
        return None

    def _holds(self, target: cst.BaseExpression) -> bool:
        if isinstance(target, (cst.Tuple, cst.List)):
            return any(self._holds(element.value) for element in target.elements)
        return isinstance(target, cst.Name) and target.value == self.name


def _by_name(options: Sequence[cst.Arg]) -> bool:
    """Whether pairs are sorted by what comes first in them: `key=lambda pair: pair[0]`."""
    match [option.value for option in options if option.keyword and option.keyword.value == "key"]:
        case []:
            return True
        case [
            cst.Lambda(
                params=cst.Parameters(params=[cst.Param(name=cst.Name(value=pair))]),
                body=cst.Subscript(
                    value=cst.Name(value=read),
                    slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer("0")))],
                ),
            )
        ]:
            return read == pair
    return False


def _is_method(module: cst.Module, function: cst.FunctionDef) -> bool:
    """Whether it is one of a class of the module, and nothing else there has its name."""
    same: list[cst.FunctionDef] = []
    for statement in module.body:
        own = statement.body.body if isinstance(statement, cst.ClassDef) else (statement,)
        named = (one for one in own if isinstance(one, cst.FunctionDef))
        same += (one for one in named if one.name.value == function.name.value)
    return len(same) == 1 and same[0] is function


class _Calls(cst.CSTVisitor):
    """The calls of a function of the module, and whether it is named otherwise."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[tuple[cst.FunctionDef | None, cst.CSTNode | None, cst.Call]] = []
        self.around: list[cst.FunctionDef] = []
        self.loops: list[cst.CSTNode] = []
        self.others = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        self.others -= node.name.value == self.name
        self.around.append(node)

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:  # noqa: N802
        self.around.pop()

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        if isinstance(node.func, cst.Name) and node.func.value == self.name:
            self.others -= 1
            loop = self.loops[-1] if self.loops else None
            self.found.append((self.around[-1] if self.around else None, loop, node))

    def visit_For(self, node: cst.For) -> None:  # noqa: N802
        self.loops.append(node)

    def leave_For(self, original_node: cst.For) -> None:  # noqa: N802
        self.loops.pop()

    def visit_While(self, node: cst.While) -> None:  # noqa: N802
        self.loops.append(node)

    def leave_While(self, original_node: cst.While) -> None:  # noqa: N802
        self.loops.pop()

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802
        node.value.visit(self)
        return False  # `model.fit` is no `fit` of the module

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802
        self.others += node.value == self.name


class _Reads(cst.CSTVisitor):
    """Where a room reads a variable; functions inside have names of their own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[cst.Name] = []
        self.keyword: cst.Name | None = None

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        return False

    def visit_AssignTarget(self, node: cst.AssignTarget) -> bool:  # noqa: N802
        return False

    def visit_For(self, node: cst.For) -> bool:  # noqa: N802
        for part in (node.iter, node.body, node.orelse):
            if part is not None:
                part.visit(self)
        return False

    def visit_Arg_keyword(self, node: cst.Arg) -> None:  # noqa: N802
        self.keyword = node.keyword

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802
        if node.value == self.name and node is not self.keyword:
            self.found.append(node)


def _bound_to(body: cst.CSTNode, name: str) -> list[cst.BaseExpression]:
    bindings = _Bindings(name, body)
    body.visit(bindings)
    return bindings.found


class _MethodCalls(_Calls):
    """The same of a method, of whatever object it is called."""

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        match node.func:
            case cst.Attribute(attr=cst.Name(name)) if name == self.name:
                self.others -= 1
                loop = self.loops[-1] if self.loops else None
                self.found.append((self.around[-1] if self.around else None, loop, node))

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802
        node.value.visit(self)
        self.others += node.attr.value == self.name
        return False

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802
        """A variable of that name is no method."""

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802
        self.others += node.value.strip("\"'") == self.name  # what `getattr` is given

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        self.around.append(node)
