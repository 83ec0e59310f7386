"""Initial weights: Keras's defaults in one function, others next to their layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from rules.emitted import NN, TORCH, emitted
from transpiler.ir.expr import (
    TERNARY,
    Arg,
    Configured,
    Expr,
    Module,
    Symbol,
    call,
    expr,
    infix,
    joined,
    prefix,
    with_helper,
)
from transpiler.ir.tensor import Unsupported
from transpiler.rule import helper, unless

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

#: What fits on the line of a docstring.
LONGEST_STORY: Final = 78

#: What fits between `    elif isinstance(module, ` and `):`.
LONGEST_TEST: Final = 60

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

emitted(
    "with_init",
    '''
def with_init(module, **initializers):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in initializers.items():
        if getattr(module, name) is not None:
            init(getattr(module, name))
    module.initialized = True
    return module
''',
    ("init_like_keras",),
)

emitted(
    "with_depthwise_init",
    '''
def with_depthwise_init(module, weight=nn.init.xavier_uniform_, bias=nn.init.zeros_):
    """Start a depthwise convolution, with the fans of its kernel counted as Keras does."""
    weight(module.weight.detach().unflatten(0, (module.groups, -1)).transpose(0, 1))
    if module.bias is not None:
        bias(module.bias)
    module.initialized = True
    return module
''',
    (),
    NN,
)

for _name, _title, _scale in (
    ("he_normal_", "He", "2 / weight[0].numel()"),
    ("lecun_normal_", "LeCun", "1 / weight[0].numel()"),
    ("glorot_normal_", "Glorot", "2 / (weight[0].numel() + weight[:, 0].numel())"),
):
    emitted(
        _name,
        f'''
def {_name}(weight):
    """{_title} normal, cut off at two standard deviations as in Keras."""
    std = ({_scale}) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)
''',
        (),
        NN,
    )

emitted(
    "variance_scaling_",
    '''
def variance_scaling_(
    weight, scale=1.0, mode="fan_in", distribution="truncated_normal"
):
    """Spread weights by the number of their inputs and outputs, as Keras does."""
    fan_in = weight[0].numel() if weight.dim() > 1 else len(weight)
    fan_out = weight[:, 0].numel() if weight.dim() > 1 else len(weight)
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    std = (scale / fans[mode]) ** 0.5
    if distribution == "uniform":
        return nn.init.uniform_(weight, -(3**0.5) * std, 3**0.5 * std)
    if distribution == "untruncated_normal":
        return nn.init.normal_(weight, std=std)
    std /= 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)
''',
    (),
    NN,
)

emitted(
    "identity_",
    '''
def identity_(weight, gain=1.0):
    """A multiple of the identity matrix."""
    with torch.no_grad():
        return nn.init.eye_(weight).mul_(gain)
''',
    (),
    TORCH,
    NN,
)

emitted(
    "constant_",
    '''
def constant_(weight, value):
    """Set a weight to a number, or to an array of its shape."""
    with torch.no_grad():
        return weight.copy_(torch.as_tensor(value))
''',
    (),
    TORCH,
)

emitted(
    "initializer_fn",
    '''
def initializer_fn(name):
    """The initializer that Keras calls by this name."""
    if callable(name):
        return name
    init = nn.init
    return {
        None: init.xavier_uniform_,
        "glorot_normal": lambda w: variance_scaling_(w, mode="fan_avg"),
        "glorot_uniform": init.xavier_uniform_,
        "he_normal": lambda w: variance_scaling_(w, 2.0),
        "he_uniform": lambda w: variance_scaling_(w, 2.0, distribution="uniform"),
        "identity": init.eye_,
        "lecun_normal": variance_scaling_,
        "lecun_uniform": lambda w: variance_scaling_(w, distribution="uniform"),
        "normal": lambda w: init.normal_(w, std=0.05),
        "one": init.ones_,
        "ones": init.ones_,
        "orthogonal": init.orthogonal_,
        "random_normal": lambda w: init.normal_(w, std=0.05),
        "random_uniform": lambda w: init.uniform_(w, -0.05, 0.05),
        "truncated_normal": lambda w: init.trunc_normal_(w, std=0.05, a=-0.1, b=0.1),
        "uniform": lambda w: init.uniform_(w, -0.05, 0.05),
        "variance_scaling": variance_scaling_,
        "zero": init.zeros_,
        "zeros": init.zeros_,
    }[name]
''',
    ("variance_scaling_",),
    NN,
)


def initialized(module: Module, layer_name: str, initializers: Mapping[str, Expr]) -> Module:
    """The module, constructed with the initializers that are not Keras's defaults."""
    chosen = {
        name.removesuffix("_initializer"): given
        for name, given in initializers.items()
        if not is_default(name.removesuffix("_initializer"), given)
    }
    if not chosen:
        return module
    layer = layer_name.rpartition(".")[2]
    return replace(module, constructor=_constructor(module.constructor, layer, chosen))


