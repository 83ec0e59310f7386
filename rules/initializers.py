"""Initial weights: Keras's defaults in one function, others next to their layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from rules.default_weights import default_init
from transpiler.ir.expr import (
    TERNARY,
    UNKNOWN,
    Arg,
    Configured,
    Expr,
    Module,
    OneOf,
    Symbol,
    call,
    expr,
    infix,
    joined,
    prefix,
    with_helper,
)
from transpiler.ir.tensor import Unsupported
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.rule import helper, unless

__all__ = [
    "default_init",
    "filling",
    "held",
    "initialized",
    "initializer",
    "is_default",
    "needs_shape",
    "spreads_by_fans",
]

#: Keras's default initializer of each kind of weight.
DEFAULTS: Final[Mapping[str, str]] = {
    "kernel": "glorotuniform",
    "depthwise": "glorotuniform",
    "pointwise": "glorotuniform",
    "recurrent": "orthogonal",
    "embeddings": "randomuniform",
    "bias": "zeros",
    "beta": "zeros",
    "gamma": "ones",
    "moving_mean": "zeros",
    "moving_variance": "ones",
    "alpha": "zeros",
}

_KERNEL: Final = ("kernel", "bias")
_RECURRENT: Final = ("kernel", "recurrent", "bias")
#: The weights of layers, in the order in which Keras lists them.
WEIGHTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Embedding": ("embeddings",),
    "Dense": _KERNEL,
    **{f"Conv{n}D{ending}": _KERNEL for n in (1, 2, 3) for ending in ("", "Transpose")},
    "LSTM": _RECURRENT,
    "SimpleRNN": _RECURRENT,
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "LayerNormalization": ("gamma", "beta"),
}

#: The torch parameter of each kind of weight.
PLACES: Final[Mapping[str, str]] = {
    "kernel": "weight",
    "depthwise": "weight",
    "pointwise": "weight",
    "embeddings": "weight",
    "bias": "bias",
    "beta": "bias",
    "gamma": "weight",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
    "alpha": "weight",
}

_ALIASES: Final = {
    "uniform": "randomuniform",
    "normal": "randomnormal",
    "zero": "zeros",
    "one": "ones",
    "xavier": "glorotuniform",
}


#: How a module says that it has no such weight.
_ABSENT: Final[Mapping[str, tuple[str, ...]]] = {
    "bias": ("bias=False",),
    "beta": ("center=False", "affine=False", "bias=False"),
    "gamma": ("scale=False", "affine=False"),
}

_WITHOUT_EFFECT = ("seed", "dtype", "input_axes", "output_axes")


def initialized(module: Module, layer_name: str, initializers: Mapping[str, Expr]) -> Module:
    """The module, constructed with the initializers that are not Keras's defaults."""
    chosen = {
        name.removesuffix("_initializer"): given
        for name, given in initializers.items()
        if name != "unit_forget_bias" and not is_default(name.removesuffix("_initializer"), given)
    }
    if "LSTM" in layer_name:
        chosen |= _bias_of_gates(chosen, initializers.get("unit_forget_bias", expr(True)))
    if not chosen or module.constructor.text.startswith("nn.Dropout"):
        return module
    layer = layer_name.rpartition(".")[2]
    return replace(module, constructor=_constructor(module.constructor, layer, chosen))


def _bias_of_gates(chosen: Mapping[str, Expr], forget: Expr) -> dict[str, Expr]:
    """The initializer of an LSTM's bias, if the one of the forget gate does not start with ones."""
    if not forget.known:
        raise Unsupported("unit_forget_bias is only known when the program runs")
    if not forget.value:
        return {"bias": chosen.get("bias", expr("zeros"))}
    bias = chosen.get("bias")  # an array is what `weights=` gives, all of it
    if bias is not None and not (bias.known and _named(bias)[0] == "ones") and not _is_array(bias):
        raise Unsupported("bias_initializer, beside which the forget gate starts with ones")
    return {}


