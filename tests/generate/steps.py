"""The kinds of statements that a random program is made of."""

from __future__ import annotations

from collections.abc import Callable

from tests.generate.catalogue import (
    ATTENTION,
    BIDIRECTIONAL,
    BOOLEANS,
    CELL,
    CELLS,
    EINSUM,
    EMBEDDING,
    ENCODING,
    EQUATIONS,
    LAYERS,
    LOOKUP,
    MERGES,
    RECURRENT,
    REVERSIBLE,
    Shape,
)
from tests.generate.writer import INDENT, Writer

OPERATORS = (
    "{x} * 2.0", "{x} + 1", "1 - {x}", "-{x}", "{x} / 2", "{x} ** 2", "{x}[..., :1]", "{x}[:, 0]",
    "{x}[:, -1]", "{x}[:, 1:]", "{x} + {y}", "{x} * {y}", "{x} - {y}",
    "layers.Lambda(lambda t: t * 0.5)({x})", "layers.Lambda(lambda t: t[:, 0])({x})",
)  # fmt: skip


def encode(w: Writer, source: str) -> bool:
    """Whole numbers become vectors."""
    if w.parts.generation == "3" and w.chance(8):
        return turned_around(w, source)
    if w.chance(8):
        source = looked_up(w, source)
    if len(w.shape(source)) == 1 and w.chance(4):
        text = w.call("CategoryEncoding", ENCODING, w.shape(source))
    else:
        text = w.call("Embedding", EMBEDDING, w.shape(source))
    name = w.parts.fresh("x")
    return w.run(f"{name} = {text}({source})", name)


def looked_up(w: Writer, source: str) -> str:
    """The places of the numbers in a vocabulary, in the place of them."""
    vocabulary = w.argument("vocabulary", LOOKUP["vocabulary"], ())
    text = w.call("IntegerLookup", LOOKUP, w.shape(source), vocabulary=vocabulary)
    name = w.parts.fresh("found")
    if not w.run(f"{name} = {text}({source})", name):
        return source
    w.tensors.remove(name)
    return name


def turned_around(w: Writer, source: str) -> bool:
    """A table that is looked up, and whose rows are the weights of a later layer."""
    table, name = w.parts.fresh("table"), w.parts.fresh("x")
    size = str(w.pick((3, 4)))
    made = w.call("ReversibleEmbedding", REVERSIBLE, w.shape(source), output_dim=size)
    if not w.run(f"{table} = {made}\n{name} = {table}({source})", name):
        return False
    if w.chance(2):
        w.run(f"{name} = layers.Dense({size})({name})", name)
    w.run(f"{name} = {table}({name}, reverse=True)", name)
    return True


def einsum(w: Writer) -> None:
    """A dense layer by an equation."""
    source = w.some_tensor(*EQUATIONS)
    if source is None:
        return
    shape = w.shape(source)
    equation, output_shape, bias = w.pick(EQUATIONS[len(shape) + 1])
    given = {"equation": f'"{equation}"', "output_shape": output_shape}
    if w.chance(2):
        given["bias_axes"] = f'"{bias}"'
    target = w.target(source)
    w.run(f"{target} = {w.call('EinsumDense', EINSUM, shape, **given)}({source})", target)


def steps(w: Writer) -> None:
    """A cell that runs step by step."""
    source = w.some_tensor(3)
    if source is None:
        return
    name, cell = str(w.pick(list(CELLS))), w.parts.fresh("cell")
    made = w.call(CELLS[name], RECURRENT | CELL, w.shape(source), units="3")
    target, count = w.parts.fresh("y"), 2 if name == "LSTM" else 1
    names = [w.parts.fresh("state") for _ in range(count)]
    lines = [f"{cell} = {made}"]
    lines += [f"{state} = layers.Dense(3)({source}[:, 0])" for state in names]
    listed = f"[{', '.join(names)}]"
    for step in (0, -1)[: w.count(1, 2)]:
        lines.append(f"{target}, {listed} = {cell}({source}[:, {step}], {listed})")
    w.run("\n".join(lines), target, *names)


def apply(w: Writer) -> None:
    """One layer, or two in one line."""
    source = w.some_tensor()
    if source is None:
        return
    target = w.target(source)
    text = w.layer(w.shape(source))
    after = ", training=False" if "BatchNorm" in text and w.chance(8) else ""
    if w.run(f"{target} = {text}({source}{after})", target) and w.chance(10):
        outer = w.layer(w.shape(target))
        w.run(f"{target} = {outer}({target})", target)


