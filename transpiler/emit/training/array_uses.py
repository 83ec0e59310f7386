"""What is done with what a model gives: it is an array now, and was a tensor of TensorFlow's.

z = model(x)                          z = predict(model, x)
error = np.mean((x - z) ** 2)         as of an array
rows = z[:2].numpy()                  rows = z[:2]
"""

from __future__ import annotations

import ast
from functools import cached_property

from transpiler.emit.training.shared import Room, Shared
from transpiler.interpret.values import Framework
from transpiler.regex import regex
from transpiler.source.lexical import names_read
from transpiler.source.occurrences import Occurrence, Positions
from transpiler.source.syntax import all_in, parts_of, program_tree

#: Packages whose functions take an array as well as one of TensorFlow's tensors.
_PACKAGES = frozenset({"cv2", "math", "matplotlib", "numpy", "scipy", "seaborn", "sklearn"})
_TAKERS = frozenset({"bool", "float", "int", "len", "print"})  #: as Python's own do
_KEEPERS = frozenset({"abs", "max", "min", "round", "sum"})  #: which give such an object again
_OPERATIONS = (ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp)
_TESTS = (ast.Assert, ast.If, ast.IfExp, ast.While)
_SIZES = ("ndim", "shape")
#: What TensorFlow's tensors don't have: what has it is an array already.
_OF_ARRAYS = frozenset(
    {
        *("T", "all", "any", "argmax", "argmin", "argsort", "astype", "copy", "flatten", "item"),
        *("max", "mean", "min", "ravel", "repeat", "reshape", "round", "size", "squeeze", "std"),
        *("sum", "tolist", "transpose", "var"),
    }
)
_OUT = regex(r"\.numpy\(\)")


