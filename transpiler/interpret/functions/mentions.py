"""Which functions are about the framework at all."""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provides
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Layer,
    Model,
    Namespace,
    UserClass,
)
from transpiler.source.lexical import words_in


@provides("mentions_framework")
def mentions_framework(file: FileContext, function: Function) -> bool:
    """Whether a function's source uses a name that leads to TensorFlow or Keras."""
    home: FileContext = function.file if function.file is not None else file
    known = home.mentions.get(id(function.node))
    if known is not None:
        return known
    home.mentions[id(function.node)] = False
    words = words_in(home.tree.source(function.node))
    words -= {p.name.value for p in function.node.params.params}
    result = False
    for word in words:
        value = function.closure.get(word) or home.globals.get(word)
        if isinstance(value, (Framework, Layer, Bound, Model)):
            result = True
        elif isinstance(value, Function) and value.node is not function.node:
            result = mentions_framework(home, value)
        elif isinstance(value, UserClass) and value.bases:
            result = True
        elif isinstance(value, Namespace):
            used = [v for n, v in value.items.items() if n in words]
            result = any(isinstance(v, Framework) for v in used)
            functions = (v for v in used if isinstance(v, Function))
            result = result or any(mentions_framework(home, f) for f in functions)
        elif word in home.class_methods.get(function.owner, {}) and word != function.name:
            result = mentions_framework(home, home.class_methods[function.owner][word])
        if result:
            break
    home.mentions[id(function.node)] = result
    return result