def nested_calls(w: Writer) -> None:
    """The outer layer is constructed first."""
    source = w.some_tensor()
    if source is not None:
        target = w.target(source)
        same = ("Dense", "Activation", "Dropout", "LayerNormalization", "ReLU")
        inner = w.layer(w.shape(source), same)
        outer = w.layer(w.shape(source), same)
        w.run(f"{target} = {outer}({inner}({source}))", target)


def merge(w: Writer) -> None:
    """Several tensors become one."""
    first = w.some_tensor()
    if first is None:
        return
    name = str(w.pick(list(MERGES)))
    others = [w.some_tensor(like=w.shape(first)) or first for _ in range(w.count(1, 2))]
    if w.chance(3):
        others[-1] = w.some_tensor(len(w.shape(first)) + 1) or first
    text = w.call(name, MERGES[name], w.shape(first))
    if w.chance(6) and not text.endswith("()"):
        text = text.replace(f"{name}(", f"{name.lower()}([{', '.join([first, *others])}], ", 1)
    elif w.chance(6):
        text = f"layers.{name.lower()}([{', '.join([first, *others])}])"
    else:
        text = f"{text}([{', '.join([first, *others])}])"
    target = w.target(first)
    w.run(f"{target} = {text}", target)


def preserving(w: Writer, shape: Shape) -> str:
    """A layer whose output has the shape of its input."""
    channels, rank = str(shape[-1]), len(shape) + 1
    if rank == 2 or w.chance(3):
        return w.call("Dense", LAYERS["Dense"].domains, shape, units=channels)
    if rank == 3 and w.chance(2):
        cell = str(w.pick(list(CELLS)))
        return w.call(cell, RECURRENT, shape, units=channels, return_sequences="True")
    name = f"Conv{rank - 2}D"
    fixed = {"filters": channels, "padding": '"same"', "strides": "1"}
    return w.call(name, LAYERS[name].domains, shape, **fixed)


def residual(w: Writer) -> None:
    """A branch that is added to what it started from."""
    source = w.some_tensor()
    if source is None:
        return
    branch = w.parts.fresh("shortcut")
    if w.run(f"{branch} = {preserving(w, w.shape(source))}({source})", branch):
        add = "{} + {}" if w.chance(3) else "layers.Add()([{}, {}])"
        w.run(f"{source} = {add.format(source, branch)}", source)


def shared(w: Writer) -> None:
    """One layer, called more than once."""
    source = w.some_tensor()
    if source is None:
        return
    name = w.parts.fresh("shared")
    text = preserving(w, w.shape(source)) if w.chance(2) else w.layer(w.shape(source))
    first, second = w.parts.fresh("left"), w.parts.fresh("right")
    other = w.some_tensor(like=w.shape(source)) or source
    if w.run(f"{name} = {text}\n{first} = {name}({source})", first):
        again = first if w.shape(first) == w.shape(source) and w.chance(2) else other
        w.run(f"{second} = {name}({again})", second)


def nested(w: Writer) -> None:
    """A model inside of the model."""
    source = w.some_tensor()
    if source is None:
        return
    shape = w.shape(source)
    name, target = w.parts.fresh("inner"), w.target(source)
    body = w.child()
    entry = w.parts.fresh("entry")
    opening = f"{entry} = keras.Input({shape_text(shape)})"
    body.run(opening, entry)
    found = []
    for _ in range(w.count(1, 3)):
        text = body.layer(body.shape(entry))
        if body.run(f"{entry} = {text}({entry})", entry):
            found.append(text)
    if not found:
        return
    listed = "\n".join(f"{INDENT}{text}," for text in found)
    sequential = f"{name} = keras.Sequential([\n{listed}\n])"
    out = w.parts.fresh("exit")
    chain = (f"{out} = {t}({out if i else entry})" for i, t in enumerate(found))
    functional = "\n".join([opening, *chain])
    functional += f"\n{name} = keras.Model({entry}, {out})"
    text = functional if w.chance(2) else sequential
    if w.run(f"{text}\n{target} = {name}({source})", target) and w.chance(3):
        again = w.some_tensor(like=shape)
        second = w.parts.fresh("y")
        if again is not None:
            w.run(f"{second} = {name}({again})", second)