class ArrayUses:
    """Follows what the calls of a model give, in the room where they stand."""

    def __init__(self, shared: Shared, room: Room, variable: str) -> None:
        self.shared, self.room, self.variable = shared, room, variable
        self.positions = Positions(shared.tree.text)

    def gone(self, span: tuple[int, int]) -> list[tuple[int, int]] | None:
        """The places of `.numpy()` that go where an expression gives an array; None: it must not.

        That is where something is done with it that an array does not do alike.
        """
        nodes = [n for n in self._expressions.get(span[0], ()) if self.positions.span(n) == span]
        return self._of(nodes[-1]) if nodes else None

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        tree = program_tree(self.shared.tree.text)
        nodes = all_in(tree) if tree is not None else ()
        return {child: node for node in nodes for child in parts_of(node)}

    @cached_property
    def _expressions(self) -> dict[int, list[ast.expr]]:
        """Names and calls by the places where they begin."""
        found: dict[int, list[ast.expr]] = {}
        for node in self._parents:
            if isinstance(node, (ast.Call, ast.Name)):
                place = self.positions.offset(node.lineno, node.col_offset)
                found.setdefault(place, []).append(node)
        return found

    @cached_property
    def _packages(self) -> dict[str, str]:
        """What the file imports, by the names that it has for it: of which package it is."""
        found: dict[str, str] = {}
        for node in self._parents:
            if isinstance(node, ast.ImportFrom) and not node.level:
                found |= {a.asname or a.name: (node.module or "") for a in node.names}
            elif isinstance(node, ast.Import):
                found |= {a.asname or a.name.partition(".")[0]: a.name for a in node.names}
        return {name: module.partition(".")[0] for name, module in found.items()}

    def _of(self, node: ast.AST) -> list[tuple[int, int]] | None:
        """What goes where this is used, which is such an object."""
        above = self._parents[node]
        match above:
            case ast.Expr() | ast.FormattedValue():
                return []
            case ast.Subscript(value=value, ctx=ast.Load()) if value is node:
                return self._of(above)
            case ast.Attribute(attr=name, ctx=ast.Load()):
                return self._of_attribute(above, name)
            case ast.keyword() | ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()):
                return self._of_listed(above, node)
            case ast.ListComp(elt=element) if element is node:
                return self._of(above)  # such objects, like one of more dimensions
            case ast.Call():
                return self._of_call(above, node)
            case ast.comprehension(iter=source, target=ast.Name(name)) if source is node:
                reads = [n for n in all_in(self._parents[above]) if _reads(n, name)]
                return self._all(reads)
            case ast.For(iter=source, target=ast.Name() as target) if source is node:
                return self._of_variable(target)
            case ast.Assign(targets=[target]):
                return self._of_variables(target)
        if isinstance(above, _OPERATIONS):
            return None if self._asks_framework(above) or self._meets(above) else self._of(above)
        return [] if isinstance(above, _TESTS) and above.test is node else None

    def _of_listed(self, listed: ast.AST, node: ast.AST) -> list[tuple[int, int]] | None:
        """What goes where it is an argument by name, or stands in a list or tuple."""
        above = self._parents[listed]
        match listed, above:
            case (
                ast.Tuple(elts=values),
                ast.Assign(targets=[ast.Tuple(elts=targets)]),
            ) if len(
                values
            ) == len(targets):
                pairs = zip(values, targets, strict=True)
                return self._of_variable(next(to for value, to in pairs if value is node))
        return self._of_call(above, listed) if isinstance(above, ast.Call) else None

    def _of_attribute(self, node: ast.Attribute, name: str) -> list[tuple[int, int]] | None:
        above = self._parents[node]
        if name in _SIZES:
            return None if isinstance(above, ast.Attribute) else []
        if name in _OF_ARRAYS or (name == "append" and isinstance(above, ast.Call)):
            return []
        end = self.positions.span(node)[1]
        found = _OUT.match(self.positions.text, end - len(".numpy"))
        return [found.span()] if found is not None and isinstance(above, ast.Call) else None

    def _of_call(self, call: ast.Call, argument: ast.AST) -> list[tuple[int, int]] | None:
        """What goes where it is an argument."""
        named = ast.unparse(call.func).partition(".")[0]
        if call.func is argument:
            return None
        if isinstance(call.func, ast.Attribute) and call.func.attr == "append":
            return self._of_list(call.func.value)
        if isinstance(call.func, ast.Name) and named in _KEEPERS:
            return self._of(call)
        known = self._packages.get(named) in _PACKAGES
        known |= isinstance(call.func, ast.Name) and named in _TAKERS
        return [] if known or self._is_for_numpy(call) else None

    def _is_for_numpy(self, call: ast.Call) -> bool:
        """Whether a function of TensorFlow becomes one of NumPy."""
        end = self.positions.span(call.func)[1]
        return any(place == end for _, place in self.room.region.settled)

    def _meets(self, node: ast.AST) -> bool:
        """Whether it is computed with tensors of a data set, which arrays don't go with."""
        region = self.room.region
        arrays = {start for start, _ in region.settled}
        return any(
            isinstance(one, ast.Name)
            and one.id in region.batch_names
            and self.positions.offset(one.lineno, one.col_offset) not in arrays
            for one in all_in(node)
        )

    def _asks_framework(self, node: ast.AST) -> bool:
        known = self.shared.file.globals
        names = names_read(ast.unparse(node))
        return any(isinstance(known.get(name), Framework) for name in names)

    def _of_variables(self, target: ast.expr) -> list[tuple[int, int]] | None:
        """What goes where variables are used that hold it from now on."""
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        found = [self._of_variable(one) for one in targets]
        return None if None in found else [place for one in found for place in one or ()]

    def _of_variable(self, target: ast.expr) -> list[tuple[int, int]] | None:
        if not isinstance(target, ast.Name):
            return None
        places = self.shared.places(self.room, target.id)
        bound = self.positions.offset(target.lineno, target.col_offset)
        others = [place.start for place in places if place.binds and place.start != bound]
        if not all(map(self._gets_array, others)):
            return None
        return self._all(self._reads(places))

    def _of_list(self, node: ast.expr) -> list[tuple[int, int]] | None:
        """What goes where a list is used that such objects are added to."""
        if not isinstance(node, ast.Name):
            return None
        places = self.shared.places(self.room, node.id)
        if not all(self._gets_list(place.start) for place in places if place.binds):
            return None
        return self._all(self._reads(places))

    def _gets_list(self, place: int) -> bool:
        """Whether a variable gets an empty list there, or what a package makes of such a one."""
        for node in self._expressions.get(place, ()):
            match self._parents[node]:
                case ast.Assign(targets=[target], value=ast.List(elts=[])) if target is node:
                    return True
                case ast.Assign(targets=[target], value=ast.Call(func=made)) if target is node:
                    named = ast.unparse(made).partition(".")[0]
                    return named == "list" or self._packages.get(named) in _PACKAGES
        return False

    def _reads(self, places: list[Occurrence]) -> list[ast.Name]:
        """Where a variable is read."""
        return [
            node
            for place in places
            for node in self._expressions.get(place.start, ())
            if not place.binds and isinstance(node, ast.Name)
        ]

    def _gets_array(self, place: int) -> bool:
        """Whether a variable gets what the model predicts or gives there, too."""
        for node in self._expressions.get(place, ()):
            match self._parents[node]:
                case ast.Assign(targets=[target], value=ast.Call(func=asked)) if target is node:
                    named = ast.unparse(asked)
                    return named.removesuffix(".predict") == self.variable
        return False

    def _all(self, nodes: list[ast.AST] | list[ast.Name]) -> list[tuple[int, int]] | None:
        found = [self._of(node) for node in nodes]
        return None if None in found else [place for one in found for place in one or ()]


def _reads(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
