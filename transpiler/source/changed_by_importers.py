"""What of the objects and dicts of a module the files change that import it.

trainer = Trainer(options)
trainer.rate = 0.1                      # `self.rate` of its methods
options["steps"] = 1                    # and what they have been given
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from transpiler.source.effects import ANY, Effect, effects_in
from transpiler.source.imported import read_text
from transpiler.source.importers import importing_files
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree


def changed_by_importers(path: str, text: str, read: Iterable[tuple[str, ...]]) -> str:
    """The name of an attribute or entry, of some that a module reads, which is set; "" of none."""
    wanted = {_name(one[-1]) for one in read if len(one) > 1} - {""}
    if not path or not wanted:
        return ""
    module = program_tree(text)
    classes = nodes_of_kind(module, ast.ClassDef) if module is not None else []
    made = frozenset(one.name for one in classes)
    found = (name for other in importing_files(path, r"\w\(") for name in _set_by(other, made))
    return next((name for name in found if name in wanted), "")


@remembered
def _set_by(other: str, classes: frozenset[str]) -> tuple[str, ...]:
    """The attributes and entries that a file sets of objects, and of what it gives calls."""
    text = read_text(other)
    module = program_tree(text)
    if module is None:
        return ()
    given = {
        inner.id
        for call in nodes_of_kind(module, ast.Call)
        for value in (*call.args, *(keyword.value for keyword in call.keywords))
        for inner in all_in(value)
        if isinstance(inner, ast.Name)
    }
    made = {
        name.id
        for node in nodes_of_kind(module, ast.Assign)
        if any(_last(n) in classes for n in all_in(node.value))
        for target in node.targets
        for name in all_in(target)
        if isinstance(name, ast.Name)
    }
    effects, _ = effects_in(module)
    return tuple(n for one in effects if one.path[0] in made | given for n in _names_set(one))


def _names_set(effect: Effect) -> Iterator[str]:
    """What an effect sets: `rate` of `options.update(rate=0.1)`."""
    if len(effect.path) < 2:
        return
    if effect.path[-1] != ANY:
        yield _name(effect.path[-1])
    elif isinstance(effect.node, ast.Call):
        yield from (keyword.arg for keyword in effect.node.keywords if keyword.arg)
        for argument in effect.node.args:
            keys = argument.keys if isinstance(argument, ast.Dict) else ()
            yield from (str(k.value) for k in keys if isinstance(k, ast.Constant))


def _last(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _name(part: str) -> str:
    """`rate` of the parts `.rate` and `['rate']`."""
    return "" if part == ANY else part.strip(".[]'\"")
