"""Dicts of builders that a file has for others: `BUILDERS = {"mlp": build_mlp, "cnn": build_cnn}`.

Or lists of them, or of tuples: `[("mlp", build_mlp), ("cnn", build_cnn)]`.

These stay functions, which give modules: files that look one up know which these are.
"""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Function, Mapping, Sequence, Value, is_plain
from transpiler.source.tables_of_builders import is_steady_table


def is_builder_table(file: FileContext, name: str) -> bool:
    """Whether a name of a file stands for a dict of builders, which nothing changes."""
    held = file.globals.get(name)
    if not isinstance(held, (Mapping, Sequence)) or not held.items:
        return False
    items = held.items.values() if isinstance(held, Mapping) else held.items
    functions = [v for item in items for v in _functions_of(item)]
    homes = {id(home): home for v in functions if (home := v.file or file) is not None}
    kinds: dict[int, set[str]] = {}
    for home in homes.values():
        for summary in home.summaries.values():
            kinds.setdefault(id(summary.function.node), set()).add(summary.kind)
    builders = [v for v in functions if kinds.get(id(v.node)) == {"builder"}]
    if len(builders) < len(held.items):
        return False
    return is_steady_table(file.path, file.tree.text, name)


def _functions_of(item: Value) -> list[Function]:
    """The function that an entry is, or the one of a tuple that has but constants beside it."""
    parts = item.items if isinstance(item, Sequence) else (item,)
    found = [part for part in parts if isinstance(part, Function)]
    others = [part for part in parts if not isinstance(part, Function)]
    return found if len(found) == 1 and all(map(is_plain, others)) else []
