"""Dropout, noise and penalties."""

from __future__ import annotations

from rules.emitted import NN, TORCH, emitted
from rules.layers.windows import channels_last
from transpiler.ir.expr import Arg, Expr, Module, call, expr, infix
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.rule import Param, layer, nn, own, unless

emitted(
    "GaussianNoise",
    '''
class GaussianNoise(nn.Module):
    """Adds noise while training."""

    def __init__(self, std):
        super().__init__()
        self.std = std

    def forward(self, x):
        if not self.training:
            return x
        return x + self.std * torch.randn_like(x)
''',
    (),
    TORCH,
    NN,
)

emitted(
    "GaussianDropout",
    '''
class GaussianDropout(nn.Module):
    """Multiplies by noise around one while training."""

    def __init__(self, rate):
        super().__init__()
        self.std = (rate / (1 - rate)) ** 0.5

    def forward(self, x):
        if not self.training:
            return x
        return x * (1 + self.std * torch.randn_like(x))
''',
    (),
    TORCH,
    NN,
)

emitted(
    "SharedDropout",
    '''
class SharedDropout(nn.Dropout):
    """Drops the same places along the axes where `noise_shape` is 1."""

    def __init__(self, p, noise_shape):
        super().__init__(p)
        self.noise_shape = noise_shape

    def forward(self, x):
        sizes = zip(self.noise_shape or x.shape, x.shape)
        noise_shape = [size if given is None else given for given, size in sizes]
        return x * super().forward(x.new_ones(noise_shape))
''',
    (),
    NN,
)


def _rate(rate: Expr) -> list[Arg]:
    return list(unless(rate, 0.5, p=rate).values())


def _is_fixed(training: Param) -> bool:
    """Whether a call says once and for all how its layer runs."""
    return expr(training).known and expr(training).value is not None


def _always(x: Tensor, training: Param, function: str, rate: Expr) -> Tensor:
    """What is dropped while training and else: by the call of a layer with training=True."""
    if expr(training).is_const(False):
        return x
    given = (x.code,) if rate.is_const(0.5) else (x.code, rate)
    return x.to(call(f"F.{function}", *given, training=True))


@layer("Dropout", ignored={"seed"}, aliases={"p": "rate"})
def dropout(x: Tensor, rate: Param, noise_shape: Param = None, *, training: Param = None) -> Tensor:
    """Drops the same fraction; the random stream differs."""
    if _is_fixed(training):
        if not noise_shape.is_const(None):
            raise Unsupported("noise_shape, where the call fixes training=True")
        return _always(x, training, "dropout", rate)
    if noise_shape.is_const(None) or rate.is_const(0):  # without a rate, nobody reads the shape
        return x.to(nn("Dropout", *_rate(rate), hint="dropout")(x.code))
    return x.to(own("SharedDropout", rate, _mapped(x, noise_shape), hint="dropout")(x.code))


def _mapped(x: Tensor, noise_shape: Expr) -> Arg:
    """The shape in torch's order of axes."""
    if x.layout is not Layout.FIRST or (x.dims is not None and len(x.dims) < 2):
        return noise_shape
    if noise_shape.items is None:
        raise Unsupported("noise_shape is only known at run time, after channels were moved")
    batch, *rest = noise_shape.items
    return (batch, rest[-1], *rest[:-1])


@layer("AlphaDropout", ignored={"seed"})
def alpha_dropout(
    x: Tensor, rate: Param, noise_shape: Param = None, *, training: Param = None
) -> Tensor:
    """Drops the same fraction; the random stream differs."""
    if not noise_shape.is_const(None):
        raise Unsupported("noise_shape of AlphaDropout")
    if _is_fixed(training):
        return _always(x, training, "alpha_dropout", rate)
    return x.to(nn("AlphaDropout", *_rate(rate), hint="alpha_dropout")(x.code))


def _spatial_dropout(x: Tensor, count: int, rate: Expr, training: Param) -> Tensor:
    if x.dims is not None and len(x.dims) != count + 1:
        raise Unsupported(f"a tensor of rank {x.rank}, where {count + 2} is needed")
    if _is_fixed(training):
        return _always(x, training, f"dropout{count}d", rate)
    module: Module = nn(f"Dropout{count}d", *_rate(rate), hint=f"spatial_dropout{count}d")
    return x.to(module(x.code))


@layer("SpatialDropout1D", layout=Layout.FIRST, ignored={"seed"}, aliases={"p": "rate"})
def spatial_dropout1d(x: Tensor, rate: Param, *, training: Param = None) -> Tensor:
    """Drops whole channels; the random stream differs."""
    return _spatial_dropout(x, 1, rate, training)


@layer("SpatialDropout2D", layout=Layout.FIRST, ignored={"seed"}, aliases={"p": "rate"})
def spatial_dropout2d(
    x: Tensor, rate: Param, data_format: Param = None, *, training: Param = None
) -> Tensor:
    """Drops whole channels; the random stream differs."""
    channels_last(data_format)
    return _spatial_dropout(x, 2, rate, training)


@layer("SpatialDropout3D", layout=Layout.FIRST, ignored={"seed"}, aliases={"p": "rate"})
def spatial_dropout3d(
    x: Tensor, rate: Param, data_format: Param = None, *, training: Param = None
) -> Tensor:
    """Drops whole channels; the random stream differs."""
    channels_last(data_format)
    return _spatial_dropout(x, 3, rate, training)


@layer("GaussianNoise", ignored={"seed"}, aliases={"sigma": "stddev"})
def gaussian_noise(x: Tensor, stddev: Param, *, training: Param = None) -> Tensor:
    """Torch has none; the random stream differs."""
    if _is_fixed(training):
        noise = infix(stddev, "*", call("torch.randn_like", x.code))
        return x if expr(training).is_const(False) else x.to(infix(x.code, "+", noise))
    return x.to(own("GaussianNoise", stddev, hint="gaussian_noise")(x.code))


@layer("GaussianDropout", ignored={"seed"}, aliases={"p": "rate"})
def gaussian_dropout(x: Tensor, rate: Param, *, training: Param = None) -> Tensor:
    """Torch has none; the random stream differs."""
    if _is_fixed(training):
        if expr(training).is_const(True):
            raise Unsupported("the call fixes training=True")
        return x
    return x.to(own("GaussianDropout", rate, hint="gaussian_dropout")(x.code))


@layer("ActivityRegularization")
def activity_regularization(x: Tensor, l1: Param = 0.0, l2: Param = 0.0) -> Tensor:
    """Nothing happens to the tensor; the loop that trains adds the penalty on it to the loss."""
    return x
