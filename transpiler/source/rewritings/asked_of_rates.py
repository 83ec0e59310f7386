"""What programs ask of Keras's variables for learning rates, which are numbers in torch.

lr = model.optimizer.learning_rate
rate = float(lr.numpy())                                rate = float(lr)
rate = lr.numpy() if hasattr(lr, "numpy") else lr       rate = lr
lr.assign(lr / 2)                                       model.optimizer.learning_rate.assign(lr / 2)

So is what callbacks ask of a variable for the optimizer: it is asked of the model then.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

_RATES = ("lr", "learning_rate")
_HAS = ("numpy", "assign", "value")
#: What numbers of Python and NumPy are, and a rate is not.
_NUMBERS = ("float", "int", "np.floating", "np.float32", "np.float64", "numbers.Number")
_READS = ("numpy", "value", "read_value")
_SPEAKS = regex(r"optimizer\.(?:lr|learning_rate)\b|\bmodel\.optimizer\s*\n")
_ASKS = regex(
    r"\b(?:hasattr|isinstance)\(\s*[\w.]+,"
    r"|=\s*(?:\w+\.)*(?:model\.optimizer|optimizer\.(?:lr|learning_rate))[ \t]*(?:#[^\n]*)?$",
    8,
)


def asked_of_rates(text: str) -> Rewritten | None:
    """The text without such questions, if it has any."""
    speaks = "optimizer" in text and _SPEAKS.search(text) is not None
    module = program_tree(text) if speaks and _ASKS.search(text) else None
    if module is None:
        return None
    edits = dict[Span, str]()
    for room in all_in(module):
        if isinstance(room, (ast.Module, ast.FunctionDef)):
            edits |= dict(_Room(text, room).edits())
    edits = {span: new for span, new in edits.items() if not _is_within(span, edits)}
    lines = {text.count("\n", 0, start) + 1 for start, _ in edits}
    touched = [
        (part.lineno, part.end_lineno or 0)
        for part in module.body
        if any(part.lineno <= line <= (part.end_lineno or 0) for line in lines)
    ]
    made = rewritten(text, edits, touched=touched) if edits else None
    if made is None or program_tree(made.text) is None:
        return None
    return made


class _Room:
    """A function, or the module, with its variables for rates and optimizers."""

    def __init__(self, text: str, room: ast.Module | ast.FunctionDef) -> None:
        self._text, self._positions = text, Positions(text)
        self._nodes = [*own_nodes(room)]
        self._names = [n for n in self._nodes if isinstance(n, ast.Name)]
        self._around = {c: n for n in self._nodes for c in parts_of(n)}
        self._held = [pair for node in self._nodes for pair in self._holding(node)]

    def edits(self) -> Iterator[tuple[Span, str]]:
        """What is asked in other words."""
        for node in self._nodes:
            match node:
                case ast.IfExp(test=test) if (answer := self._answer(test)) is not None:
                    yield self._span(node), self._plain(node.body if answer else node.orelse)
                case ast.If(test=test) if (answer := self._answer(test)) is not None:
                    yield from self._one_way(node, answer)
                case ast.Call(
                    func=ast.Attribute(value=ast.Name() as held, attr=attr), args=[], keywords=[]
                ) if attr in _READS and self._source(held):
                    yield from self._read(node, held)
                case ast.Call(
                    func=ast.Name("get_value") | ast.Attribute(attr="get_value"),
                    args=[ast.Name() as held],
                    keywords=[],
                ) if self._source(held):
                    yield from self._read(node, held)
                case ast.Call(func=ast.Attribute(value=ast.Name() as held, attr="assign")):
                    if source := self._source(held):
                        yield self._span(held), source
                case ast.Call(
                    func=ast.Name("set_value") | ast.Attribute(attr="set_value"),
                    args=[ast.Name() as held, _],
                ):
                    if source := self._source(held):
                        yield self._span(held), source
        yield from self._optimizers()

    def _optimizers(self) -> Iterator[tuple[Span, str]]:
        """What is asked of a variable for the optimizer of a callback's model, and of it alone."""
        for node in self._nodes:
            match node:
                case ast.Assign(targets=[ast.Name(name)], value=ast.Attribute() as value):
                    each = [n for n in self._names if n.id == name]
                    reads = [n for n in each if isinstance(n.ctx, ast.Load)]
                    asks = [self._around[n] for n in reads]
                    plain = all(isinstance(a, ast.Attribute) and a.attr in _RATES for a in asks)
                    source = self._text[slice(*self._span(value))]
                    alone = len(each) == len(reads) + 1 and self._is_alone(node)
                    if source == "self.model.optimizer" and reads and plain and alone:
                        yield self._line(node), ""
                        yield from ((self._span(one), source) for one in reads)

    def _holding(self, node: ast.AST) -> Iterator[tuple[ast.Name, ast.expr]]:
        match node:
            case ast.Assign(targets=[ast.Name() as name], value=value) if _is_rate(value):
                yield name, value

    def _source(self, name: ast.Name) -> str:
        """The rate that a variable holds in a place, and nothing else before it; else ""."""
        stores = [n for n in self._names if n.id == name.id and not isinstance(n.ctx, ast.Load)]
        before = [n for n in stores if n.lineno < name.lineno]
        values = [v for n, v in self._held if n in before]
        sources = {self._text[slice(*self._span(value))] for value in values}
        return sources.pop() if len(sources) == 1 and len(values) == len(before) else ""

    def _answer(self, test: ast.expr) -> bool | None:
        """What Keras answers where a rate is asked what it is; None of other questions."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                answer = self._answer(operand)
                return None if answer is None else not answer
            case ast.Call(func=ast.Name("isinstance"), args=[asked, kinds], keywords=[]):
                each = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
                numbers = all(ast.unparse(one) in _NUMBERS for one in each)
                return False if numbers and self._is_rate(asked) else None
            case ast.Call(
                func=ast.Name("hasattr"),
                args=[asked, ast.Constant(value=str(attribute))],
                keywords=[],
            ):
                return True if attribute in _HAS and self._is_rate(asked) else None
        return None

    def _is_rate(self, asked: ast.expr) -> bool:
        return _is_rate(asked) or (isinstance(asked, ast.Name) and bool(self._source(asked)))

    def _read(self, node: ast.Call, held: ast.Name) -> Iterator[tuple[Span, str]]:
        """The variable itself; nothing where it would get its own value."""
        match self._around[node]:
            case ast.Assign(targets=[ast.Name(name)]) as statement if name == held.id:
                block = getattr(self._around.get(statement), "body", [statement, statement])
                if self._is_alone(statement) and len(block) > 1:
                    yield self._line(statement), ""
                    return
        yield self._span(node), held.id

    def _plain(self, node: ast.expr) -> str:
        """The source of one way of an expression, in brackets where it needs any."""
        source = self._text[slice(*self._span(node))]
        simple = (ast.Name, ast.Call, ast.Attribute, ast.Constant, ast.Subscript)
        return source if isinstance(node, simple) else f"({source})"

    def _one_way(self, node: ast.If, answer: bool) -> Iterator[tuple[Span, str]]:
        """The statements of one way in the place of the whole, if nothing else is there."""
        start, end = self._span(node)
        body = (node.body if answer else node.orelse) or [node]
        if not self._is_alone(node) or comments_in(self._text[start:end]):
            return
        if body == [node]:
            yield (start, end), "pass"
            return
        first, last = self._span(body[0])[0], self._span(body[-1])[1]
        deeper = body[0].col_offset - node.col_offset
        before = self._text[self._text.rfind("\n", 0, first) + 1 : first]
        if deeper <= 0 or before.strip():  # `elif`, or it stands on the line of the question
            return
        lines = self._text[first:last].split("\n")
        rest = (one[deeper:] if one[:deeper].isspace() else one for one in lines[1:])
        yield (start, end), "\n".join([lines[0], *rest])

    def _is_alone(self, node: ast.stmt) -> bool:
        """Whether nothing stands before a statement, nor behind it, on its lines."""
        start, end = self._span(node)
        first, last = self._line(node)
        return not self._text[first:start].strip() and not self._text[end:last].strip()

    def _line(self, node: ast.stmt) -> Span:
        start, end = self._span(node)
        last = self._text.find("\n", end) + 1 or len(self._text)
        return self._text.rfind("\n", 0, start) + 1, last

    def _span(self, node: ast.expr | ast.stmt) -> Span:
        return self._positions.span(node)


def _is_rate(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Attribute(attr="optimizer"), attr=attribute):
            return attribute in _RATES
    return False


def _is_within(span: Span, edits: dict[Span, str]) -> bool:
    return any(other != span and other[0] <= span[0] and span[1] <= other[1] for other in edits)
