"""Activation functions."""

from __future__ import annotations

import ast
from functools import cache

from rules.axes import dimension, last
from rules.emitted import FUNCTIONAL, NN, TORCH, emitted
from transpiler.ir.expr import Expr, Module, Symbol, call, expr, infix, method, ternary
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import RULES, Param, Rule, activation, helper, is_written, own, unless


def activated(x: Tensor, function: Expr) -> Tensor:
    """`x` after an activation given by its Keras name, as a function, or only at run time."""
    if "activation_layer" in function.helpers:
        if last(x) == -1:
            return x.to(Module(function, "activation")(x.code))
        text = f"{function.text[:-1]}, dim={last(x)})"
        return x.to(Module(replace(function, text=text), "activation")(x.code))
    if not function.known:
        if (chosen := _one_of_two(x, function)) is not None:
            return x.to(chosen(x.code))
        cls = "Activation" if last(x) == -1 else "ChannelsFirstActivation"
        return x.to(own(cls, function, hint="activation")(x.code))
    if function.value is None:
        return x
    rule = _named(function.value)
    parameters = list(rule.signature.parameters.values())[1:]
    if any(p.default is p.empty for p in parameters):
        raise Unsupported(f"the activation {function} without its arguments")
    result = rule.build(x, **{p.name: expr(p.default) for p in parameters})
    assert isinstance(result, Tensor)
    return replace(result, mask=x.mask)  # also where an operation of TensorFlow has none


#: Torch's modules for activations that have no settings, by the names that Keras has for them.
MODULES: dict[object, str] = {
    None: "nn.Identity()",
    "linear": "nn.Identity()",
    "relu": "nn.ReLU()",
    "relu6": "nn.ReLU6()",
    "elu": "nn.ELU()",
    "selu": "nn.SELU()",
    "gelu": "nn.GELU()",
    "silu": "nn.SiLU()",
    "swish": "nn.SiLU()",
    "tanh": "nn.Tanh()",
    "sigmoid": "nn.Sigmoid()",
    "softplus": "nn.Softplus()",
    "softsign": "nn.Softsign()",
    "softmax": "nn.Softmax(dim={})",
}


def _one_of_two(x: Tensor, function: Expr) -> Module | None:
    """The module for `"relu" if deep else None`, whose names are plain to see."""
    try:
        choice = ast.parse(function.text, mode="eval").body
    except SyntaxError:  # it has tokens for what is named later
        return None
    if not isinstance(choice, ast.IfExp):
        return None
    ways = [choice.body, choice.orelse]
    if not all(isinstance(way, ast.Constant) and way.value in MODULES for way in ways):
        return None
    made = [MODULES[way.value].format(last(x)) for way in ways if isinstance(way, ast.Constant)]
    test = ast.get_source_segment(function.text, choice.test)
    text = f"{made[0]} if {test} else {made[1]}"
    return Module(replace(function, text=text), "activation")


def _named(function: object) -> Rule:
    """The rule of `"relu"`, of `keras.activations.relu` or of an operation such as `tf.abs`."""
    if not isinstance(function, (str, Symbol)):
        raise Unsupported(f"there is no translation of {function!r} as an activation")
    return _rule_of(function)


@cache
def _rule_of(function: str | Symbol) -> Rule:
    name = function.name if isinstance(function, Symbol) else f"keras.activations.{function}"
    plain = f"keras.activations.{name.rpartition('.')[2]}"
    kinds = (("activation", name), ("op", name), ("activation", plain))
    for kind, wanted in kinds:
        for rule in RULES:
            if rule.kind == kind and wanted in rule.names:
                return rule
    raise Unsupported(f"there is no translation of the activation {function}")


