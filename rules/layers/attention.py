"""Attention."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import rules.emitted_attention  # noqa: F401  (the sources of the classes named here)
from rules.masks import mask_of
from transpiler.ir.expr import Arg, Bind, Expr, call, expr, index, infix, is_whole, method, variable
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, Result, after, helper, layer, nn, own, unless


@layer(
    "MultiHeadAttention",
    layout=Layout.LAST,
    aliases={"head_size": "key_dim"},
    ignored={"seed", "flash_attention"},
    floats=True,
)
def multi_head_attention(
    query: Tensor,
    num_heads: Param,
    key_dim: Param,
    value_dim: Param = None,
    dropout: Param = 0.0,
    use_bias: Param = True,
    output_shape: Param = None,
    attention_axes: Param = None,
    sliding_window: Param = None,
    use_gate: Param = False,
    *,
    value: Tensor,
    key: Tensor | None = None,
    query_mask: Tensor | None = None,
    value_mask: Tensor | None = None,
    key_mask: Tensor | None = None,
    attention_mask: Tensor | None = None,
    return_attention_scores: Param = None,
    use_causal_mask: Param = None,
    keras: str = "auto",
) -> Result:
    """Torch's own module where heads and inputs have the sizes it wants, else a class."""
    _refuse(query, attention_axes, sliding_window, use_gate)
    scored = _flag(return_attention_scores)
    key = None if key is None or key.code.text == value.code.text else key
    if query_mask is not None:
        raise Unsupported("Keras 3 does not look at an explicit query_mask, Keras 2 does")
    masks = [_of(value_mask, value), _of(key_mask, key)]
    mask = _combined(mask_of(query), masks, attention_mask)
    adds = keras == "2" and mask is not None
    if adds and scored:
        raise Unsupported("the scores of queries that may see nothing, in Keras 2")
    sizes = num_heads, key_dim, value_dim, _output_size(output_shape)
    if (
        mask is None
        and not scored
        and use_causal_mask is None
        and _in_torch(query, value, key, *sizes)
    ):
        return _torch_attention(query, value, key, num_heads, dropout, use_bias)
    options = _options(query, value, key, value_dim, _output_size(output_shape))
    options |= unless(dropout, 0.0, dropout=dropout) | unless(use_bias, True, bias=use_bias)
    cls = "MaskedMultiHeadAttention" if adds else "MultiHeadAttention"
    cls = "ScoredMultiHeadAttention" if scored else cls
    module = own(cls, query.channels, num_heads, key_dim, hint="multi_head_attention", **options)
    causal = expr(False) if use_causal_mask is None else use_causal_mask
    value_code = module(*_inputs(query, value, key), **_masking(query, value, mask, causal))
    size = _channels_after(query, _output_size(output_shape))
    return _results(query, value_code, size, num_heads, value, scored)


def _refuse(query: Tensor, axes: Expr, window: Expr, gate: Expr) -> None:
    if query.dims is None or query.rank != 3 or not axes.is_const(None, 1, (1,), [1]):
        raise Unsupported("attention along other axes than the second of three")
    if not window.is_const(None):
        raise Unsupported("attention in a sliding window")
    if not gate.is_const(False):
        raise Unsupported("gated attention")


def _flag(value: Expr | None) -> bool:
    """A call argument that decides how many results there are."""
    if value is None:
        return False
    if not value.known:
        raise Unsupported("return_attention_scores is only known when the program runs")
    return bool(value.value)


def _of(mask: Tensor | None, x: Tensor | None) -> Expr | None:
    """The mask that the program passes, else the one that the tensor carries."""
    if mask is not None:
        return mask.code
    return None if x is None else mask_of(x)


def _combined(
    rows: Expr | None, columns: Sequence[Expr | None], given: Tensor | None
) -> Expr | None:
    """What may be seen: (batch, 1, query steps, value steps)."""
    parts = [] if rows is None else [index(rows, Expr(":"), None, Expr(":"), None)]
    parts += [index(m, Expr(":"), None, None) for m in columns if m is not None]
    if given is not None:
        parts.append(_per_head(given))
    if not parts:
        return None
    mask = parts[0]
    for part in parts[1:]:
        mask = mask if part.text == mask.text else infix(mask, "&", part)
    return mask


def _per_head(given: Tensor) -> Expr:
    """A mask of (steps, steps), (batch, steps, steps) or with heads, with an axis for heads."""
    code = given.code if given.dtype == "bool" else method(given.code, "bool")
    return method(code, "unsqueeze", 1) if given.rank == 3 else code


def _output_size(shape: Expr) -> Expr | None:
    if shape.is_const(None):
        return None
    if shape.items is None:
        return shape
    if len(shape.items) != 1:
        raise Unsupported("an output with several axes")
    return shape.items[0]


