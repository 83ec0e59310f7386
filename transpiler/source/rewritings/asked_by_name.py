"""Classes of the framework that a program asks by a name that it has: written out.

getattr(keras.optimizers, CONFIG["optimizer"])(rate)    # keras.optimizers.Adam(rate)
getattr(keras.optimizers, args.optimizer)(rate)         # {"Adam": keras.optimizers.Adam(rate),
                                                        #  "SGD": …}[args.optimizer]
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.given_settings import given_setting
from transpiler.source.held_settings import setting
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.picked_classes import IS_CLASS, arguments_of, is_plain
from transpiler.source.syntax import all_in, parts_of, program_tree

_MODULES = (
    "activations|applications|callbacks|constraints|initializers|layers|losses|metrics|optimizers"
    "|regularizers|schedules"
)
_ASKS = regex(rf"getattr\(\s*(?:\w+\.)*(?:{_MODULES})\s*,")
_ASKED = regex(rf"(?:\w+\.)*(?:{_MODULES})$")
_ASSUMED = (
    "`{}` may name what no string of this file names: only {} can be looked up, add what else it "
    "may be"
)


def asked_by_name(text: str, path: str) -> Rewritten | None:
    """The text with such classes under their own names, if it asks for any by another way."""
    module = program_tree(text) if _ASKS.search(text) else None
    if module is None:
        return None
    positions = Positions(text)
    edits: dict[Span, str] = {}
    calls: list[str] = []
    assumed: list[tuple[int, str]] = []
    for call, maker, line in _asking(module, None, 0):
        owner, name = map(ast.unparse, call.args)
        found = setting(path, text, name) or (line and given_setting(path, text, name, line))
        literal = call.args[1] if isinstance(call.args[1], ast.Constant) else found
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
            calls.append(f"{owner}.{literal.value}")
            edits |= _named(module, call, calls[-1], positions) or {positions.span(call): calls[-1]}
        elif maker is not None and owner.endswith("optimizers"):
            start, end = positions.span(maker)
            made = text[positions.span(maker.func)[1] : end]
            names = _classes(module)
            if not names or "\n" in made or not all(map(is_plain, arguments_of(maker))):
                continue
            entries = ", ".join(f'"{one}": {owner}.{one}{made}' for one in names)
            edits[start, end] = f"{{{entries}}}[{name}]"
            calls += [f"{owner}.{one}{made}" for one in names]
            assumed.append((call.lineno, _ASSUMED.format(name, ", ".join(names))))
    return rewritten(text, edits, calls, assumed) if edits else None


def _named(module: ast.Module, call: ast.Call, name: str, positions: Positions) -> dict[Span, str]:
    """The edits that write a name where a variable is read that stood for it; else none.

    cls = getattr(keras.optimizers, name)
    return cls(rate)                           # return keras.optimizers.Adam(rate)
    """
    inner = [n for n in all_in(module) if isinstance(n, ast.FunctionDef)]
    around = [n for n in inner if n.lineno <= call.lineno <= (n.end_lineno or 0)]
    for statement in around[-1].body if around else ():
        if isinstance(statement, ast.Assign) and statement.value is call:
            break
    else:
        return {}
    target = statement.targets[0]
    names = [n for n in all_in(around[-1]) if isinstance(n, ast.Name)]
    uses = [n for n in names if isinstance(target, ast.Name) and n.id == target.id]
    if len(statement.targets) > 1 or sum(not isinstance(n.ctx, ast.Load) for n in uses) != 1:
        return {}
    text = positions.text
    start, end = positions.span(statement)
    start, end = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1
    alone = text[start:end].strip() == text[slice(*positions.span(statement))]
    if len(uses) < 2 or not alone:
        return {}
    return {(start, end): ""} | {positions.span(n): name for n in uses if n is not target}


def _asking(
    node: ast.AST, maker: ast.Call | None, line: int
) -> Iterator[tuple[ast.Call, ast.Call | None, int]]:
    """What asks a module of the framework, the call of what that gives, the line of its `def`."""
    match node:
        case ast.Call(func=ast.Name("getattr"), args=[owner, _], keywords=[]):
            if _ASKED.match(ast.unparse(owner)):
                yield node, maker, line
        case ast.Call(func=func):
            yield from _asking(func, node, line)
            for given in arguments_of(node):
                yield from _asking(given, None, line)
            return
        case ast.FunctionDef(lineno=line):
            pass
    for inner in parts_of(node):
        yield from _asking(inner, None, line)


def _classes(module: ast.Module) -> list[str]:
    """The classes of optimizers that strings of a program name."""
    strings = (n.value for n in all_in(module) if isinstance(n, ast.Constant))
    return [*dict.fromkeys(s for s in strings if isinstance(s, str) and IS_CLASS.match(s))]
