"""Dicts of builders that a file has for others: `BUILDERS = {"mlp": build_mlp, "cnn": build_cnn}`.

These stay functions, which give modules: files that look one up know which these are.
"""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Function, Mapping
from transpiler.source.tables_of_builders import is_steady_table


def is_builder_table(file: FileContext, name: str) -> bool:
    """Whether a name of a file stands for a dict of builders, which nothing changes."""
    held = file.globals.get(name)
    if not isinstance(held, Mapping) or not held.items:
        return False
    functions = [v for v in held.items.values() if isinstance(v, Function)]
    homes = {id(home): home for v in functions if (home := v.file or file) is not None}
    kinds: dict[int, set[str]] = {}
    for home in homes.values():
        for summary in home.summaries.values():
            kinds.setdefault(id(summary.function.node), set()).add(summary.kind)
    builders = [v for v in functions if kinds.get(id(v.node)) == {"builder"}]
    if len(builders) < len(held.items):
        return False
    return is_steady_table(file.path, file.tree.text, name)