def _constructor(made: Expr, layer: str, chosen: Mapping[str, Expr]) -> Expr:
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
    if layer in ("LSTM", "GRU", "SimpleRNN"):
        return _wrapped("with_init", made, _recurrent_places(made), chosen)
    return _wrapped("with_init", made, PLACES, chosen)


def _recurrent_places(made: Expr) -> dict[str, str]:
    """Torch's own modules number their layers, the emitted ones don't."""
    layer = "_l0" if made.text.startswith("nn.") else ""
    bias = "bias_ih" if layer or made.text.startswith("GRU(") else "bias"
    return {
        "kernel": f"weight_ih{layer}",
        "recurrent": f"weight_hh{layer}",
        "bias": f"{bias}{layer}",
    }


def _wrapped(
    function: str, made: Expr, places: Mapping[str, str], chosen: Mapping[str, Expr]
) -> Expr:
    """`with_init(nn.Linear(3, 4), weight=he_normal_)`."""
    if not chosen:
        return made
    missing = sorted(set(chosen) - set(places))
    if missing:
        raise Unsupported(f"{missing[0]}_initializer")
    return helper(function, made, **{places[k]: initializer(v, k) for k, v in chosen.items()})


def is_default(weight: str, given: Expr) -> bool:
    """Whether this is what Keras does by default for that kind of weight."""
    if not given.known:
        return False
    if given.value is None:
        return weight in ("kernel", "depthwise", "pointwise")
    name, args = _named(given)
    defaults = ("zeros", "ones", "orthogonal", "randomuniform", "glorotuniform")
    return name == DEFAULTS.get(weight) and name in defaults and not args


def _named(given: Expr) -> tuple[str, dict[str, Expr]]:
    """Which initializer this is, without case or underscores, and its arguments by name."""
    value = given.value
    if isinstance(value, Configured):
        name = _plain(value.name)
        names = PARAMETERS.get(name, ())
        args = dict(zip(names, value.args, strict=False)) | dict(value.kwargs)
        ignored = ("seed", "dtype", "input_axes", "output_axes")
        return name, {k: v for k, v in args.items() if k not in ignored}
    if isinstance(value, Symbol):
        return _plain(value.name), {}
    return _plain(str(value)), {}


def _plain(name: str) -> str:
    name = name.rpartition(".")[2].replace("_", "").lower().removesuffix("initializer")
    return _ALIASES.get(name, name)


def initializer(given: Expr, weight: str = "kernel") -> Expr:
    """A Keras initializer as a function that fills a torch weight in place."""
    if not given.known:
        return helper("initializer_fn", given)
    if given.value is None:
        return expr_of("nn.init.xavier_uniform_")
    name, args = _named(given)
    if weight == "embeddings" and name in _SCALED:
        raise Unsupported(f"embeddings_initializer={given}")
    if name in _SCALED and weight in ("bias", "beta", "gamma", "alpha"):
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


def default_init(made: Iterable[str]) -> str:
    """The source of `init_like_keras`, for the modules that a file makes.

    They are given by their constructors, `nn.Conv2d(3, 8, 3, bias=False)`, or by their classes
    alone. Nothing is needed, and `""` returned, where torch starts from the same weights.
    """
    makers = list(made)
    text = "\n".join(makers)
    classes = set(re.findall(r"\b(?:nn\.)?[A-Z]\w*(?=\(|$)", text, re.MULTILINE))
    chosen = "with_init(" in text or "with_depthwise_init(" in text
    parts = [_kernels(classes, text), _embeddings(classes), *_recurrent(classes)]
    body = [part for part in parts if part]
    if not body and not chosen:
        return ""
    branches = "\n".join("if " + part if i == 0 else "elif " + part for i, part in enumerate(body))
    lines = [f'"""{_story(body)}"""']
    if chosen:
        lines += ['if hasattr(module, "initialized"):', "    return"]
    lines += branches.splitlines() if body else []
    return "def init_like_keras(module):\n" + "".join(f"    {line}\n" for line in lines)


