"""Callbacks of the program's own that objects keep: each of them is one and the same in all runs.

self.recorder = Recorder()
self.callbacks = [self.recorder, Budget(6), EarlyStopping()]     self.budget = Budget(6)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.control.perhaps import is_callback
from transpiler.interpret.functions.joined_parts import is_own
from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.layers.names import snake_case
from transpiler.interpret.region import Region
from transpiler.interpret.values import Choice, Function, Sequence, Static, UserClass, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.importers import is_imported
from transpiler.source.lexical import blanked

_ATTRIBUTE = regex(r"self\.\w+")
#: What a callback may ask of another model than its own.
_ASKS = regex(
    r"\bself\.(?!model\b)(\w+)(?:\.(?:predict|evaluate|fit|save|layers|trainable|inputs?|outputs?"
    r"|summary|optimizer|get_\w+|set_\w+|load_\w+|save_\w+|count_params|\w+_on_batch)\b|\()"
)


def class_made(made: Function, value: cst.BaseExpression) -> UserClass | None:
    """The class of callbacks of which an expression in a method makes an object."""
    symbol = symbol_of(made, value.func) if isinstance(value, cst.Call) else None
    if not isinstance(symbol, UserClass) or not is_callback(Static(Expr(symbol.name, symbol))):
        return None
    return symbol


def kept_object(region: Region, attr: str, made: UserClass) -> Static | None:
    """Such an object in an attribute that nothing else gets."""
    text = region.tree.blanked
    asked = re.search(rf"\.{attr}\.(?:model|params)\b", text)
    if asked is not None or is_imported(region.file.path, rf"\.{attr}\s*=(?!=)"):
        return None
    return Static(Expr(f"self.{attr}", made, POSTFIX)) if _is_by_itself(region, made) else None


def _is_by_itself(region: Region, made: UserClass) -> bool:
    """Whether it asks no other model than the one that is trained."""
    home: FileContext = made.file or region.file
    texts = [blanked(home.tree.source(one.node)) for one in made.lineage]
    whole = "\n".join(texts)
    asked = (found for text in texts for found in _ASKS.finditer(text))
    return all(found[0].endswith("(") and _is_function(found[1], whole) for found in asked)


def _is_function(name: str, text: str) -> bool:
    """Whether what a class calls is a method of its own, or a function: no other model."""
    if re.search(rf"def {name}\(", text) is not None:
        return True
    given = re.findall(rf"\bself\.{name}\s*=(?!=)\s*([^\n]*)", text)
    return bool(given) and all(_FUNCTION.match(one) for one in given)


#: A function of Python, of NumPy and the like, or one that is written there.
_FUNCTION = regex(
    r"(?:np|numpy|math|operator|time|os)\.[\w.]+\s*$|lambda\b|(?:min|max|print|abs)\s*$"
)


def with_attributes(
    region: Region, statement: cst.CSTNode, node: cst.BaseExpression, found: Sequence
) -> Sequence | None:
    """The list with an attribute for each such object that is made in it, None where that fails.

    These are made where the list is.
    """
    own = [item for item in found.items if _holds_own(item)]
    if not own:
        return found
    if not isinstance(node, cst.List) or len(node.elements) != len(found.items):
        return None
    names: dict[str, str] = region.file.objects_kept.setdefault(statement, {})
    items: list[Value] = []
    for element, item in zip(node.elements, found.items, strict=True):
        if item in own:
            made = item.expr.value if isinstance(item, Static) else None
            if not isinstance(item, Static) or not isinstance(made, UserClass):
                return None
            if not _ATTRIBUTE.fullmatch(item.expr.text):
                if not isinstance(element.value, cst.Call) or not _is_by_itself(region, made):
                    return None
                source = region.tree.source(element.value)
                name = _name_for(region.file, made, source, names)
                names[name] = source
                place = Expr(f"self.{name}", made, POSTFIX)
                item = replace(item, expr=place)
        items.append(item)
    return replace(found, items=tuple(items))


def _holds_own(item: Value) -> bool:
    if isinstance(item, Choice):
        return any(map(_holds_own, item.options))
    return is_own(item)


def _name_for(file: FileContext, made: UserClass, source: str, names: dict[str, str]) -> str:
    """The attribute of an object, which no other one has."""
    name = wanted = snake_case(made.name)
    number = 1
    while names.get(name, source) != source or not is_free(file, name):
        number += 1
        name = f"{wanted}_{number}"
    return name


def is_free(file: FileContext, name: str) -> bool:
    """Whether nothing is an attribute or a method of that name, in other files either."""
    named = rf"\.{name}\b|\bdef {name}\b"
    return re.search(named, file.tree.blanked) is None and not is_imported(file.path, named)