def _constructor(made: Expr, layer: str, chosen: Mapping[str, Expr]) -> Expr:
    chosen = {k: _viewed(made, layer, k, given) for k, given in chosen.items()}
    if layer.startswith("Separable") and made.items:
        depthwise, pointwise = made.items
        first = {k: v for k, v in chosen.items() if k == "depthwise"}
        second = {k: v for k, v in chosen.items() if k != "depthwise"}
        parts = (
            _wrapped("with_depthwise_init", depthwise, PLACES, first),
            _wrapped("with_init", pointwise, PLACES, second),
        )
        return call("nn.Sequential", *parts)
    if layer.startswith("Depthwise"):
        return _wrapped("with_depthwise_init", made, PLACES, chosen)
    if layer.endswith("Attention"):
        for weight, given in chosen.items():
            _of_any_shape(weight, given)
        return _wrapped("with_attention_init", made, PLACES, chosen)
    if layer.removesuffix("Cell") in ("LSTM", "GRU", "SimpleRNN") or layer.startswith("ConvLSTM"):
        directions = ("", "_reverse") if "bidirectional=True" in made.text else ("",)
        return _wrapped("with_init", made, _recurrent_places(made), chosen, directions)
    return _wrapped("with_init", made, PLACES, chosen)


@record(frozen=True, slots=True)
class InView:
    """An initializer that fills a weight as Keras has its axes: `w.T` for a Dense kernel."""

    given: Expr
    view: str


def _viewed(made: Expr, layer: str, weight: str, given: Expr) -> Expr:
    """An initializer; one that holds an array of Keras's is of a view of torch's weight."""
    if not _is_array(given):
        return given
    view = _view(made.text, layer, weight)
    if view is None or (view != "w" and isinstance(given.value, OneOf)):
        raise Unsupported(f"{weight}_initializer: an array in Keras's order")
    return given if view == "w" else replace(given, value=InView(given, view))


def _is_array(given: Expr) -> bool:
    """Whether it is a constant that is not known to be a number."""
    if not given.known or given.value is None:
        return False
    if isinstance(given.value, OneOf):
        return any(map(_is_array, given.value.options))
    name, args = _named(given)
    value = args.get("value")
    number = value is None or (value.known and isinstance(value.value, (int, float)))
    return name == "constant" and not number


_CONVOLUTION = regex(r"^Conv([123])D(Transpose)?$")


def _view(made: str, layer: str, weight: str) -> str | None:
    """Torch's weight `w` with its axes in Keras's order; None where that is no view of it."""
    layer = layer.removesuffix("Cell")
    if weight in ("bias", "beta", "gamma", "moving_mean", "moving_variance", "embeddings"):
        return None if layer == "GRU" or layer.endswith(("Attention", "Bidirectional")) else "w"
    if layer == "Dense" and "Linear(" in made:
        return "w.T"
    if layer in ("LSTM", "SimpleRNN") and weight in ("kernel", "recurrent"):
        return "w.T"
    if (found := _CONVOLUTION.match(layer)) and weight == "kernel":
        axes = (*range(2, 2 + int(found.group(1))), 1, 0)
        return f"w.permute{axes}"
    return None


def stored(made: str, layer: str) -> tuple[tuple[str, str, str], ...] | None:
    """The weights of a Keras layer, in its order: where a module has them, and views of them.

    None where they are no views of one tensor each.
    """
    absent = {k for k, signs in _ABSENT.items() if any(sign in made for sign in signs)}
    names = [name for name in WEIGHTS.get(layer, ()) if name not in absent]
    views = [_view(made, layer, name) for name in names]
    if not names or "recurrent" in names or None in views:
        return None
    return tuple((n, PLACES[n], view or "") for n, view in zip(names, views, strict=True))


def _of_any_shape(weight: str, given: Expr) -> None:
    """Refuse an initializer that looks at the shape: each projection has one of its own."""
    if needs_shape(given):
        raise Unsupported(f"{weight}_initializer: each projection has a shape of its own")