def attention(w: Writer) -> None:
    """A sequence looks at itself, or at another one."""
    query = w.some_tensor(3)
    if query is None:
        return
    value = w.some_tensor(3) or query
    options = list(ATTENTION) if w.parts.generation == "3" else list(ATTENTION)[:3]
    name = str(w.pick(options))
    text = w.call(name, ATTENTION[name], w.shape(query))
    given = [query, value] if not w.chance(4) else [query, value, value]
    listed = ", ".join(given)
    more = ""
    if w.chance(3):
        more = f", use_causal_mask={w.argument('use_causal_mask', BOOLEANS, ())}"
    if "Query" in name or "Head" in name:
        if len(given) == 2 and w.chance(4):
            listed = f"query={query}, value={value}"
        call = f"{text}({listed}{more})"
    else:
        call = f"{text}([{listed}]{more})"
    target = w.target(query)
    if w.chance(8):
        call = call.removesuffix(")") + ", return_attention_scores=True)"
        scores = w.parts.fresh("scores")
        w.run(f"{target}, {scores} = {call}", target, scores)
    else:
        w.run(f"{target} = {call}", target)


def states(w: Writer) -> None:
    """A recurrent layer gives its state, another one starts from it."""
    source = w.some_tensor(3)
    if source is None:
        return
    name = str(w.pick(list(CELLS)))
    text = w.call(name, RECURRENT, w.shape(source), return_state="True")
    target, hidden = w.target(source), w.parts.fresh("h")
    made = [target, hidden] + ([w.parts.fresh("c")] if name == "LSTM" else [])
    if not w.run(f"{', '.join(made)} = {text}({source})", *made):
        return
    other = w.some_tensor(3)
    if other is not None and w.chance(2):
        units = str(w.shape(hidden)[-1])
        second = w.call(name, RECURRENT, w.shape(other), units=units)
        result = w.parts.fresh("y")
        initial = f"[{', '.join(made[1:])}]" if name == "LSTM" or w.chance(2) else hidden
        w.run(f"{result} = {second}({other}, initial_state={initial})", result)


def wrapped(w: Writer) -> None:
    """Layers around layers."""
    kind = w.pick(("TimeDistributed", "Bidirectional", "RNN"))
    source = w.some_tensor(*((3, 4, 5) if kind == "TimeDistributed" else (3,)))
    if source is None:
        return
    shape = w.shape(source)
    if kind == "TimeDistributed":
        # of whole numbers, Keras says that they are floats
        among = [name for name in LAYERS if name != "Discretization"]
        text = f"layers.TimeDistributed({w.layer(shape[1:], among)})"
    elif kind == "Bidirectional":
        name = str(w.pick(list(CELLS)))
        inner = w.call(name, RECURRENT, shape)
        more = {}
        if w.chance(6) and "go_backwards" not in inner and not w.named:
            again = inner.removesuffix(")") + ", go_backwards=True)"
            more["backward_layer"] = again if "name=" not in again else inner
        text = w.call("Bidirectional", BIDIRECTIONAL, shape, layer=inner, **more)
    else:
        names = [CELLS[str(w.pick(list(CELLS)))] for _ in range(2 if w.chance(3) else 1)]
        cells = [w.call(name, RECURRENT, shape) for name in names]
        cell = cells[0] if len(cells) == 1 else f"[{', '.join(cells)}]"
        if len(cells) > 1 and w.chance(2):
            cell = w.call("StackedRNNCells", {}, shape, cells=cell)
        text = w.call("RNN", RECURRENT, shape, cell=cell)
    target = w.target(source)
    w.run(f"{target} = {text}({source})", target)


def masked(w: Writer) -> None:
    """Steps of zeros, which later layers skip."""
    source = w.some_tensor(3)
    if source is not None:
        padding = w.pick(("(0, 2)", "(1, 2)", "(2, 0)", "1"))
        masking = w.call("Masking", LAYERS["Masking"].domains, w.shape(source))
        text = f"{source} = layers.ZeroPadding1D({padding})({source})"
        w.run(f"{text}\n{source} = {masking}({source})", source)


