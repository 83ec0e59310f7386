"""Normalization."""

from __future__ import annotations

from rules.axes import last
from rules.emitted import FUNCTIONAL, NN, TORCH, emitted
from rules.masks import mask_of
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Arg, Expr, Module, call, expr, infix, method, ternary, with_helper
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, by_name, helper, layer, nn, unless

emitted(
    "partly_affine",
    '''
def partly_affine(norm, scale=True, center=True):
    """Leave out the scale or the offset: fixed at one and zero, they do nothing."""
    for name, trained in (("weight", scale), ("bias", center)):
        if not trained:
            value = getattr(norm, name).detach()
            delattr(norm, name)
            norm.register_buffer(name, value)
    return norm
''',
)

emitted(
    "frozen_batch_norm",
    '''
def frozen_batch_norm(norm, x):
    """Normalize by the running statistics, also while training."""
    return F.batch_norm(
        x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
    )
''',
    (),
    FUNCTIONAL,
)

for _kind in ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"):
    emitted(
        f"Biased{_kind}",
        f'''
class Biased{_kind}(nn.{_kind}):
    """Keeps the variance of the batch itself; torch's is n / (n - 1) times as large."""

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        with torch.no_grad():
            var, mean = torch.var_mean(x, [0, *range(2, x.dim())], correction=0)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var, self.momentum)
        # unlike that of nn.functional, it takes a batch of one sample
        return torch.batch_norm(
            x, self.weight, self.bias, None, None, True, 0, self.eps, False
        )
''',
        (),
        TORCH,
        NN,
    )

emitted(
    "MaskedBatchNorm1d",
    '''
class MaskedBatchNorm1d(nn.BatchNorm1d):
    """Takes its statistics from the steps that the mask keeps."""

    def forward(self, x, mask):
        if not self.training:
            return super().forward(x)
        kept = x.transpose(1, 2)[mask]
        mean, var = kept.mean(0), kept.var(0, unbiased=False)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var, self.momentum)
        x = (x - mean[:, None]) * torch.rsqrt(var + self.eps)[:, None]
        return x * self.weight[:, None] + self.bias[:, None] if self.affine else x
''',
    (),
    TORCH,
    NN,
)


@layer(
    "BatchNormalization",
    layout=Layout.FIRST,
    fidelity=Fidelity.CLOSE,
    ignored={"renorm_clipping", "renorm_momentum"},
)
def batch_normalization(
    x: Tensor,
    axis: Param = -1,
    momentum: Param = 0.99,
    epsilon: Param = 0.001,
    center: Param = True,
    scale: Param = True,
    renorm: Param = False,
    synchronized: Param = False,
    fused: Param = None,
    *,
    training: Param = None,
    keras: str = "auto",
    exact: bool = False,
) -> Tensor:
    """Torch's running variance is that of a sample, n/(n-1) times Keras's; inference is exact."""
    if not (renorm.is_const(False) and synchronized.is_const(False)):
        raise Unsupported("renorm and synchronized statistics")
    _floating(x)
    at = _one_axis(axis)
    new = share_of_new(momentum)
    options = {**unless(epsilon, 1e-5, eps=epsilon), **unless(new, 0.1, momentum=new)}
    frozen = expr(training).is_const(False) and keras == "2"
    if expr(training).known and expr(training).value is not None and not frozen:
        raise Unsupported("the call fixes training=True or False")
    mask = None if frozen else mask_of(x)
    if mask is not None:
        if x.rank != 3 or x.axis(at) != 1:
            raise Unsupported("masked statistics of something else than the channels of sequences")
        return _masked(x, mask, center, scale, options)
    kind = f"BatchNorm{max(x.rank - 2, 1)}d"
    made = call(f"nn.{kind}", x.dim(at), **options)
    if exact and not frozen and not (keras == "2" and _fused(x, at, fused)):
        made = with_helper(call(f"Biased{kind}", x.dim(at), **options), f"Biased{kind}")
    module = _affine(made, center, scale, "batch_normalization", "affine")

    def normalized(code: Expr) -> Expr:
        return helper("frozen_batch_norm", module.ref, code) if frozen else module(code)

    if x.axis(at) in (1, -1):
        return x.to(normalized(x.code))
    swapped = normalized(method(x.code, "transpose", 1, x.axis(at)))
    return x.to(method(swapped, "transpose", 1, x.axis(at)))


def _floating(x: Tensor) -> None:
    if x.dtype.startswith(("int", "uint")):
        raise Unsupported("statistics of whole numbers: Keras 3 rounds them")


def _fused(x: Tensor, axis: int, fused: Expr) -> bool:
    """Whether Keras 2 runs a kernel whose running variance is torch's."""
    if not fused.known:
        raise Unsupported("whether Keras 2 fuses is only known at run time")
    return x.rank > 3 and fused.value is not False and axis % x.rank in (1, x.rank - 1)


def _masked(x: Tensor, mask: Expr, center: Expr, scale: Expr, options: dict[str, Arg]) -> Tensor:
    """Statistics of the unmasked steps."""
    made = with_helper(call("MaskedBatchNorm1d", x.channels, **options), "MaskedBatchNorm1d")
    module = _affine(made, center, scale, "batch_normalization", "affine")
    return x.to(module(x.code, mask))


