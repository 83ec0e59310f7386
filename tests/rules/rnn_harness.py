"""Turns what a rule gives back into a torch module, the way the engine would write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from rules.emitted import EMITTED
from transpiler.ir.expr import Bind, Expr, Module, expr
from transpiler.ir.tensor import Dim, Tensor
from transpiler.rule import RULES, Rule, Wrapped


def rule_of(name: str) -> Rule:
    """The rule that serves a Keras name."""
    return next(rule for rule in RULES if name in rule.names)


def tensor(name: str, *dims: int | None, **known: Any) -> Tensor:
    """A tensor that `forward` gets under this name."""
    sizes: tuple[Dim, ...] = tuple(None if d is None else expr(d) for d in dims)
    return Tensor(Expr(name), sizes, **known)


def bound(rule: Rule, given: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments of a layer's constructor that the rule takes, as expressions."""
    arguments = {}
    for parameter in list(rule.signature.parameters.values())[1:]:
        if parameter.kind is parameter.KEYWORD_ONLY:
            continue
        value = given.get(parameter.name, parameter.default)
        arguments[parameter.name] = value if isinstance(value, Wrapped) else argument(value)
    return arguments


def argument(value: Any) -> Any:
    """A constant as an expression; what is one already, or a tensor, stays."""
    if isinstance(value, Tensor) or (
        isinstance(value, list) and value and isinstance(value[0], Tensor)
    ):
        return value
    return value if isinstance(value, Expr) else expr(value)


def wrapped(name: str, **given: Any) -> Wrapped:
    """A layer inside another one."""
    rule = rule_of(f"keras.layers.{name}")
    return Wrapped(
        rule, bound(rule, given), lambda w, x, **call: w.rule.build(x, **w.arguments, **call)
    )


def build(name: str, x: Any, given: Mapping[str, Any], **call: Any) -> Any:
    """What the rule of a layer gives for these arguments."""
    rule = rule_of(f"keras.layers.{name}")
    return rule.build(x, **bound(rule, given), **call)


def written(results: Any, inputs: tuple[str, ...]) -> str:
    """The source of a module whose `forward` returns these results."""
    tensors = list(results) if isinstance(results, (list, tuple)) else [results]
    codes = [t.code if isinstance(t, Tensor) else t for t in tensors]
    modules: dict[str, Module] = {}
    statements: dict[int, Bind] = {}
    helpers: set[str] = set()
    for code in codes:
        helpers |= code.helpers
        for bind in code.before:
            statements.setdefault(id(bind), bind)
            helpers |= bind.value.helpers
        for module in code.modules:
            modules.setdefault(module.token, module)
            helpers |= module.constructor.helpers
    body = [f"        {b.target} = {b.value}" for b in statements.values()]
    returned = ", ".join(f"({c})" for c in codes)
    tail = "," if len(codes) == 1 else ""
    lines = ["class Model(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {m.token} = {m.constructor}" for m in modules.values()]
    lines += [f"    def forward({', '.join(('self', *inputs))}):", *body]
    lines += [f"        return {returned}{tail}"]
    text = "\n".join(lines)
    for number, token in enumerate(modules):
        text = text.replace(token, f"self.m{number}")
    text = re.sub("\ue002([a-z_]+):([0-9]+)\ue003", r"\1\2", text)
    return emitted_sources(helpers) + text


def emitted_sources(helpers: set[str]) -> str:
    """The imports and sources of emitted functions and classes, with those that they need."""
    todo, imports, sources = list(helpers), set(), {}
    while todo:
        name = todo.pop()
        if name in sources:
            continue
        sources[name] = EMITTED[name].source
        imports.update(EMITTED[name].imports)
        todo += EMITTED[name].needs
    return "\n".join([*sorted(imports), *reversed(sources.values()), ""])


def model_of(results: Any, inputs: tuple[str, ...], **names: Any) -> nn.Module:
    """The module in float64; `names` are what the program's own names stand for."""
    scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional, **names}
    source = written(results, inputs)
    exec(compile(source, "<written>", "exec"), scope)
    model: nn.Module = scope["Model"]()
    return model.double()