def _channels_after(query: Tensor, output: Expr | None) -> Expr:
    """The channels of the output; a size that may be None when it runs means the query's."""
    if output is None:
        return query.channels
    return output if is_whole(output) else infix(output, "or", query.channels)


def _in_torch(
    query: Tensor,
    value: Tensor,
    key: Tensor | None,
    heads: Expr,
    size: Expr,
    value_size: Expr,
    output: Expr | None,
) -> bool:
    """Whether all sizes are known and those of nn.MultiheadAttention."""
    inputs = [query.channels, value.channels, *([] if key is None else [key.channels])]
    wanted = infix(heads, "*", size)
    if not wanted.known or any(not i.is_const(wanted.value) for i in inputs):
        return False
    same = value_size.is_const(None) or (size.known and value_size.is_const(size.value))
    return same and (output is None or output.is_const(wanted.value))


def _torch_attention(
    query: Tensor, value: Tensor, key: Tensor | None, heads: Expr, dropout: Expr, bias: Expr
) -> Tensor:
    options = unless(dropout, 0.0, dropout=dropout) | unless(bias, True, bias=bias)
    module = nn(
        "MultiheadAttention",
        query.channels,
        heads,
        batch_first=True,
        hint="multi_head_attention",
        **options,
    )
    keys = value if key is None else key
    attended = module(query.code, keys.code, value.code, need_weights=False)
    out = variable("out")
    return replace(query, code=after(Bind(f"{out}, _", attended), out))


def _options(
    query: Tensor, value: Tensor, key: Tensor | None, value_dim: Expr, output: Expr | None
) -> dict[str, Arg]:
    """The sizes that are not those of the query or of its heads."""
    options: dict[str, Arg] = {}
    value_size = value.channels
    if key is not None and key.channels.text != value_size.text:
        options["key_size"] = key.channels
    if value_size.text != query.channels.text:
        options["value_size"] = value_size
    if not value_dim.is_const(None):
        options["value_head_size"] = value_dim
    if output is not None and output.text != query.channels.text:
        options["output_size"] = output
    return options


def _inputs(query: Tensor, value: Tensor, key: Tensor | None) -> list[Expr]:
    return [query.code, value.code, *([] if key is None else [key.code])]


def _masking(query: Tensor, value: Tensor, mask: Expr | None, causal: Expr) -> dict[str, Arg]:
    """The arguments that say what may be seen."""
    if mask is None:
        return unless(causal, False, is_causal=causal)
    if not causal.known:
        raise Unsupported("use_causal_mask is only known when the program runs")
    if causal.value:
        mask = infix(mask, "&", helper("causal_mask", query.code, value.code))
    return {"mask": mask}


def _results(
    query: Tensor, code: Expr, size: Arg, heads: Expr, value: Tensor, scored: bool
) -> Result:
    """The output, with the scores where the program wants them."""
    result = query.with_channels(code, size)
    if not scored:
        return result
    out, scores = variable("out"), variable("scores")
    statement = Bind(f"{out}, {scores}", code)
    steps = [t.dims[0] if t.dims else None for t in (query, value)]
    return [
        replace(result, code=after(statement, out)),
        replace(query, code=after(statement, scores), dims=(heads, *steps), mask=None),
    ]


@layer(
    "GroupQueryAttention",
    "GroupedQueryAttention",
    layout=Layout.LAST,
    ignored={"seed", "flash_attention"},
    floats=True,
)
def group_query_attention(
    query: Tensor,
    head_dim: Param,
    num_query_heads: Param,
    num_key_value_heads: Param,
    dropout: Param = 0.0,
    use_bias: Param = True,
    sliding_window: Param = None,
    use_gate: Param = False,
    *,
    value: Tensor,
    key: Tensor | None = None,
    query_mask: Tensor | None = None,
    value_mask: Tensor | None = None,
    key_mask: Tensor | None = None,
    attention_mask: Tensor | None = None,
    return_attention_scores: Param = None,
    use_causal_mask: Param = None,
) -> Result:
    """Torch has no module for it."""
    _refuse(query, expr(None), sliding_window, use_gate)
    if _flag(return_attention_scores):
        raise Unsupported("the scores of grouped attention")
    key = None if key is None or key.code.text == value.code.text else key
    masks = [_of(query_mask, query), _of(value_mask, value), _of(key_mask, key)]
    mask = _combined(masks[0], masks[1:], attention_mask)
    options = _options(query, value, key, expr(None), None)
    options |= unless(dropout, 0.0, dropout=dropout) | unless(use_bias, True, bias=use_bias)
    module = own(
        "GroupedQueryAttention",
        query.channels,
        head_dim,
        num_query_heads,
        num_key_value_heads,
        hint="group_query_attention",
        **options,
    )
    causal = expr(False) if use_causal_mask is None else use_causal_mask
    code = module(*_inputs(query, value, key), **_masking(query, value, mask, causal))
    return replace(query, code=code)