def _one_axis(axis: Expr) -> int:
    given = _axes(axis)
    if len(given) != 1:
        raise Unsupported(f"axis={axis}")
    return given[0]


def _axes(axis: Expr) -> list[int]:
    """One axis, or a list of them."""
    if not axis.known:
        raise Unsupported(f"axis={axis} is only known at run time")
    given = axis.value
    return [int(a) for a in given] if isinstance(given, (list, tuple)) else [int(given)]


def _affine(made: Expr, center: Expr, scale: Expr, hint: str, option: str = "") -> Module:
    """The module, without the scale or the offset where Keras has none.

    `option` is torch's argument for leaving out both.
    """
    if option and center.is_const(False) and scale.is_const(False):
        return Module(with_arguments(made, **{option: False}), hint)
    missing = {**unless(scale, True, scale=scale), **unless(center, True, center=center)}
    return Module(helper("partly_affine", made, **missing) if missing else made, hint)


def with_arguments(made: Expr, **options: Arg) -> Expr:
    """A call with further arguments at its end."""
    more = ", ".join(f"{name}={expr(value)}" for name, value in options.items())
    return replace(made, text=f"{made.text[:-1]}, {more})")


def share_of_new(momentum: Expr) -> Expr:
    """Torch's momentum: the share of the new value, not of the old."""
    rest = infix(1, "-", by_name(momentum))
    return expr(round(float(rest.value), 12)) if rest.known else rest


def _sorted_axes(x: Tensor, axis: Expr) -> list[int]:
    """Axes from the end: [-2, -1]."""
    given = _axes(axis)
    axes = given if given == [-1] else [a if a < 0 else a - x.rank for a in given]
    if axes != sorted(axes):
        raise Unsupported(f"axis={axis}: not in order")
    return axes


def _over(x: Tensor, axes: list[int], module: Module) -> Tensor:
    """The module works on the last axes."""
    ends = list(range(-len(axes), 0))
    if axes == ends:
        return x.to(module(x.code))
    here: Arg = tuple(a + x.rank for a in axes) if len(axes) > 1 else axes[0] + x.rank
    there: Arg = tuple(ends) if len(axes) > 1 else -1
    result = module(method(x.code, "movedim", here, there))
    return x.to(method(result, "movedim", there, here))


def _sizes(x: Tensor, axes: list[int]) -> Arg:
    if axes == [-1]:
        return x.channels
    return tuple(x.dim(a) for a in axes) if len(axes) > 1 else x.dim(axes[0])


@layer("LayerNormalization", layout=Layout.LAST)
def layer_normalization(
    x: Tensor, axis: Param = -1, epsilon: Param = 0.001, center: Param = True, scale: Param = True
) -> Tensor:
    """Keras adds 1e-3 to the variance, torch 1e-5."""
    _floating(x)
    axes = _sorted_axes(x, axis)
    made = call("nn.LayerNorm", _sizes(x, axes), **unless(epsilon, 1e-5, eps=epsilon))
    if center.is_const(False) and scale.is_const(True):
        made, center = with_arguments(made, bias=False), expr(True)
    module = _affine(made, center, scale, "layer_normalization", "elementwise_affine")
    return _over(x, axes, module)


@layer("GroupNormalization", layout=Layout.FIRST)
def group_normalization(
    x: Tensor,
    groups: Param = 32,
    axis: Param = -1,
    epsilon: Param = 0.001,
    center: Param = True,
    scale: Param = True,
) -> Tensor:
    """Keras adds 1e-3 to the variance, torch 1e-5."""
    if not axis.is_const(-1) and x.axis(_one_axis(axis)) != 1:
        raise Unsupported(f"axis={axis}: torch groups the channels")
    count = x.channels if groups.is_const(-1) else groups
    if not groups.known:
        count = ternary(infix(groups, "==", -1), x.channels, groups)
    made = call("nn.GroupNorm", count, x.channels, **unless(epsilon, 1e-5, eps=epsilon))
    return x.to(_affine(made, center, scale, "group_normalization", "affine")(x.code))


@layer("RMSNormalization", layout=Layout.LAST)
def rms_normalization(x: Tensor, axis: Param = -1, epsilon: Param = 1e-6) -> Tensor:
    """The same, over the last axes."""
    axes = _sorted_axes(x, axis)
    module = nn("RMSNorm", _sizes(x, axes), eps=epsilon, hint="rms_normalization")
    return replace(_over(x, axes, module), mask=None)


@layer("UnitNormalization", floats=True)
def unit_normalization(x: Tensor, axis: Param = -1) -> Tensor:
    """The same, along torch's dimensions of the axes."""
    axes = _axes(axis)
    if axes == [-1]:
        return x.to(call("F.normalize", x.code, dim=last(x)))
    dims = tuple(x.axis(a) for a in axes)
    return x.to(call("F.normalize", x.code, dim=dims if len(dims) > 1 else dims[0]))


@layer("SpectralNormalization")
def spectral_normalization(x: Tensor, layer: Param, power_iterations: Param = 1) -> Tensor:
    """Refused: Keras overwrites the kernel it normalizes, torch keeps it and trains through it."""
    raise Unsupported("Keras overwrites the kernel while training, torch's spectral_norm does not")