def needs_shape(given: Expr) -> bool:
    """Whether an initializer fills weights of another shape in another way, or may do so."""
    if isinstance(given.value, OneOf):
        return any(map(needs_shape, given.value.options))
    return not given.known or given.value is None or _named(given)[0] not in _SHAPELESS


def spreads_by_fans(given: Expr) -> bool:
    """Whether an initializer looks at the numbers of inputs and outputs only."""
    if not given.known or given.value is None:
        return given.known
    if isinstance(given.value, OneOf):
        return all(map(spreads_by_fans, given.value.options))
    return _named(given)[0] in (*_SCALED, "variancescaling")


def _recurrent_places(made: Expr) -> dict[str, str]:
    """Torch's own modules number their layers, the emitted ones don't."""
    torch = made.text.removeprefix("single_bias(").startswith("nn.")
    layer = "_l0" if torch and "Cell(" not in made.text else ""
    bias = "bias_ih" if torch or made.text.startswith("GRU(") else "bias"
    return {
        "kernel": f"weight_ih{layer}",
        "recurrent": f"weight_hh{layer}",
        "bias": f"{bias}{layer}",
    }


def _wrapped(
    function: str,
    made: Expr,
    places: Mapping[str, str],
    chosen: Mapping[str, Expr],
    endings: tuple[str, ...] = ("",),
) -> Expr:
    """`with_init(nn.Linear(3, 4), weight=he_normal_)`."""
    absent = {k for k, signs in _ABSENT.items() if any(sign in made.text for sign in signs)}
    chosen = {k: v for k, v in chosen.items() if k not in absent}
    if not chosen:
        return made
    missing = sorted(set(chosen) - set(places))
    if missing:
        raise Unsupported(f"{missing[0]}_initializer")
    starts = {
        f"{places[k]}{ending}": initializer(v, k) for ending in endings for k, v in chosen.items()
    }
    if "bias" in chosen and ("nn.GRU" in made.text or made.text.startswith("GRU(")):
        if needs_shape(chosen["bias"]):  # Keras's has both as its rows
            raise Unsupported("bias_initializer of a GRU whose bias has two rows")
        starts |= {k.replace("_ih", "_hh"): v for k, v in starts.items() if k.startswith("bias_ih")}
    return helper(function, made, **starts)


def is_default(weight: str, given: Expr) -> bool:
    """Whether this is what Keras does by default for that kind of weight."""
    if not given.known or isinstance(given.value, OneOf):
        return False
    if given.value is None:
        return weight in ("kernel", "depthwise", "pointwise")
    name, args = _named(given)
    defaults = ("zeros", "ones", "orthogonal", "randomuniform", "glorotuniform")
    return name == DEFAULTS.get(weight) and name in defaults and not args


#: What gives the initializer that its argument describes.
_ASKING: Final = ("keras.initializers.get", "keras.initializers.deserialize")


def _named(given: Expr) -> tuple[str, dict[str, Expr]]:
    """Which initializer this is, without case or underscores, and its arguments by name."""
    value = given.value
    if isinstance(value, Configured) and value.name in _ASKING and len(value.args) == 1:
        return _named(value.args[0])
    if isinstance(value, Configured):
        name = _plain(value.name)
        names = PARAMETERS.get(name, ())
        args = dict(zip(names, value.args, strict=False)) | dict(value.kwargs)
        return name, {k: v for k, v in args.items() if k not in _WITHOUT_EFFECT}
    if isinstance(value, Symbol):
        return _plain(value.name), {}
    if isinstance(value, dict):
        return _configured(given)
    return _plain(str(value)), {}


def _configured(given: Expr) -> tuple[str, dict[str, Expr]]:
    """`{"class_name": "VarianceScaling", "config": {"scale": 2.0}}`, as Keras saves them."""
    value: dict[str, object] = given.value
    config = value.get("config", {})
    if not isinstance(value.get("class_name"), str) or not isinstance(config, dict):
        raise Unsupported(f"initializer {given}")
    args = {k: expr(v) for k, v in config.items() if k not in _WITHOUT_EFFECT}
    return _plain(str(value["class_name"])), args


