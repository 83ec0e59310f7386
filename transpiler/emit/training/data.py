"""Arrays as the tensors that a model takes and is compared with, and the comparison."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Iterable

import libcst as cst

from transpiler.emit.text import substitute_names
from transpiler.emit.training.input_axes import fitting, fittings
from transpiler.interpret.context import Shape
from transpiler.interpret.predicted import is_array
from transpiler.interpret.region import Built
from transpiler.interpret.training import Given, given_by_function, root
from transpiler.interpret.values import Bound, Mapping, Model, Sequence
from transpiler.ir import tokens
from transpiler.ir.code import For, Line, Return
from transpiler.ir.expr import Module, literal
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Targets
from transpiler.lower.data import array, is_of_numbers
from transpiler.lower.heads import LOOP_NAMES, Head
from transpiler.lower.training import Training
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.syntax import all_in


def input_names(built: Built) -> tuple[str, ...]:
    """What the inputs of a batch are called in the loops."""
    if is_listed(built):
        return ("*inputs",)
    if len(built.inputs) == 1:
        return ("inputs",)
    wanted = built.keys or tuple(built.inputs)
    plain = all(n.isidentifier() and not keyword.iskeyword(n) for n in wanted)
    if plain and not LOOP_NAMES & set(wanted):
        return wanted
    return tuple(f"inputs_{number + 1}" for number in range(len(built.inputs)))


def is_listed(built: Built) -> bool:
    """Whether a model takes as many inputs as the program gives: `forward(self, *inputs)`."""
    return built.input_kind is list and len(built.inputs) == 1


_ENTRY = regex(r"(\w+)\[\"([^\"\\]+)\"\]")


def without_others(built: Built) -> Built:
    """A model without what its region does for others."""
    forward, _ = prune(built.forward, frozenset(), effects=False)
    modules = frozenset(modules_used(forward))
    init, _ = prune(built.init, frozenset(), effects=False, modules=modules)
    return replace(built, init=init, forward=forward)


def by_keys(built: Built, origin: Model) -> Built:
    """A model that takes a dict, as one that takes its entries, if nothing else is read of it."""
    if built.input_kind is not dict or len(built.inputs) != 1:
        return built
    (held,) = built.inputs
    region = built.model.region
    order = region.key_orders.get(held) if region is not None else None
    if order is not None and not built.model.inputs:  # as many as the list that a loop fills
        return replace(built, input_kind=list, order=order)
    whole = re.compile(rf"(?<![\w.])(?<!{tokens.VARIABLE}){held}\b")
    keys: dict[str, str] = {}  #: by how `forward` calls the entries
    for node in walk(built.forward):
        if not isinstance(node, (Line, Return)):
            continue
        text = node.text if isinstance(node, Line) else node.value.text
        entries = [found for found in _ENTRY.finditer(text) if found.group(1) == held]
        if len(entries) != len(whole.findall(text)):
            return built
        for found in entries:
            name = min(node.defs, default="") if isinstance(node, Line) else ""
            if text != f"{name} = {found.group()}":
                return built
            keys[name] = found.group(2)
    names = [bound.tensor.code.text for bound in origin.inputs]
    if sorted(names) != sorted(keys):
        return built
    return replace(built, inputs=names, keys=tuple(keys[name] for name in names), input_kind=None)


def input_keys(built: Built, origin: Model, of_several: bool = True) -> list[str]:
    """What Keras calls the inputs of a model: the keys of a dict of arrays; "" without a name.

    `of_several`: an only one is called as in `forward`, as no dict is needed for it.
    """
    if built.keys:
        return list(built.keys)
    if (len(built.inputs) == 1 and of_several) or origin.region is None:
        return list(built.inputs)
    return names_of(origin, origin.inputs)


def names_of(origin: Model, inputs: Iterable[Bound]) -> list[str]:
    """The names that a program gives some of the inputs of a model, "" where it gives none."""
    named = origin.region.input_names if origin.region is not None else {}
    return [named.get(_variable(bound, named), "") for bound in inputs]


def _variable(bound: Bound, named: dict[str, str]) -> str:
    """What an input was called when it was made; it may be the element of a list since."""
    text = bound.tensor.code.text
    made = bound.source.split(":", 2)
    return made[2] if text not in named and made[0] == "input" else text


def arrays_by_name(
    given: Given | None, text: str, names: list[str], what: str, surely: bool = False
) -> tuple[str, ...]:
    """The sources of the arrays of an argument, in the order of the model's inputs or outputs.

    `surely`: one for each is all that Keras takes there.
    """
    if len(names) == 1 or given is None:
        only, text = _only(given, text)
        array(only, what, surely)
        return (text,)
    value, node = given.value, given.node
    if isinstance(value, Sequence) and len(value.items) == len(names):
        items = [Given(item, "", given.versions) for item in value.items]
        found = [f"{text}[{number}]" for number in range(len(names))]
        if isinstance(node, (cst.List, cst.Tuple)):
            found = _elements(text)
    elif isinstance(value, Mapping) and set(map(str, value.items)) == set(names):
        items = [Given(value.items[name], "", given.versions) for name in names]
        found = [f'{text}["{name}"]' for name in names]
        if isinstance(node, (cst.Dict, cst.DictComp)):
            found = _elements(text, tuple(map(str, value.items)), names)
    elif is_array(value) and _has_elements(node, len(names)):  # some are what a model predicts
        if re.search(tokens.ANY_CHARACTER, text):
            raise Unsupported(f"a call of a model inside of {what}: give what it gives a name")
        items = [Given(value, "", given.versions)] * len(names)
        found = _elements(text)
    else:
        each = f": {', '.join(names)}" if all(names) else f" of {len(names)}"
        raise Unsupported(f"{what} is not one array for each{each}")
    for item in items:
        array(item, what, surely)
    return tuple(found)


def listed_arrays(text: str, count: int, always_listed: Callable[[str], bool]) -> tuple[str, ...]:
    """The sources of a list of arrays and of so many single ones behind it; none if not known.

    As many arrays as a loop makes inputs come first: `[table[c] for c in columns] + [numbers]`.
    """

    def lists(node: ast.expr) -> bool:
        name = ast.unparse(node)
        return isinstance(node, (ast.List, ast.ListComp)) or always_listed(name)

    def source(node: ast.expr) -> str:
        return ast.get_source_segment(text, node) or ""

    match made := ast.parse(text, mode="eval").body:
        case ast.BinOp(whole, ast.Add(), ast.List(last)) if len(last) == count and lists(whole):
            return source(whole), *map(source, last)
        case ast.List([ast.Starred(whole), *last]) if len(last) == count and lists(whole):
            return source(whole), *map(source, last)
        case ast.List(parts) | ast.Tuple(parts):
            if len(parts) <= count or any(isinstance(part, ast.Starred) for part in parts):
                return ()
            first = ", ".join(map(source, parts[: len(parts) - count]))
            return f"[{first}]", *map(source, parts[len(parts) - count :])
        case ast.Name() | ast.ListComp() if not count and lists(made):
            return (text,)
        case ast.Name() if lists(made):
            return f"{text}[:-{count}]", *(f"{text}[{place}]" for place in range(-count, 0))
    return ()


def _has_elements(node: cst.CSTNode | None, count: int) -> bool:
    """Whether it is a list or tuple that is written out, of so many elements."""
    if not isinstance(node, (cst.List, cst.Tuple)) or len(node.elements) != count:
        return False
    return not any(isinstance(e, cst.StarredElement) for e in node.elements)


def _only(given: Given | None, text: str) -> tuple[Given | None, str]:
    """The array in a list or dict of one array, and its source."""
    value = given.value if given is not None else None
    if given is None or not isinstance(value, (Sequence, Mapping)) or len(value.items) != 1:
        return given, text
    pairs = value.items if isinstance(value, Mapping) else {0: value.items[0]}
    ((key, item),) = pairs.items()
    if is_of_numbers(value):
        return given, text  # an array that is written as a list
    if isinstance(given.node, (cst.List, cst.Tuple, cst.Dict)):
        return Given(item, "", given.versions), _elements(text, (str(key),), [str(key)])[0]
    return Given(item, "", given.versions), f"{text}[{literal(key)}]"


def _elements(text: str, keys: tuple[str, ...] = (), order: list[str] | None = None) -> list[str]:
    """The sources of what stands in a display: of a dict in another order, if that is asked."""
    display = cst.parse_expression(text)
    module = cst.Module([])
    if isinstance(display, cst.DictComp):
        return [_entry(display, key) for key in order or keys]
    if isinstance(display, cst.Dict):
        values = [module.code_for_node(e.value) for e in display.elements]
        by_key = dict(zip(keys, values, strict=True))
        return [by_key[name] for name in order or keys]
    assert isinstance(display, (cst.List, cst.Tuple))
    return [module.code_for_node(e.value) for e in display.elements]


def _entry(made: cst.DictComp, key: str) -> str:
    """The source of an entry of `{name: table[name] for name in names}`."""
    module, held = cst.Module([]), {}
    match made.for_in:
        case cst.CompFor(target=cst.Name(value=name)):
            held = {name: literal(key)}
        case cst.CompFor(
            target=cst.Tuple(elements=[first, second]),
            iter=cst.Call(func=cst.Attribute(value=table, attr=cst.Name("items"))),
        ):
            source = f"{module.code_for_node(table)}[{literal(key)}]"
            held = {module.code_for_node(first.value): literal(key)}
            held[module.code_for_node(second.value)] = source
    if not isinstance(made.key, cst.Name) or held.get(made.key.value) != literal(key):
        raise Unsupported("a dict whose entries are not written one by one")
    return with_values(module.code_for_node(made.value), held)


def with_values(code: str, held: dict[str, str]) -> str:
    """An expression with what the variables of its loop stand for."""
    names = (n for n in all_in(ast.parse(code, mode="eval")) if isinstance(n, ast.Name))
    for place in sorted((n.col_offset, n.id) for n in names if n.id in held)[::-1]:
        raw = code.encode()  # what Python's parser counts
        rest = raw[place[0] + len(place[1].encode()) :]
        code = (raw[: place[0]] + held[place[1]].encode() + rest).decode()
    return code


def input_tensors(built: Built, training: Training, xs: tuple[str, ...]) -> list[str]:
    """The tensors of arrays, one for each input."""
    if is_listed(built):
        others = zip(training.taking.inputs, xs[1:], strict=True)
        return [
            _listed_tensors(built, xs[0]),
            *(_tensor(built, b.tensor.code.text, fitting(b.tensor), x) for b, x in others),
        ]
    return [input_tensor(built, training, number, x) for number, x in enumerate(xs)]


def _listed_tensors(built: Built, arrays: str) -> str:
    """The tensors of a list of arrays, one after the other."""
    one, each = _each_of(arrays)
    return f"*({listed_input(built, one)}{each})"


def listed_input(built: Built, x: str) -> str:
    """The tensor of one array of a list."""
    return _tensor(built, built.inputs[0], fitting_of_list(built), x)


def fitting_of_list(built: Built) -> str:
    """What makes the arrays of a list fit the inputs."""
    region = built.model.region
    assert region is not None
    return fitting(region.inputs[built.inputs[0]][1])


def each_as_array(arrays: str) -> str:
    """A list of arrays for one of tables: `[np.asarray(x[:split]) for x in tables]`."""
    one, each = _each_of(arrays)
    return f"[np.asarray({one}){each}]"


def _each_of(arrays: str) -> tuple[str, str]:
    """What a list holds, and the loop over where it comes from: `x`, ` for x in arrays`."""
    made = ast.parse(arrays, mode="eval").body
    if not isinstance(made, ast.ListComp):
        return "x", f" for x in {arrays}"
    one = ast.get_source_segment(arrays, made.elt) or ""
    return one, arrays[arrays.index(one) + len(one) : -1]


def parts_of(built: Built, xs: tuple[str, ...], part: str) -> tuple[str, ...]:
    """Some rows of the arrays: `x[:split]`, or of all in a list of arrays."""
    found = [f"{x}{part}" for x in xs]
    if is_listed(built):
        found[0] = f"[x{part} for x in {xs[0]}]"
    return tuple(found)


def input_tensor(built: Built, training: Training, number: int, x: str) -> str:
    """The tensor of an array for one of the inputs."""
    fit = fittings(training, input_keys(built, training.origin))[number]
    return _tensor(built, built.inputs[number], fit, x)


def _tensor(built: Built, name: str, fit: str, x: str) -> str:
    """The tensor of an array, and what makes it fit the input."""
    return f"torch.as_tensor({x}, dtype={input_dtype(built, name)}){fit}"


#: The types that inputs are declared to have, other than float32.
_TYPES = {"int32": "long", "int64": "long", "bool": "bool"}


def input_dtype(built: Built, name: str) -> str:
    """The type that an input must have: whole numbers look up rows of an embedding.

    What a model that nobody sees does with it is told by the type that the program declares.
    """
    if is_listed(built):  # those that a loop makes, and single ones behind them
        found = {bound.tensor.code.text: bound for bound in built.model.inputs}
    else:
        found = dict(zip(built.inputs, built.model.inputs, strict=False))
    declared = found.get(name)
    if declared is not None and declared.tensor.dtype == "bool":  # a mask, say
        return "torch.bool"
    whole = declared is not None and declared.tensor.dtype.startswith("int")
    if built.order is not None and built.model.region is not None:  # what a loop has declared
        return f"torch.{_TYPES.get(built.model.region.inputs[name][2], 'float32')}"
    names = {name}  #: and what it is called besides
    for node in walk(built.forward):
        if isinstance(node, (Line, Return)):
            text = node.text if isinstance(node, Line) else node.value.text
            modules = node.modules if isinstance(node, Line) else node.value.modules
            text = text.replace(_ALL_STEPS, "")  # what runs at every step sees the same numbers
            names |= {step for step, of in _EACH_STEP.findall(text) if of in names}
            for module, arguments in ((m, a) for m in modules for a in _arguments(m, text)):
                taken = [a for a in arguments if a in names]
                if taken and _LOOKUP.match(module.constructor.text) is not None:
                    return "torch.long"
                if taken and module.constructor.text.isidentifier() and whole:
                    return "torch.long"
                if taken and _looks_up(built, module, arguments.index(taken[0])):
                    return "torch.long"
        if isinstance(node, Line):
            target, _, value = node.text.partition(" = ")
            names |= {target} if value in names else set()
        if isinstance(node, For) and is_listed(built):
            names |= _elements_named(node, names)
    return "torch.long" if whole else "torch.float32"


#: How a model gets all steps at once, and one after the other.
_ALL_STEPS = ".flatten(0, 1)"
_EACH_STEP = regex(r"for (\S+) in ([^\s()\[\]]+)\.unbind\(1\)")


def _elements_named(loop: For, names: set[str]) -> set[str]:
    """What a loop calls the elements of some lists: `for size, x in zip(sizes, inputs)`."""
    source = f"{loop.target} = {loop.iterable.text}"
    if re.search(tokens.ANY_CHARACTER, source):
        return set()
    made = ast.parse(source).body[0]
    assert isinstance(made, ast.Assign)
    match made.targets[0], made.value:
        case ast.Tuple(targets), ast.Call(ast.Name("zip"), lists) if len(targets) == len(lists):
            pairs = zip(targets, lists, strict=True)
        case target, whole:
            pairs = zip([target], [whole], strict=True)
    return {ast.unparse(t) for t, whole in pairs if ast.unparse(whole) in names}


def _arguments(module: Module, text: str) -> list[list[str]]:
    """The names that a module is called on in a statement, for each call."""
    called = re.finditer(rf"{re.escape(module.token)}\(([^()]*)\)", text)
    return [one.group(1).split(", ") for one in called]


def _looks_up(built: Built, module: Module, number: int) -> bool:
    """Whether a model inside of this one looks up rows by an input of its own."""
    region = built.model.region
    held = region.model_layers.get(module.token) if region is not None else None
    if held is None:
        return False
    made = root(held)
    homes = made.region.built if made.region is not None else []
    given = given_by_function(made)
    inner = given[1] if given is not None else next((b for b in homes if b.model is made), None)
    if inner is None or number >= len(inner.inputs):
        return False
    return input_dtype(inner, inner.inputs[number]) == "torch.long"


_LOOKUP = regex(
    r"(?:(?:with_init|regularized|constrained)\()*nn\.Embedding(?:\.from_pretrained)?\("
)


def target_tensor(text: str, head: Head, again: bool = True, sizes: Shape | None = None) -> str:
    """Targets as the criterion wants them; Keras takes more shapes than torch.

    `again`: the text may be written twice. `sizes` are those of the targets, if they are known.
    """
    rank, units = head.prediction.rank, head.prediction.units
    if head.loss.targets is Targets.CLASSES:
        made = f"torch.as_tensor({text}, dtype=torch.long)"
        if rank is None:
            raise Unsupported("classes as targets of an output whose axes are not known")
        fit = sizes is not None and len(sizes) == rank - 1
        return made if fit else f"{made}.flatten({rank - 2 or ''})"
    made = f"torch.as_tensor({text}, dtype=torch.float32)"
    if rank == 2 and units == 1:
        if sizes is not None and head.prediction.column_shape:
            if len(sizes) == 2 and sizes[1] == 1:
                return made
            if len(sizes) == 1:
                return f"{made}.reshape(-1, 1)"
        return as_column(made, text, head, again)
    return f"{made}{without_last_axis(head)}"


def without_last_axis(head: Head) -> str:
    """What takes away an axis of one number that targets may have more than the output."""
    if not head.prediction.deeper:
        return ""
    return ".flatten(1)" if head.prediction.rank == 2 else ".squeeze(-1)"


#: What may be written twice: `y`, `self.y`, `y[:split]`.
_NAMED = regex(r"\w+(?:\.\w+)*(?:\[[^\[\]()]*\])?")


def as_column(made: str, text: str, head: Head, again: bool = True) -> str:
    """Targets of an output with one number: those of a loss of one's own may be several."""
    shape = head.prediction.column_shape
    if shape and (head.prediction.open or ("{" in shape and not again)):
        plain = again and _NAMED.fullmatch(text)
        return f"{made}.reshape(len({text}), -1)" if plain else f"{made}.unsqueeze(1).flatten(1)"
    return f"{made}.reshape({shape.format(text)})" if shape else made


