"""One of several criteria or optimizers, where the name that picks it has become known.

criterion = {"mse": nn.MSELoss(), "mae": nn.L1Loss()}["mse"]    criterion = nn.MSELoss()
optimizer = optimizer_by_name("sgd", model.parameters())        optimizer = torch.optim.SGD(...)
"""

from __future__ import annotations

import ast

from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.values import Static
from transpiler.source.syntax import all_in


def picked(writer: ModelWriter, lines: list[str]) -> list[str]:
    """Lines that make criteria and optimizers; no function looks up what they name themselves."""
    sources = dict(writer.made.functions)
    found = [_picked(_with_constant(writer, _decided(line)), sources) for line in lines]
    text = "\n".join(found)
    looked_up = {_called(line) for line in lines} & sources.keys()
    unread = {name for name in looked_up if f"{name}(" not in text}
    writer.made.functions[:] = [one for one in writer.made.functions if one[0] not in unread]
    return found


def _decided(line: str) -> str:
    """A line without choices by conditions on constants: `0.1 if True else 0.01`."""
    while " if " in line:
        choices = (node for node in all_in(ast.parse(line)) if isinstance(node, ast.IfExp))
        known = ((node, _truth(node.test)) for node in choices)
        node, truth = next(((n, t) for n, t in known if t is not None), (None, None))
        if node is None:
            break
        chosen = ast.get_source_segment(line, node.body if truth else node.orelse) or ""
        raw = line.encode()
        before, after = raw[: node.col_offset], raw[node.end_col_offset :]
        line = f"{before.decode()}{chosen}{after.decode()}"
    return line


def _truth(test: ast.expr) -> bool | None:
    """What a condition on constants says; None of any other one."""
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            held = _truth(inner)
            return None if held is None else not held
        case ast.Compare(left=ast.Constant(value=a), ops=[op], comparators=[ast.Constant(value=b)]):
            if isinstance(op, (ast.Eq, ast.NotEq)):
                return (a == b) == isinstance(op, ast.Eq)
            if isinstance(op, (ast.Is, ast.IsNot)) and None in (a, b):
                return (a is b) == isinstance(op, ast.Is)
            if isinstance(a, (int, float)) and isinstance(b, (int, float)):
                order = {ast.Gt: a > b, ast.GtE: a >= b, ast.Lt: a < b, ast.LtE: a <= b}
                return order.get(type(op))
    return None


def _with_constant(writer: ModelWriter, line: str) -> str:
    """A line that looks up what a constant of the module names, with the string in its place."""
    match ast.parse(line).body:
        case [ast.Assign(value=ast.Subscript(value=ast.Dict(), slice=ast.Name(name) as place))]:
            value = writer.shared.file.globals.get(name)
            known = value.expr.value if isinstance(value, Static) else None
            once = sum(p.binds for p in writer.shared.found.of(name)) == 1
            if isinstance(known, str) and once:
                raw = line.encode()
                before, after = raw[: place.col_offset], raw[place.end_col_offset :]
                return f"{before.decode()}{known!r}{after.decode()}"
    return line


def _called(line: str) -> str:
    """The function whose result a line binds."""
    match ast.parse(line).body:
        case [ast.Assign(value=ast.Call(func=ast.Name(name)))]:
            return name
    return ""


def _picked(line: str, sources: dict[str, str]) -> str:
    match ast.parse(line).body:
        case [ast.Assign(value=ast.Subscript(value=ast.Dict() as table, slice=ast.Constant(key)))]:
            chosen = _entry(line, table, key)
        case [
            ast.Assign(
                value=ast.Call(
                    func=ast.Name(name), args=[ast.Constant(str() as key), parameters], keywords=[]
                )
            )
        ] if (name in sources):
            chosen = _made(sources[name], key, ast.get_source_segment(line, parameters) or "")
        case _:
            return line
    return f"{line.partition(' = ')[0]} = {chosen}" if chosen else line


def _made(source: str, key: str, parameters: str) -> str:
    """The optimizer of a name, as the function that looks it up makes it."""
    tables = [node for node in all_in(ast.parse(source)) if isinstance(node, ast.Dict)]
    made = _entry(source, tables[0], key.lower()) if len(tables) == 1 else ""
    if not made.startswith("partial("):
        return made and f"{made}({parameters})"
    name, _, options = made.removeprefix("partial(").partition(", ")
    return f"{name}({parameters}, {options}"


def _entry(source: str, table: ast.Dict, key: object) -> str:
    """The source of what a dict has for a key; "" where it has nothing."""
    for one, value in zip(table.keys, table.values, strict=True):
        if isinstance(one, ast.Constant) and one.value == key:
            return ast.get_source_segment(source, value) or ""
    return ""