def _plain(name: str) -> str:
    name = name.rpartition(".")[2].replace("_", "").lower().removesuffix("initializer")
    return _ALIASES.get(name, name)


def initializer(given: Expr, weight: str = "kernel") -> Expr:
    """A Keras initializer as a function that fills a torch weight in place."""
    if isinstance(given.value, InView):
        filled = initializer(given.value.given)
        return replace(filled, text=filled.text.replace("(w,", f"({given.value.view},", 1))
    if weight == "embeddings":
        return _of_table(given)
    if not given.known:
        return helper("initializer_fn", given)
    if isinstance(given.value, OneOf):
        return _one_of(given, given.value.options, weight)
    vector = weight in ("bias", "beta", "gamma", "alpha")
    if given.value is None and not vector:
        return expr_of("nn.init.xavier_uniform_")
    name, args = _named(given) if given.value is not None else ("glorotuniform", {})
    if name in _SCALED and vector:
        scale, mode, distribution = _SCALED[name]
        args = {"scale": expr(scale), "mode": expr(mode), "distribution": expr(distribution)}
        return _variance_scaling(**args)
    if name in _SIMPLE and not args:
        return _SIMPLE[name]
    if name not in _MADE:
        raise Unsupported(f"initializer {given}")
    try:
        return _MADE[name](**args)
    except TypeError as error:
        raise Unsupported(f"initializer {given}") from error


def filling(given: Expr) -> Expr | None:
    """An initializer as a function that fills any weight of torch's; None where there is none."""
    try:
        return None if _is_array(given) else initializer(given)
    except Unsupported:
        return None


def held(given: Expr) -> Expr | None:
    """An initializer as the value of a variable, made where Keras makes it; None where it can't."""
    name, args = _named(given)
    if name == "constant" and _is_array(given):
        return helper("filled_with", *args.values())
    known = all(value.known for value in args.values())
    return initializer(given) if name in _SHAPELESS and known else None


def _one_of(given: Expr, options: tuple[Expr, ...], weight: str) -> Expr:
    """A variable that holds such a function, or perhaps None, or something unknown."""
    others = [option for option in options if not isinstance(option.value, Configured)]
    if not others:
        return replace(given, value=UNKNOWN)
    if all(option.known and option.value is None for option in others):
        return infix(replace(given, value=UNKNOWN), "or", initializer(others[0], weight))
    return helper("initializer_fn", replace(given, value=UNKNOWN))


def _of_table(given: Expr) -> Expr:
    """The initializer of embeddings: Keras counts rows as inputs, torch as outputs."""
    plain = initializer(given)
    if given.known and given.value is not None:
        name, _ = _named(given)
        if name in ("glorotuniform", "glorotnormal"):
            return plain
        if name not in _SCALED and name != "variancescaling":
            return plain
    if plain.text.startswith("lambda w: "):
        return replace(plain, text=plain.text.replace("(w", "(w.T", 1))
    return _of_weight(call(plain, Expr("w.T")))


def expr_of(function: str) -> Expr:
    """A function by its name."""
    return Expr(function)


def _emitted_function(name: str) -> Expr:
    return with_helper(Expr(name), name)


def _filling(function: str, *args: Arg, **named: Arg) -> Expr:
    """`lambda w: nn.init.normal_(w, std=0.02)`."""
    return _of_weight(call(function, Expr("w"), *args, **named))


def _of_weight(body: Expr) -> Expr:
    """A lambda for an argument, where it needs no parentheses."""
    return joined(f"lambda w: {body}", TERNARY, body)


def _random_normal(mean: Arg = 0.0, stddev: Arg = 0.05) -> Expr:
    return _filling("nn.init.normal_", **unless(mean, 0.0, mean=mean), std=stddev)


def _random_uniform(minval: Arg = -0.05, maxval: Arg = 0.05) -> Expr:
    return _filling("nn.init.uniform_", minval, maxval)