def for_weights(head: Head) -> str:
    """How what an unaveraged criterion gives becomes one number for each weight.

    Where outputs are steps or pixels, each of them may have a weight.
    """
    rank, one = head.prediction.rank, head.loss.per_sample
    if rank is None:
        raise Unsupported("weights of samples for an output whose axes are not known")
    if rank == 2:
        return "" if one else ".flatten(1).mean(1)"
    return ("" if one else ".mean(-1)") + (".flatten(1)" if rank > 3 else "")


def rows_of(head: Head) -> str:
    """How what an unaveraged criterion gives becomes one number for each row."""
    return "" if head.loss.per_sample else ".mean(-1)"


def weight_tensor(text: str, head: Head) -> str:
    """The weights of samples; of steps or pixels, where the output has several of them."""
    made = f"torch.as_tensor({text}, dtype=torch.float32)"
    one = head.prediction.rank == 2
    return f"{made}.flatten()" if one else f"{made}.unsqueeze(1).flatten(1)"


def criterion_call(head: Head, criterion: str) -> str:
    """How a criterion is called on an output and its targets."""
    output = given = head.compared.output.text
    targets = head.compared.targets.text
    loss = head.loss
    if loss.classes_first:
        given = f"{output}.movedim(-1, 1)"
        if loss.targets is Targets.LIKE:
            targets = f"{targets}.movedim(-1, 1)"
    elif _may_lack_an_axis(head) and not (head.metrics or head.steps):
        targets = _as_output(head)
    if loss.smoothed:
        targets = loss.smoothed.format(targets, output)
    order = [targets, given] if loss.targets_first else [given, targets]
    called = f"{criterion}({', '.join(order)})"
    if not head.prediction.elementwise:
        called += f"{rows_of(head)}.sum()" if loss.summed else "" if loss.averaged else ".mean()"
    factor = "" if head.name else factor_of(head)
    return f"{factor} * {called}" if factor else called


