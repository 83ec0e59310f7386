"""Functions of texts in a data pipeline: the names of files are strings of Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.data_sets import with_helpers
from rules.emitted import emitted
from transpiler.ir.expr import Arg, Bind, Expr, call, index, infix, method, variable
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, after, helper, op


@op("tf.strings.split")
def split(input: Tensor, sep: Param = None, maxsplit: Param = -1) -> Tensor:
    """The parts of one text; of several, torch has none."""
    if not maxsplit.is_const(-1):
        raise Unsupported("texts that are split some times only")
    given = [] if sep.is_const(None, "") else [sep]
    return Tensor(method(input.code, "split", *given), (), dtype="strings")


@op("tf.strings.to_number")
def to_number(input: Tensor, out_type: Param = None) -> Tensor:
    """A number that a text says."""
    kind = "float32" if out_type.is_const(None) else out_type.text.rpartition(".")[2]
    made = {"float32": "float", "float64": "float", "int32": "int", "int64": "int"}.get(kind)
    if made is None or input.dtype == "strings":
        raise Unsupported("numbers of several texts, or of another type")
    code = call("torch.tensor", call(made, input.code), dtype=Expr(f"torch.{kind}"))
    return Tensor(with_helpers(code, "torch"), None, dtype=kind)


@op("tf.io.decode_csv", "tf.decode_csv", "tf.compat.v1.decode_csv")
def decode_csv(
    records: Tensor,
    record_defaults: Param,
    field_delim: Param = ",",
    use_quote_delim: Param = True,
    na_value: Param = "",
    select_cols: Param = None,
) -> list[Tensor]:
    """The numbers in one line."""
    if records.dims is not None or records.dtype != "string":
        raise Unsupported("lines of numbers, other than one alone that a data set gives")
    if not use_quote_delim.is_const(True) or not select_cols.is_const(None):
        raise Unsupported("lines without quotes, or some of their columns")
    if not na_value.is_const(""):
        raise Unsupported("a word for numbers that are missing")
    known = record_defaults.value if record_defaults.known else None
    defaults = known if isinstance(known, (list, tuple)) else []
    nested = any(isinstance(one, list) and len(one) == 1 for one in defaults)
    numbers = [one[0] if isinstance(one, list) and len(one) == 1 else one for one in defaults]
    required = any(isinstance(number, type) for number in numbers)
    if not numbers or not all(_kind(number) in (float, int) for number in numbers):
        raise Unsupported("the columns of a line are not known one by one, or are no numbers")
    options: dict[str, Arg] = {} if field_delim.is_const(",") else {"delimiter": field_delim}
    code = helper("decode_csv", records.code, record_defaults, **options)
    asked = {"decode_csv.nested"} if nested else set()
    asked |= {"decode_csv.required"} if required else set()
    code = replace(code, helpers=code.helpers | asked | {f"decode_csv.{name}" for name in options})
    names = [variable("field") for _ in numbers]
    statement = Bind(", ".join(map(str, names)) + ("," if len(names) == 1 else ""), code)
    kinds = ["float32" if _kind(number) is float else "int32" for number in numbers]
    return [
        Tensor(after(statement, name), None, dtype=kind)
        for name, kind in zip(names, kinds, strict=True)
    ]


def _kind(default: Any) -> type:
    """What a column without a default must be, or the type of its default."""
    return default if isinstance(default, type) else type(default)


emitted(
    "decode_csv",
    '''
def decode_csv(
    line,
    defaults,
    delimiter=",",  #? delimiter
):
    """The numbers in a line; of a column that is empty, its default."""
    numbers = []
    fields = next(csv.reader([line]))  #? !delimiter
    fields = next(csv.reader([line], delimiter=delimiter))  #? delimiter
    for field, default in zip(fields, defaults, strict=True):
        default = default[0] if isinstance(default, list) else default  #? nested
        kind = default if isinstance(default, type) else type(default)  #? required
        dtype = torch.float32 if kind is float else torch.int32  #? required
        number = kind(field.strip() or default)  #? required
        dtype = torch.float32 if isinstance(default, float) else torch.int32  #? !required
        number = type(default)(field.strip() or default)  #? !required
        numbers.append(torch.tensor(number, dtype=dtype))
    return numbers
''',
    (),
    "import csv",
    "import torch",
    early=True,
)


def compared(a: Tensor | Expr, operator: str, b: Tensor | Expr) -> Tensor:
    """`parts[-2] == class_names`: whether a text is another one, or each of several."""
    text, other = (a, b) if isinstance(a, Tensor) else (b, a)
    assert isinstance(text, Tensor)
    if operator not in ("==", "!=") or isinstance(other, Tensor) or text.dtype == "strings":
        raise Unsupported("texts that are compared in another way")
    if isinstance(other.value, str):
        code = call("torch.tensor", infix(text.code, operator, other))
        return Tensor(with_helpers(code, "torch"), None, dtype="bool")
    array = other if other.array else with_helpers(call("np.array", other), "numpy")
    code = call("torch.as_tensor", infix(array, operator, text.code))
    return Tensor(with_helpers(replace(code, helpers=code.helpers | array.helpers), "torch"),
                  (), dtype="bool")  # fmt: skip


def part_of_texts(x: Tensor, keys: Sequence[Any]) -> Tensor:
    """`parts[-2]`, one of several texts."""
    if x.dtype != "strings" or len(keys) != 1 or not isinstance(keys[0], Expr):
        raise Unsupported("parts of texts, other than one of several")
    return Tensor(index(x.code, keys[0]), None, dtype="string")