def _story(body: list[str]) -> str:
    text = "\n".join(body)
    facts = []
    if "xavier_uniform_" in text:
        facts.append("Glorot uniform kernels")
    if "orthogonal_" in text:
        facts.append("orthogonal recurrent ones")
    if "nn.Embedding" in text:
        facts.append("small embeddings")
    if "zeros_" in text:
        facts.append("zero biases")
    story = "Start from Keras's default weights"
    full = f"{story}: {', '.join(facts)}."
    return full if facts and len(full) <= LONGEST_STORY else f"{story}."


#: Base class of emitted classes, whose weights start as those of the base.
_BASES: Final = {
    f"{prefix_}{kind}{n}d{suffix}": f"nn.{kind}{n}d"
    for n in (1, 2, 3)
    for prefix_, kind, suffix in (
        ("", "Conv", "Same"),
        ("Padded", "Conv", ""),
        ("Padded", "ConvTranspose", ""),
    )
}

_KERNELS: Final = (
    *(f"nn.Conv{n}d" for n in (1, 2, 3)),
    *(f"nn.ConvTranspose{n}d" for n in (1, 2, 3)),
    "nn.Linear",
)


def _kernels(classes: set[str], text: str) -> str:
    """The branch for linear layers and convolutions."""
    based = {_BASES.get(c, c.replace("nn.Lazy", "nn.")) for c in classes}
    kinds = [k for k in _KERNELS if k in based]
    if not kinds:
        return ""
    lines = _is_one_of(kinds)
    grouped = [k for k in kinds if ".Conv" in k and "Transpose" not in k]
    if "groups=" in text and grouped:
        lines += _depthwise(kinds, grouped)
    else:
        lines += ["    nn.init.xavier_uniform_(module.weight)"]
    if "bias=" in text or "(" not in text:
        lines += ["    if module.bias is not None:", "        nn.init.zeros_(module.bias)"]
    else:
        lines += ["    nn.init.zeros_(module.bias)"]
    return "\n".join(lines)


def _is_one_of(kinds: list[str]) -> list[str]:
    """`isinstance(module, (nn.Conv2d, nn.Linear)):`, one to a line where they are many."""
    test = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
    if len(test) <= LONGEST_TEST:
        return [f"isinstance(module, {test}):"]
    listed = [f"        {kind}," for kind in kinds]
    return ["isinstance(", "    module,", "    (", *listed, "    ),", "):"]


def _depthwise(kinds: list[str], grouped: list[str]) -> list[str]:
    """Keras counts all channels as inputs of a depthwise kernel, torch one."""
    test = "module.groups > 1 and module.groups == module.in_channels"
    if len(grouped) < len(kinds):
        test = 'getattr(module, "groups", 1) > 1 and module.groups == module.in_channels'
    return [
        "    weight = module.weight.detach()",
        f"    if {test}:",
        "        # a depthwise kernel: all channels count as inputs",
        "        weight = weight.unflatten(0, (module.groups, -1)).transpose(0, 1)",
        "    nn.init.xavier_uniform_(weight)",
    ]


def _embeddings(classes: set[str]) -> str:
    if "nn.Embedding" not in classes:
        return ""
    return "isinstance(module, nn.Embedding):\n    nn.init.uniform_(module.weight, -0.05, 0.05)"


def _recurrent(classes: set[str]) -> list[str]:
    """The branches for torch's recurrent layers."""
    kinds = [k for k in ("nn.LSTM", "nn.GRU", "nn.RNN") if k in classes]
    if not kinds:
        return []
    test = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
    lines = [
        f"isinstance(module, {test}):",
        "    for name, weight in module.named_parameters():",
        '        if "weight_ih" in name:',
        "            nn.init.xavier_uniform_(weight)",
        '        elif "weight_hh" in name:',
        "            nn.init.orthogonal_(weight)",
        "        else:",
        "            nn.init.zeros_(weight)",
    ]
    if "nn.LSTM" in kinds:
        test = "" if kinds == ["nn.LSTM"] else " and isinstance(module, nn.LSTM)"
        lines += [
            f'        if "bias_ih" in name{test}:',
            "            nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate",
        ]
    return ["\n".join(lines)]