def given_by(heads: tuple[Head, ...]) -> list[str]:
    """What the loops call that which the model gives: each output, or the dict of them."""
    return ["outputs"] if heads[0].key else [head.prediction.output.text for head in heads]


def _may_lack_an_axis(head: Head) -> bool:
    """Whether targets can be of shape (N,) where the output is of shape (N, 1)."""
    units = head.prediction.units
    same = units is not None and (units > 1 or head.prediction.rank == 2)
    same = same or head.prediction.aligned
    if head.prediction.open:
        column = (head.prediction.rank, units) == (2, 1)
        same = column and bool(head.prediction.column_shape)  # as `as_column` makes it
    return head.loss.targets is Targets.LIKE and not head.loss.classes_first and not same


def shaped_targets(head: Head) -> str:
    """The statement that gives targets the shape of the output, where metrics read them too."""
    targets = head.prediction.targets.text
    shaped = _may_lack_an_axis(head) and bool(head.metrics or head.steps)
    return f"{targets} = {_as_output(head)}" if shaped else ""


def chosen_steps(head: Head, names: dict[str, str]) -> list[str]:
    """The statements that leave masked steps out; `names` are those of the inputs in the loops."""
    if head.steps is None:
        return []
    name = head.steps.name
    output, targets = head.prediction.output.text, head.prediction.targets.text
    made = f"{name} = {substitute_names(head.steps.mask.text, names)}"
    chosen = f"{output}, {targets} = {output}[{name}], {targets}[{name}]"
    return [made] if head.steps.apart else [made, chosen]


def is_aligned(head: Head) -> bool:
    """Whether an emitted function gives the targets the axes of the output."""
    return head.prediction.open and _may_lack_an_axis(head)


def _as_output(head: Head) -> str:
    """Targets in the shape of the output; one number stands for each of the steps."""
    output, targets = head.prediction.output.text, head.prediction.targets.text
    if head.prediction.open:
        return f"with_axes_of({output}, {targets})"
    if head.prediction.spread:
        return f"{targets}.reshape(-1, 1, 1).expand_as({output})"
    return f"{targets}.view_as({output})"


def factor_of(head: Head) -> str:
    """By what its loss is multiplied in the sum; "" where that is 1."""
    weight = head.weight
    return "" if weight is None or weight.is_const(1, 1.0, None) else weight.wrapped(13)
