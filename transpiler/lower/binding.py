"""Which rule an optimizer, loss, metric or callback of the program means, and its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transpiler.interpret.values import Framework, Static, Unknown, Value
from transpiler.interpret.values import Mapping as Items
from transpiler.ir.expr import Configured, Expr, Symbol, expr
from transpiler.ir.tensor import Unsupported
from transpiler.record import record, replace
from transpiler.rule import Rule


@record(frozen=True, slots=True)
class Use:
    """A rule with the arguments that the program gives it."""

    rule: Rule
    arguments: dict[str, Expr]
    others: dict[str, Expr]  #: what the rule has no parameter for
    symbol: str  #: how to call it to a user: `keras.optimizers.Adam`
    key: str = ""  #: the string that names it, if the program used one
    place: tuple[int, int] | None = None  #: where in the file it is made

    def build(self, subject: Any, **choices: Any) -> Any:
        """What the rule makes of it; of the choices, it gets those that it asks for."""
        names = self.rule.signature.parameters
        given: dict[str, Any] = {name: chosen for name, chosen in choices.items() if name in names}
        for name in self.rule.parameters:
            value = self.arguments.get(name, self.rule.defaults[name])
            if value is None:
                raise Unsupported(f"{self.symbol}: the argument {name} is missing")
            given[name] = value
        try:
            return self.rule.build(subject, **given)
        except Unsupported as why:
            raise Unsupported(f"{self.symbol}: {why}") from None


def use_of(table: Mapping[str, Rule], package: str, value: Value, what: str) -> Use:
    """The rule that a value means: a string, a class, a function, or an instance of a class.

    Also a dict with its name and its arguments, and what `get` makes of any of these.
    """
    value = _described(table, package, value)
    if isinstance(value, Unknown):
        raise Unsupported(f"{what} is not known: {value.reason}")
    if isinstance(value, Framework):
        return _named(table, package, value.name.rpartition(".")[2], value.name)
    if not isinstance(value, Static) or not value.expr.known:
        raise Unsupported(f"{what} is only known at run time, or is the program's own")
    found = value.expr.value
    if isinstance(found, str):
        spelled = found.lower() if f"{package}.{found.lower()}" in table else found
        use = _named(table, package, spelled, f"{package}.{found}")
        return replace(use, key=found)
    if isinstance(found, Symbol):
        return _named(table, package, found.name.rpartition(".")[2], found.name)
    if isinstance(found, Configured):
        return of_configured(table, package, found)
    raise Unsupported(f"{what} is not understood")


def _described(table: Mapping[str, Rule], package: str, value: Value) -> Value:
    """What `get` is given, and what a dict of a class's name and arguments describes."""
    made = value.expr.value if isinstance(value, Static) else None
    if isinstance(made, Configured) and (given := _asked_for(package, made)) is not None:
        if package == "keras.metrics" and isinstance(given.value, str):
            given = _metric_class(table, given)
        return _described(table, package, Static(given))
    entries: dict[Any, Any] = made if isinstance(made, dict) else {}
    if isinstance(value, Items):
        entries = {k: v.expr.value for k, v in value.items.items() if isinstance(v, Static)}
        config = value.items.get("config")
        if isinstance(config, Items):
            found = {k: v.expr for k, v in config.items.items() if isinstance(v, Static)}
            entries["config"] = found if len(found) == len(config.items) else None
    name, config = entries.get("class_name"), entries.get("config", {})
    if not isinstance(name, str) or not isinstance(config, dict):
        return value
    arguments = tuple((k, v if isinstance(v, Expr) else expr(v)) for k, v in config.items())
    return Static(Expr(name, Configured(f"{package}.{name}", (), arguments)))


def _asked_for(package: str, made: Configured) -> Expr | None:
    """The only argument of `get` and of what makes an object of its configuration."""
    given = [*made.args, *(argument for _, argument in made.kwargs)]
    if len(given) != 1:
        return None
    if made.name in (f"{package}.get", f"{package}.deserialize"):
        return given[0]
    owner, _, method = made.name.rpartition(".")
    config = given[0].value
    if method != "from_config" or not owner.startswith(package) or not isinstance(config, dict):
        return None
    return Expr("", {"class_name": owner.removeprefix(f"{package}."), "config": config})


def _metric_class(table: Mapping[str, Rule], given: Expr) -> Expr:
    """The class that `keras.metrics.get` makes of a word, also of "mae" and "accuracy"."""
    word = str(given.value)
    camel = "".join(part[:1].upper() + part[1:] for part in word.split("_"))
    rule = table.get(f"keras.metrics.{word}")
    names = [*(rule.names if rule is not None else ()), f"keras.metrics.{camel}"]
    classes = (n for n in names if n in table and n.rpartition(".")[2][0].isupper())
    name = next(classes, "")
    return Expr(given.text, Configured(name, (), ())) if name else given


def of_configured(table: Mapping[str, Rule], package: str, made: Configured) -> Use:
    """The rule of an object that the program configures: `Adam(learning_rate=1e-4)`."""
    use = _named(table, package, made.name.rpartition(".")[2], made.name)
    parameters = use.rule.parameters
    arguments: dict[str, Expr] = {}
    others: dict[str, Expr] = {}
    order = parameters
    if use.rule.kind == "metric" and "name" not in parameters:
        order = ("name", "dtype", *parameters)
    if len(made.args) > len(order):
        raise Unsupported(f"{made.name} has more arguments than are known")
    parameters = tuple(name for name in parameters if name != "name")
    for name, value in zip(order, made.args, strict=False):
        (arguments if name in parameters else others)[name] = value
    for keyword, value in made.kwargs:
        if keyword in ("*", "**"):
            raise Unsupported(f"{made.name} has arguments that are not known one by one")
        name = keyword if keyword in parameters else use.rule.aliases.get(keyword, keyword)
        if name in parameters:
            arguments[name] = value
        elif name not in use.rule.ignored:
            others[name] = value
    return replace(use, arguments=arguments, others=others, place=made.place)


def only(use: Use, *allowed: str) -> None:
    """Refuse arguments that nobody looks at."""
    for name, value in use.others.items():
        if name not in allowed and not value.is_const(None):
            raise Unsupported(f"{use.symbol}: the argument {name} is not translated")


def _named(table: Mapping[str, Rule], package: str, name: str, symbol: str) -> Use:
    rule = table.get(f"{package}.{name}") or table.get(f"{package}.{name.lower()}")
    if rule is None:
        raise Unsupported(f"{symbol} has no translation")
    if rule.reason:
        raise Unsupported(f"{symbol} has no counterpart: {rule.reason}")
    return Use(rule, {}, {}, symbol)
