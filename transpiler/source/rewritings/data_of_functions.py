"""Functions that make a data set of each element: lambdas, which say it where it is done.

def rows(path):                                      files.interleave(
    lines = tf.data.TextLineDataset(path)                lambda path: tf.data.TextLineDataset(path)
    return lines.skip(1)                                     .skip(1),
                                                         cycle_length=2,
files.interleave(rows, cycle_length=2)               )
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from transpiler.regex import regex
from transpiler.source.lexical import comments_in, may_name
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.constant_rounds import replaced_in_round, source_of
from transpiler.source.syntax import all_in, program_tree

_APPLIES = regex(r"\.(?:interleave|flat_map)\(\s*(?:map_func\s*=\s*)?[A-Za-z_]\w*\s*[,)]")
_METHODS = ("interleave", "flat_map")
_BLANK = regex(r"(?:[ \t]*\n)*")


def data_of_functions(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with lambdas in their places, if it has such functions.

    `others` gives the texts that import it: what they name stays.
    """
    module = program_tree(text) if _APPLIES.search(text) else None
    if module is None:
        return None
    at, edits = Positions(text), dict[Span, str]()
    touched: list[tuple[int, int]] = []
    names = [node for node in all_in(module) if isinstance(node, ast.Name)]
    for call, given in _applied(module):
        made = [n for n in module.body if isinstance(n, ast.FunctionDef) and n.name == given.id]
        uses = [node for node in names if node.id == given.id]
        if len(made) != 1 or uses != [given] or may_name(others(), given.id):
            continue
        start, end = at.span(made[0])
        body = _gives(made[0])
        if body is None or comments_in(text[start:end]):
            continue
        blank = _BLANK.match(text, end)
        edits[start, blank.end() if blank is not None else end] = ""
        edits[at.span(given)] = f"lambda {made[0].args.args[0].arg}: {source_of(body)}"
        touched.append((call.lineno, call.end_lineno or 0))
    return rewritten(text, edits, touched=touched) if edits else None


def _applied(module: ast.Module) -> Iterator[tuple[ast.Call, ast.Name]]:
    """The calls that apply what makes a data set, and its name."""
    for node in all_in(module):
        match node:
            case ast.Call(func=ast.Attribute(attr=method), args=args, keywords=keywords) if (
                method in _METHODS
            ):
                given = [*args[:1], *(k.value for k in keywords if k.arg == "map_func")]
                yield from ((node, one) for one in given if isinstance(one, ast.Name))


def _gives(made: ast.FunctionDef) -> ast.expr | None:
    """What a function of one parameter gives, in one expression; None where it does more."""
    taken = made.args
    plain = not (taken.vararg or taken.kwarg or taken.kwonlyargs or taken.defaults)
    if len(taken.args) != 1 or taken.posonlyargs or not plain or made.decorator_list:
        return None
    held, read = dict[str, ast.expr](), {taken.args[0].arg}
    for step in made.body:
        value = step.value if isinstance(step, (ast.Assign, ast.Return)) else None
        if value is None or any(
            isinstance(n, ast.Lambda) and _hides(n, held) for n in all_in(value)
        ):
            return None
        names = [n.id for n in all_in(value) if isinstance(n, ast.Name) and n.id in held]
        if len(names) > 1:  # a data set that is read twice may be another one each time
            return None
        whole = replaced_in_round(value, held)
        held = {name: one for name, one in held.items() if name not in names}
        match step:
            case ast.Return():
                return None if held or step is not made.body[-1] else whole
            case ast.Assign(targets=[ast.Name(name)]) if not held and name not in read:
                held[name] = whole
            case _:
                return None
    return None


def _hides(node: ast.Lambda, held: dict[str, ast.expr]) -> bool:
    """Whether a lambda calls a parameter as one of some variables is called."""
    return any(a.arg in held for a in node.args.args)
