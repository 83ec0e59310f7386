"""Arguments of callbacks: Keras evaluates them once, where the program makes the callback."""

from __future__ import annotations

import re
from collections.abc import Callable

from transpiler.interpret.values import Function
from transpiler.ir.expr import Expr
from transpiler.ir.training import Fit, Hooks
from transpiler.lower.binding import Use
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import may_act

#: Methods of strings and of dates, which only compute.
_TEXTS = regex(r"\.(?:format|strftime|replace|join|lower|upper|strip|split)\(")


def once_called(
    fit: Fit, use: Use, is_set_meanwhile: Callable[[str], bool]
) -> tuple[Use, dict[str, str]]:
    """Names for the arguments that call what may do more than compute, or that hooks may change."""
    named: dict[str, str] = {}
    arguments = dict(use.arguments)
    for name, argument in use.arguments.items():
        if argument.known or isinstance(argument.value, Function):
            continue
        if may_act(_TEXTS.sub(".join(", argument.text)) or is_set_meanwhile(argument.text):
            variable = fit.free(name)
            named[variable] = argument.text
            arguments[name] = Expr(variable)
    return replace(use, arguments=arguments), named


def with_names(hooks: Hooks, named: dict[str, str]) -> Hooks:
    """Code that reads those names, which are bound before it, or written where one is read.

    Several are bound in the order of the program.
    """
    bound = [f"{name} = {text}" for name, text in named.items()]
    if len(named) == 1:
        ((name, text),) = named.items()
        alone = re.compile(rf"(?<=[(=]){name}(?=[,)])")
        others = repr(replace(hooks, before=tuple(alone.sub("", h, 1) for h in hooks.before)))
        if re.search(rf"\b{name}\b(?!=)", others) is None:
            written = text.replace("\\", r"\\")
            before = [alone.sub(written, line) for line in hooks.before]
            return replace(hooks, before=tuple(before))
    return replace(hooks, before=(*bound, *hooks.before))