def _truncated_normal(mean: Arg = 0.0, stddev: Arg = 0.05) -> Expr:
    reach = infix(2, "*", stddev)
    low = infix(mean, "-", reach) if not expr(mean).is_const(0, 0.0) else _negative(reach)
    high = infix(mean, "+", reach)
    named = {**unless(mean, 0.0, mean=mean), "std": stddev, "a": low, "b": high}
    return _filling("nn.init.trunc_normal_", **named)


def _negative(value: Expr) -> Expr:
    return expr(-value.value) if value.known else prefix("-", value)


def _constant(value: Arg = 0.0) -> Expr:
    given = expr(value)
    if given.known and isinstance(given.value, (int, float)):
        return _filling("nn.init.constant_", given)
    return _of_weight(helper("constant_", Expr("w"), given))


def _orthogonal(gain: Arg = 1.0) -> Expr:
    return _filling("nn.init.orthogonal_", gain=gain)


def _identity(gain: Arg = 1.0) -> Expr:
    return _of_weight(helper("identity_", Expr("w"), gain))


def _variance_scaling(
    scale: Arg = 1.0, mode: Arg = "fan_in", distribution: Arg = "truncated_normal"
) -> Expr:
    spread = expr(distribution)
    if spread.known:
        spread = expr(str(spread.value).lower().removeprefix("normal") or "truncated_normal")
    named = {
        **unless(scale, 1.0, scale=scale),
        **unless(mode, "fan_in", mode=mode),
        **unless(spread, "truncated_normal", distribution=spread),
    }
    body = helper("variance_scaling_", Expr("w"), **named)
    return (
        joined(f"lambda w: {body}", TERNARY, body)
        if named
        else _emitted_function("variance_scaling_")
    )


#: Initializers that are variance scaling with these arguments.
_SCALED: Final = {
    "glorotuniform": (1.0, "fan_avg", "uniform"),
    "glorotnormal": (1.0, "fan_avg", "truncated_normal"),
    "heuniform": (2.0, "fan_in", "uniform"),
    "henormal": (2.0, "fan_in", "truncated_normal"),
    "lecununiform": (1.0, "fan_in", "uniform"),
    "lecunnormal": (1.0, "fan_in", "truncated_normal"),
}

#: Initializers that fill a weight of any shape in the same way.
_SHAPELESS: Final = frozenset(
    {"zeros", "ones", "constant", "randomnormal", "randomuniform", "truncatednormal"}
)

_SIMPLE: Final[Mapping[str, Expr]] = {
    "zeros": expr_of("nn.init.zeros_"),
    "ones": expr_of("nn.init.ones_"),
    "orthogonal": expr_of("nn.init.orthogonal_"),
    "identity": expr_of("nn.init.eye_"),
    "glorotuniform": expr_of("nn.init.xavier_uniform_"),
    "heuniform": _filling("nn.init.kaiming_uniform_", nonlinearity="relu"),
    "lecununiform": _filling("nn.init.kaiming_uniform_", nonlinearity="linear"),
    "glorotnormal": _emitted_function("glorot_normal_"),
    "henormal": _emitted_function("he_normal_"),
    "lecunnormal": _emitted_function("lecun_normal_"),
}

_MADE: Final[Mapping[str, Callable[..., Expr]]] = {
    "randomnormal": _random_normal,
    "randomuniform": _random_uniform,
    "truncatednormal": _truncated_normal,
    "constant": _constant,
    "orthogonal": _orthogonal,
    "identity": _identity,
    "variancescaling": _variance_scaling,
}

#: The parameters of initializers, for arguments given by position.
PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "randomnormal": ("mean", "stddev", "seed"),
    "randomuniform": ("minval", "maxval", "seed"),
    "truncatednormal": ("mean", "stddev", "seed"),
    "constant": ("value",),
    "orthogonal": ("gain", "seed"),
    "identity": ("gain",),
    "variancescaling": ("scale", "mode", "distribution", "seed"),
    **dict.fromkeys(_SCALED, ("seed",)),
}