@layer(
    "Attention",
    layout=Layout.LAST,
    merges=True,
    aliases={"causal": "use_causal_mask"},
    ignored={"seed"},
    floats=True,
)
def attention(
    xs: Sequence[Tensor],
    use_scale: Param = False,
    score_mode: Param = "dot",
    dropout: Param = 0.0,
    *,
    mask: Sequence[Tensor | None] | None = None,
    return_attention_scores: Param = None,
    use_causal_mask: Param = None,
) -> Result:
    """Torch's function where nothing is learned or masked; Keras does not scale by the size."""
    rows, columns = _given_masks(xs, mask)
    plain = use_scale.is_const(False) and score_mode.is_const("dot") and dropout.is_const(0, 0.0)
    scored = _flag(return_attention_scores)
    causal = expr(False) if use_causal_mask is None else use_causal_mask
    if plain and columns is None and not scored and xs[0].dims is not None and xs[0].rank == 3:
        keys = xs[2] if len(xs) > 2 else xs[1]
        codes = [x.code for x in (xs[0], keys, xs[1])]
        options = unless(causal, False, is_causal=causal)
        code = call("F.scaled_dot_product_attention", *codes, scale=1.0, **options)
        return _shown(xs, code, rows)
    given = unless(use_scale, False, use_scale=use_scale)
    given |= unless(score_mode, "dot", score_mode=score_mode)
    given |= unless(dropout, 0.0, dropout=dropout)
    module = own("Attention", hint="attention", **given)
    return _attended(
        module(*(x.code for x in xs), **_visible(xs, columns, causal)), xs, rows, scored
    )


@layer("AdditiveAttention", layout=Layout.LAST, merges=True, floats=True)
def additive_attention(
    xs: Sequence[Tensor],
    use_scale: Param = True,
    dropout: Param = 0.0,
    *,
    mask: Sequence[Tensor | None] | None = None,
    return_attention_scores: Param = None,
    use_causal_mask: Param = None,
) -> Result:
    """Torch has none."""
    rows, columns = _given_masks(xs, mask)
    causal = expr(False) if use_causal_mask is None else use_causal_mask
    options = unless(use_scale, True, use_scale=use_scale)
    options |= unless(dropout, 0.0, dropout=dropout)
    if not use_scale.is_const(False) and any(
        a.is_const(1) and not b.is_const(1) for a, b in permutations(x.channels for x in xs[:2])
    ):
        raise Unsupported("one channel and several: Keras 2 and Keras 3 scale other sides of it")
    module = own("AdditiveAttention", xs[0].channels, hint="additive_attention", **options)
    code = module(*(x.code for x in xs), **_visible(xs, columns, causal))
    return _attended(code, xs, rows, _flag(return_attention_scores))


def _given_masks(
    xs: Sequence[Tensor], masks: Sequence[Tensor | None] | None
) -> tuple[Expr | None, Expr | None]:
    """The masks of the query and of the value."""
    if masks is None:
        return mask_of(xs[0]), mask_of(xs[1])
    first, second = (None if m is None else m.code for m in [*masks, None, None][:2])
    return first, second


def _visible(xs: Sequence[Tensor], columns: Expr | None, causal: Expr) -> dict[str, Arg]:
    """The mask argument."""
    if not causal.known:
        raise Unsupported("use_causal_mask is only known when the program runs")
    parts = [] if columns is None else [index(columns, Expr(":"), None)]
    if causal.value:
        parts.append(helper("causal_mask", xs[0].code, xs[1].code))
    if not parts:
        return {}
    return {"mask": parts[0] if len(parts) == 1 else infix(parts[0], "&", parts[1])}


def _attended(code: Expr, xs: Sequence[Tensor], rows: Expr | None, scored: bool) -> Result:
    """The output, with the scores where the program wants them."""
    out, scores = variable("out"), variable("scores")
    statement = Bind(f"{out}, {scores if scored else '_'}", code)
    result = _shown(xs, after(statement, out), rows)
    if not scored:
        return result
    steps = xs[1].dims[0] if xs[1].dims else None
    return [
        result,
        replace(
            xs[0].with_channels(after(statement, scores), 1),
            dims=(*(xs[0].dims or ())[:-1], steps),
            mask=None,
        ),
    ]


def _shown(xs: Sequence[Tensor], code: Expr, rows: Expr | None) -> Tensor:
    """The output, zero where the query is masked."""
    if rows is not None:
        code = infix(code, "*", index(rows, Expr("..."), None))
    return replace(xs[0].with_channels(code, xs[1].channels), mask=rows)
