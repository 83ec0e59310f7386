"""Dense layers over the axes that an equation names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from rules.emitted import NN, TORCH, emitted
from rules.initializers import is_default, needs_shape, spreads_by_fans
from transpiler.ir.expr import Expr, expr, method
from transpiler.ir.sizes import combine
from transpiler.ir.tensor import Dim, Layout, Tensor, UnknownSize, Unsupported
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.rule import Param, layer, nn, own

emitted(
    "EinsumDense",
    '''
class EinsumDense(nn.Module):
    """A dense layer over the axes that an equation names."""

    def __init__(self, equation, shape, bias_shape=None):
        super().__init__()
        self.equation = equation
        self.weight = nn.Parameter(torch.empty(shape))
        self.bias = nn.Parameter(torch.zeros(bias_shape)) if bias_shape else None
        axes, outputs = equation.split(",")[1].split("->")
        fan_out = math.prod(n for axis, n in zip(axes, shape) if axis in outputs)
        bound = (6 / (self.weight.numel() / fan_out + fan_out)) ** 0.5
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, x):
        x = torch.einsum(self.equation, x, self.weight)
        return x if self.bias is None else x + self.bias
''',
    (),
    "import math",
    TORCH,
    NN,
)

_EQUATION = regex(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


@record(frozen=True, slots=True)
class Equation:
    """`abc,cd->abd`, with a name for each axis; those of an ellipsis are called by numbers."""

    text: str
    inputs: Sequence[str]  #: the batch is the first
    kernel: str
    outputs: Sequence[str]

    @property
    def shared(self) -> int:
        """How many axes stay as they are at the front, where the others make a matrix; else 0.

        Then the kernel has the other axes of the input, followed by the other ones of the output.
        """
        for count in range(1, len(self.inputs)):
            inside, outside = self.inputs[count:], self.outputs[count:]
            if (
                self.inputs[:count] == self.outputs[:count]
                and [*inside, *outside] == list(self.kernel)
                and len({*self.inputs, *outside}) == len(self.inputs) + len(outside)
            ):
                return count
        return 0


def _parsed(equation: Expr, rank: int) -> Equation:
    """The equation, for an input of this rank."""
    if not equation.known:
        raise Unsupported("the equation is only known when the program runs")
    found = _EQUATION.fullmatch(str(equation.value))
    if not found:
        raise Unsupported(f"equation={equation}")
    left, inputs, right, kernel, out_left, outputs, out_right = found.groups("")
    elided = [str(i) for i in range(rank - len(inputs))]
    sides = (left, right) == (out_left, out_right) and not (left and right)
    if not sides or len(inputs) > rank or (elided and not left + right):
        raise Unsupported(f"equation={equation} for a tensor of rank {rank}")
    first, last = (elided, []) if left else ([], elided)
    around = [*first, *inputs, *last], kernel, [*first, *outputs, *last]
    made = Equation(found.group(), *around)
    if made.inputs[0] != made.outputs[0] or made.inputs[0] in kernel:
        raise Unsupported(f"equation={equation}: the batch is not the first axis of the output")
    return made


@layer("EinsumDense", layout=Layout.LAST, floats=True)
def einsum_dense(
    x: Tensor,
    equation: Param,
    output_shape: Param,
    bias_axes: Param = None,
    kernel_initializer: Param = "glorot_uniform",
    bias_initializer: Param = "zeros",
) -> Tensor:
    """Torch's Linear where the kernel is a matrix of neighboring axes, else a class."""
    parsed = _parsed(equation, x.rank)
    sizes = _sizes(parsed, x, output_shape)
    bias = _bias(parsed, bias_axes)
    inside, outside = (axes[parsed.shared :] for axes in (parsed.inputs, parsed.outputs))
    matrix = parsed.shared > 0 and bias in (None, outside)
    if not matrix or len(outside) > 1:
        _of_any_shape(kernel_initializer, bias_initializer, matrix)
    if matrix:
        code = _linear(x.code, _shape(inside, sizes), _shape(outside, sizes), bias is not None)
    else:
        shape = _shape(parsed.kernel, sizes)
        given = [] if bias is None else [_shape(bias, sizes)]
        code = own("EinsumDense", parsed.text, shape, *given, hint="einsum_dense")(x.code)
    forgotten = _left_open(parsed, output_shape)
    dims = tuple(None if a in forgotten else sizes.get(a) for a in parsed.outputs[1:])
    return replace(x, code=code, dims=dims, channels_hint=None, mask=None)


def _of_any_shape(kernel: Expr, bias: Expr, matrix: bool) -> None:
    """Refuse initializers that look at the shape of a weight, where it is another one in torch."""
    for name, given in (("kernel", kernel), ("bias", bias)):
        by_fans = matrix and name == "kernel" and spreads_by_fans(given)
        if not is_default(name, given) and not by_fans and needs_shape(given):
            raise Unsupported(f"{name}_initializer: the weight has another shape in torch")


def _sizes(equation: Equation, x: Tensor, output_shape: Expr) -> Mapping[str, Dim]:
    """The sizes of all axes but the batch."""
    named = [axis for axis in equation.outputs[1:] if axis.isalpha()]
    given = output_shape.items
    if given is None and (output_shape.whole or isinstance(output_shape.value, int)):
        given = (output_shape,)
    if given is None:
        raise Unsupported("output_shape is only known when the program runs")
    if len(given) != len(named):
        raise Unsupported(f"output_shape={output_shape} does not fit the equation")
    sizes: dict[str, Dim] = dict(zip(equation.inputs[1:], x.dims or (), strict=True))
    return sizes | {a: n for a, n in zip(named, given, strict=True) if not n.is_const(None)}


def _left_open(equation: Equation, output_shape: Expr) -> frozenset[str]:
    """The axes of the output whose sizes Keras forgets, since `output_shape` has None for them."""
    named = [axis for axis in equation.outputs[1:] if axis.isalpha()]
    given = output_shape.items or ()
    return frozenset(a for a, n in zip(named, given, strict=False) if n.is_const(None))


def _shape(axes: Sequence[str], sizes: Mapping[str, Dim]) -> tuple[Expr, ...]:
    """The sizes of axes of the kernel or of the bias; one where there is no axis."""
    found = {axis: sizes.get(axis) if axis else expr(1) for axis in axes}
    known = {axis: size for axis, size in found.items() if size is not None}
    for axis in found.keys() - known.keys():
        raise UnknownSize(f"the size of axis {axis} is not known here")
    return tuple(known[axis] for axis in axes)


def _bias(equation: Equation, axes: Expr) -> Sequence[str] | None:
    """The axes of the bias, from the first on; empty for those along which it is the same."""
    if not axes.known:
        raise Unsupported("bias_axes are only known when the program runs")
    if axes.value is None:
        return None
    first = min(equation.outputs.index(axis) for axis in str(axes.value))
    return [axis if axis in str(axes.value) else "" for axis in equation.outputs[first:]]


def _linear(x: Expr, inside: Sequence[Expr], outside: Sequence[Expr], biased: bool) -> Expr:
    """The inner axes as one, a Linear, and its outputs as axes again."""
    features = reduce(_times, inside), reduce(_times, outside)
    module = nn("Linear", *features, hint="einsum_dense", **({} if biased else {"bias": False}))
    result = module(method(x, "flatten", -len(inside)) if len(inside) > 1 else x)
    return method(result, "unflatten", -1, tuple(outside)) if len(outside) > 1 else result


def _times(first: Expr, second: Expr) -> Expr:
    return combine(first, "*", second)