emitted(
    "Activation",
    '''
class Activation(nn.Module):
    """An activation by its Keras name; a function stands for itself."""

    functions = {
        None: nn.Identity(),
        "elu": F.elu,
        "exponential": torch.exp,
        "gelu": F.gelu,
        "hard_sigmoid": F.hardsigmoid,
        "leaky_relu": partial(F.leaky_relu, negative_slope=0.2),
        "linear": nn.Identity(),
        "log_softmax": partial(F.log_softmax, dim=-1),
        "mish": F.mish,
        "relu": F.relu,
        "relu6": F.relu6,
        "selu": F.selu,
        "sigmoid": torch.sigmoid,
        "silu": F.silu,
        "softmax": partial(F.softmax, dim=-1),
        "softplus": F.softplus,
        "softsign": F.softsign,
        "swish": F.silu,
        "tanh": torch.tanh,
    }

    def __init__(self, name):
        super().__init__()
        if not callable(name) and name not in self.functions:
            raise ValueError(f"unknown activation: {name!r}")
        self.function = name if callable(name) else self.functions[name]

    def forward(self, x):
        return self.function(x)
''',
    (),
    "from functools import partial",
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "ChannelsFirstActivation",
    '''
class ChannelsFirstActivation(Activation):
    """The same where channels are at dimension 1: softmax runs over them."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
''',
    ("Activation",),
)

emitted(
    "activation_layer",
    '''
def activation_layer(name, dim=-1):
    """The activation layer that Keras has by a name; `dim` is where the channels are."""
    if name == "ReLU":
        return nn.ReLU()
    if name == "LeakyReLU":
        return nn.LeakyReLU(0.3)
    if name == "ELU":
        return nn.ELU()
    if name == "Softmax":
        return nn.Softmax(dim)
    raise ValueError(f"no activation layer: {name!r}")
''',
    (),
    NN,
)

emitted(
    "keras_relu",
    '''
def keras_relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """A ReLU that starts at a threshold, leaks below it and ends at a maximum."""
    above = torch.where(x > threshold, x, 0.0)
    if max_value is not None:
        above = above.clamp(max=max_value)
    return above - negative_slope * F.relu(threshold - x)
''',
    (),
    TORCH,
    FUNCTIONAL,
)

emitted(
    "sparse_plus",
    '''
def sparse_plus(x):
    """Zero below -1, the identity above 1, a parabola in between."""
    return F.relu(x - 1) + (x.clamp(-1, 1) + 1) ** 2 / 4
''',
    (),
    FUNCTIONAL,
)

emitted(
    "squareplus",
    '''
def squareplus(x, b=4):
    """A softplus made of square roots."""
    return (x + (x * x + b).sqrt()) / 2
''',
)


@activation("linear")
def linear(x: Tensor) -> Tensor:
    """Nothing happens."""
    return x


@activation("relu")
def relu(
    x: Tensor, negative_slope: Param = 0.0, max_value: Param = None, threshold: Param = 0.0
) -> Tensor:
    """Torch has a function for each option, but none for all."""
    leaks, ends, starts = (
        not (negative_slope.is_const(None) or is_written(negative_slope, 0, 0.0)),
        not max_value.is_const(None),
        not (threshold.is_const(None) or is_written(threshold, 0, 0.0)),
    )
    if not (leaks or ends or starts):
        return x.to(call("F.relu", x.code))
    if is_written(max_value, 6, 6.0) and not (leaks or starts):
        return x.to(call("F.relu6", x.code))
    if ends and not (leaks or starts):
        return x.to(method(x.code, "clamp", 0, max_value))
    if leaks and not (ends or starts):
        return x.to(call("F.leaky_relu", x.code, negative_slope))
    if starts and not (leaks or ends):
        return x.to(call("F.threshold", x.code, threshold, 0))
    options = {
        **({"negative_slope": negative_slope} if leaks else {}),
        **({"max_value": max_value} if ends else {}),
        **({"threshold": threshold} if starts else {}),
    }
    return x.to(helper("keras_relu", x.code, **options))


@activation("leaky_relu")
def leaky_relu(x: Tensor, negative_slope: Param = 0.2) -> Tensor:
    """The function leaks 0.2, the LeakyReLU layer 0.3, torch's default is 0.01."""
    return x.to(
        call("F.leaky_relu", x.code, *unless(negative_slope, 0.01, a=negative_slope).values())
    )