def operate(w: Writer) -> None:
    """Arithmetic and indexing."""
    source = w.some_tensor()
    if source is not None:
        other = w.some_tensor(like=w.shape(source)) or source
        target = w.target(source)
        text = str(w.pick(OPERATORS)).format(x=source, y=other)
        w.run(f"{target} = {text}", target)


def block(w: Writer) -> None:
    """A function from tensor to tensor, called once or in a loop."""
    source = w.some_tensor()
    if source is None:
        return
    body = w.child()
    body.named, body.sizes, body.tensors = {}, [], ["x"]
    body.scope["x"] = w.scope[source]
    statements(body, w.count(1, 3), INSIDE)
    if not body.lines:
        return
    name = w.parts.fresh("block")
    head = [f"{n}={default}" for n, (default, _) in body.named.items()]
    returned = body.tensors[-1]
    text = f"def {name}({', '.join(['x', *head])}):\n{body.indented}\n{INDENT}return {returned}\n"
    exec(text, w.scope)
    w.parts.definitions.append(text)
    target = w.target(source)
    if body.named and w.chance(2):
        parameter = str(w.pick(list(body.named)))
        value = body.named[parameter][1]
        if w.run(f"{target} = {name}({source}, {parameter}={value})", target):
            return
    if w.chance(3):
        loop = f"for _ in range({w.count(1, 3)}):\n{INDENT}{source} = {name}({source})"
        if w.run(loop, source):
            return
    if w.run(f"{target} = {name}({source})", target) and w.chance(4):
        w.run(f"{target} = {name}({target})", target)


def loop(w: Writer) -> None:
    """The same statements for several sizes."""
    body = w.child()
    variable = w.parts.fresh("width")
    heads = {
        f"for {variable} in (4, 6):": 4,
        f"for {variable} in [3, 3, 2]:": 3,
        f"for {variable} in range(2, 4):": 2,
    }
    head = str(w.pick(list(heads)))
    body.scope[variable] = heads[head]
    body.sizes.append(variable)
    source = body.some_tensor()
    if source is None:
        return
    body.tensors = [source]
    for _ in range(w.count(1, 2)):
        text = body.layer(body.shape(source))
        body.run(f"{source} = {text}({source})", source)
    if not body.lines:
        return
    listing = None
    if w.chance(4):
        listing = w.parts.fresh("skips")
        body.lines.append(f"{listing}.append({source})")
        body.scope[listing] = []
    text = f"{head}\n{body.indented}"
    if listing is None:
        w.run(text, source)
    elif w.run(f"{listing} = []\n{text}", source):
        joined = w.pick(
            (
                f"{source} = layers.Concatenate()({listing})",
                f"for skip in reversed({listing}):\n"
                f"{INDENT}{source} = layers.Concatenate()([{source}, skip])",
                f"{source} = layers.Concatenate()([{source}, {listing}[0]])",
                f"{source} = layers.Add()([{source}, {listing}[-1]])",
            )
        )
        w.run(joined, source)


def condition(w: Writer) -> None:
    """A layer that is only there in some models."""
    source = w.some_tensor()
    if source is None:
        return
    body = w.child()
    body.tensors = [source]
    text = body.layer(body.shape(source))
    if not body.run(f"{source} = {text}({source})", source):
        return
    flag = w.bind("use_layer", BOOLEANS)
    statement = f"if {flag}:\n{body.indented}"
    if w.chance(3):
        other = w.child()
        if other.run(f"{source} = {other.layer(other.shape(source))}({source})", source):
            statement += f"\nelse:\n{other.indented}"
    if not w.run(statement, source):
        del w.named[flag]


Step = Callable[[Writer], None]
#: What may stand in a function, each as often as it is listed.
INSIDE: tuple[Step, ...] = (
    *(apply,) * 8, merge, residual, residual, nested_calls, operate, condition,
)  # fmt: skip
EVERYTHING: tuple[Step, ...] = (
    *(apply,) * 10, merge, merge, residual, nested_calls, shared, nested, attention, states,
    wrapped, wrapped, masked, operate, block, block, loop, condition, einsum, steps,
)  # fmt: skip


def statements(w: Writer, count: int, kinds: tuple[Step, ...]) -> None:
    """Some statements."""
    for _ in range(count):
        w.pick(kinds)(w)


def shape_text(shape: Shape) -> str:
    """A shape as it is written."""
    inside = ", ".join(map(str, shape))
    return f"({inside},)" if len(shape) == 1 else f"({inside})"