@activation("gelu")
def gelu(x: Tensor, approximate: Param = False) -> Tensor:
    """Torch names the approximation by the function it uses."""
    if approximate.is_const(False):
        return x.to(call("F.gelu", x.code))
    kind = expr("tanh") if approximate.known else ternary(approximate, expr("tanh"), expr("none"))
    return x.to(call("F.gelu", x.code, approximate=kind))


@activation("softmax")
def softmax(x: Tensor, axis: Param = -1) -> Tensor:
    """Over Keras's last axis, wherever the channels are."""
    made = x.to(call("F.softmax", x.code, dim=dimension(x, axis)))
    return made.ending_in("softmax", x.code) if axis.is_const(-1) else made


@activation("log_softmax")
def log_softmax(x: Tensor, axis: Param = -1) -> Tensor:
    """Over Keras's last axis, wherever the channels are."""
    return x.to(call("F.log_softmax", x.code, dim=dimension(x, axis)))


@activation("glu")
def glu(x: Tensor, axis: Param = -1) -> Tensor:
    """Halves the axis."""
    if not axis.is_const(-1):
        raise Unsupported(f"glu along axis {axis}")
    result = call("F.glu", x.code, **unless(last(x), -1, dim=last(x)))
    return x.with_channels(result, infix(x.channels, "//", 2))


@activation("elu")
def elu(x: Tensor, alpha: Param = 1.0) -> Tensor:
    """The same."""
    return x.to(call("F.elu", x.code, *unless(alpha, 1.0, a=alpha).values()))


@activation("celu")
def celu(x: Tensor, alpha: Param = 1.0) -> Tensor:
    """The same."""
    return x.to(call("F.celu", x.code, *unless(alpha, 1.0, a=alpha).values()))


@activation("hard_shrink")
def hard_shrink(x: Tensor, threshold: Param = 0.5) -> Tensor:
    """The same."""
    return x.to(call("F.hardshrink", x.code, *unless(threshold, 0.5, a=threshold).values()))


@activation("soft_shrink")
def soft_shrink(x: Tensor, threshold: Param = 0.5) -> Tensor:
    """The same."""
    return x.to(call("F.softshrink", x.code, *unless(threshold, 0.5, a=threshold).values()))


@activation("threshold")
def threshold(x: Tensor, threshold: Param, default_value: Param) -> Tensor:
    """The same."""
    return x.to(call("F.threshold", x.code, threshold, default_value))


@activation("squareplus")
def squareplus(x: Tensor, b: Param = 4) -> Tensor:
    """Torch has none."""
    return x.to(helper("squareplus", x.code, *unless(b, 4, a=b).values()))


@activation("sparse_plus")
def sparse_plus(x: Tensor) -> Tensor:
    """Torch has none."""
    return x.to(helper("sparse_plus", x.code))


@activation("sparse_sigmoid")
def sparse_sigmoid(x: Tensor) -> Tensor:
    """Torch has none: a line from -1 to 1, cut off."""
    return x.to(method(infix(infix(x.code, "/", 2), "+", 0.5), "clamp", 0, 1))


@activation("sparsemax")
def sparsemax(x: Tensor, axis: Param = -1) -> Tensor:
    """Keras computes something else than the sparsemax of the paper: refused."""
    raise Unsupported("Keras's sparsemax is not the one of the paper; its rows don't sum to 1")


@activation("sigmoid")
def sigmoid(x: Tensor) -> Tensor:
    """The same."""
    return x.to(call("torch.sigmoid", x.code)).ending_in("sigmoid", x.code)


def _same(function: str, *names: str) -> None:
    @activation(*names)
    def build(x: Tensor) -> Tensor:
        """The same."""
        return x.to(call(function, x.code))


_same("torch.exp", "exponential")
_same("F.hardsigmoid", "hard_sigmoid")
_same("F.hardswish", "hard_silu", "hard_swish")
_same("F.hardtanh", "hard_tanh")
_same("F.logsigmoid", "log_sigmoid")
_same("F.mish", "mish")
_same("F.relu6", "relu6")
_same("F.selu", "selu")
_same("F.silu", "silu", "swish")
_same("F.softplus", "softplus")
_same("F.softsign", "softsign")
_same("torch.tanh", "tanh")
_same("F.tanhshrink", "tanh_shrink")
