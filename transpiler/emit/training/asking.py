"""What stands in the places of evaluate, predict, save and the like."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.training import distributing
from transpiler.emit.training.absent import batch_size
from transpiler.emit.training.called_once import called_once
from transpiler.emit.training.entry_order import SORTED, EntryOrder
from transpiler.emit.training.files import weights_path
from transpiler.emit.training.going_on import lives_on, optimizer_of_file, optimizer_of_loaded
from transpiler.emit.training.lines import (
    functions_around,
    holds,
    identifiers,
    is_statement,
    statement_of,
    within,
)
from transpiler.emit.training.model import Asking, ModelWriter
from transpiler.emit.training.pairs import arrays_of
from transpiler.emit.training.progress import progress_of, shown_values
from transpiler.emit.training.ready import size_that_counts
from transpiler.emit.training.sequences import some_of_sequence
from transpiler.emit.training.so_many_batches import first_samples, size_for, steps_of_arrays
from transpiler.emit.training.streams import note_even, note_listed, note_outputs, so_many, stream
from transpiler.emit.training.taken_criteria import criterion_for
from transpiler.emit.training.weighting import present_weights, sample_weights
from transpiler.interpret.models.loading import OUT_OF_KERAS
from transpiler.interpret.training import TRAINING, Given, TrainingCall
from transpiler.interpret.values import Sequence, Static
from transpiler.ir import tokens
from transpiler.ir.expr import literal
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled
from transpiler.lower.weighing import weighs
from transpiler.source.suites import blocks_around


def write_summary(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Torch prints the modules."""
    source = writer.tree.source(call.node)
    printed = writer.tree.source(statement) == f"print({source})" and "print_fn" not in call.given
    if not printed and not is_statement(statement, call.node):
        raise Unsupported("what `summary` gives is used")
    shows = writer.argument(call, "print_fn")
    if shows is not None and re.fullmatch(r"[\w.]+", shows) is None:
        raise Unsupported("print_fn is not translated")
    shown = f"print({writer.variable})" if shows is None else f"{shows}(str({writer.variable}))"
    if not is_unfinished(writer, call):
        writer.inline(call, statement, [], writer.variable if printed else shown)
        return
    later = [c for c in writer.part.calls if c.name == "summary" and not is_unfinished(writer, c)]
    last = writer.training.origin.additions[-1]
    made = statement_of(writer.tree, writer.room.node, last)
    if made is None or call.in_loop:
        raise Unsupported("the model is not complete yet")
    if not later:
        writer.appended.append((made, [shown]))
    writer.parts.append(("", statement))


def is_unfinished(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether layers are added to the model after a call of it, or in a block around that.

    What stands in a function is called where the function gets the model.
    """
    model = writer.training.model
    elsewhere = call.region is not writer.training.origin.region and call.model.source is not None
    if elsewhere and not model.handings and _is_made_whole(writer, call):
        return False
    nodes = model.handings if elsewhere and model.handings else [call.node]
    return any(_grows_after(writer, writer.tree.span(node)[0]) for node in nodes)


def _is_made_whole(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether one function alone adds the layers, and the call stands outside of it."""
    span, model = writer.tree.span, writer.training.model
    made = functions_around(writer.tree, span(model.node)[0]) if model.node is not None else []
    if not made:
        return False
    home = span(made[-1])
    inside = (within(span(node)[0], [home]) for node in model.additions)
    return all(inside) and not within(span(call.node)[0], [home])


def _grows_after(writer: ModelWriter, start: int) -> bool:
    span, model = writer.tree.span, writer.training.model
    around = blocks_around(writer.tree, writer.room.node, start)
    made = span(model.node)[0] if model.node is not None else -1
    blocks = [span(s) for s, _ in around if isinstance(s, (cst.For, cst.While, cst.If))]
    blocks = [block for block in blocks if not within(made, [block])]
    places = [span(node)[0] for node in model.additions]
    return any(place > start or within(place, blocks) for place in places)


def write_save(writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
    """The weights, and a word on what else Keras saves."""
    write_save_weights(writer, call, statement)
    message = "the file holds the weights alone, in torch's format"
    writer.made.said.append((ASSUMED, call.node, f"`save`: {message}"))


def write_save_weights(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """The weights in torch's format."""
    path = _file(writer, call)
    text = f"torch.save({writer.variable}.state_dict(), {path})"
    if writer.made.spread:
        text = distributing.saved_once(text)
        writer.made.helpers.add("save_weights")
    writer.inline(call, statement, [], text)


def write_load_weights(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Weights in torch's format."""
    if not is_statement(statement, call.node):
        raise Unsupported("what `load_weights` gives is used")
    writer.refuse(call, "skip_mismatch")
    brought_back = optimizer_of_file(writer, call)
    loaded = f"{writer.variable}.load_state_dict({_loaded(writer, call)})"
    writer.inline(call, statement, [], loaded)
    if not _is_written_before(writer, call):
        message = f"a file that Keras has written must be converted first: {OUT_OF_KERAS}"
        writer.made.said.append((ASSUMED, call.node, f"`load_weights`: {message}"))
    if brought_back:
        writer.made.said.append((ASSUMED, call.node, f"`load_weights`: {brought_back}"))


def _is_written_before(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether the program has surely written a file that it loads: no other one has to be there."""
    given, place = call.given.get("filepath"), writer.tree.span(call.node)[0]
    if given is None:
        return False
    before = [
        c
        for c in writer.part.calls + writer.training.calls
        if writer.tree.span(c.node)[0] < place and not c.conditional and c.region is call.region
    ]
    saves = [c.given.get("filepath") for c in before if c.name in ("save", "save_weights")]
    if any(one is not None and _key_of(one) == _key_of(given) for one in saves):
        return True
    kept = rf"ModelCheckpoint\(\s*(?:filepath\s*=\s*)?{re.escape(given.text)}\s*[,)]"
    made = re.search(kept, writer.tree.text[:place])
    plain = given.text.isidentifier() or given.text[:1] in "\"'"
    return plain and made is not None and any(c.name == "fit" for c in before)


def _key_of(given: Given) -> tuple[str, tuple[tuple[str, int], ...]]:
    return given.text, given.versions


def loaded_name(call: TrainingCall) -> str:
    """The variable or attribute that a model is loaded into, "" where it is another place."""
    statement = call.statement
    node = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(node, cst.Assign) or node.value is not call.node or len(node.targets) > 1:
        return ""
    target = node.targets[0].target
    match target:
        case cst.Name(name):
            return name
        case cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)):
            return f"self.{name}"
    return ""


def write_load_model(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """The weights that the program has saved, in the model or in a copy of it."""
    name, model = loaded_name(call), call.given["model"].text
    load = f"{name}.load_state_dict({_loaded(writer, call)})"
    copied = name != model or lives_on(writer, call)
    lines = [f"{name} = copy.deepcopy({model})", load] if copied else [load]
    lines += optimizer_of_loaded(writer, call, copied)
    writer.whole[id(statement)] = lines
    writer.statements.setdefault(id(statement), (statement, {}, {}))


def write_clone_model(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A copy with the same weights; the statement that sets them has nothing left to do.

    A model with other weights is made as the first was.
    """
    name, anew = loaded_name(call), "anew" in call.given
    made = f"copy.deepcopy({call.given['model'].text})"
    made = tokens.instance(*writer.tree.span(call.node)) if anew else made
    writer.whole[id(statement)] = [f"{name} = {made}"]
    writer.statements.setdefault(id(statement), (statement, {}, {}))
    if anew:
        return
    end = writer.tree.span(statement)[1]
    after = [c for c in writer.part.calls if writer.tree.span(c.node)[0] > end]
    writer.shared.copied |= {id(one.node) for one in after[:1] if one.name == "set_weights"}


def _loaded(writer: ModelWriter, call: TrainingCall) -> str:
    """What a file of weights holds, wherever it was saved, in the place of the model."""
    placed = any(c.name in _PLACED for c in writer.training.calls)
    place = writer.device if placed else '"cpu"'
    return f"torch.load({_file(writer, call)}, map_location={place})"


#: Calls in whose place a function stands that moves batches to the device of the model.
_PLACED = TRAINING | {"predict", "predict_on_batch"}


def _file(writer: ModelWriter, call: TrainingCall) -> str:
    """The name of a file of weights: a literal one gets the ending that torch's have."""
    given = call.given.get("filepath")
    if given is None:
        raise Unsupported("the file is not named")
    if given.node is not None and writer.tree.span(given.node) in writer.shared.replaced:
        return writer.source_of(given)  # the path of a checkpoint: it is torch's already
    return weights_path(writer.shared.file, writer.source_of(given))


def refuse_callbacks(writer: ModelWriter, call: TrainingCall) -> None:
    """Of questions, which call none but in loops."""
    given = call.given.get("callbacks")
    if given is None or not isinstance(given.value, Sequence) or given.value.items:
        writer.refuse(call, "callbacks")


def write_evaluate(writer: ModelWriter, call: TrainingCall, statement: Asking) -> None:
    """A call of the emitted function that evaluates."""
    refuse_callbacks(writer, call)
    loader = some_of_sequence(writer, call) or stream(writer, call, "x", "steps")
    streamed = bool(loader)
    pipeline = None if streamed else writer.data_set(call)
    weighted = weighs(call)
    if streamed or pipeline is not None:
        writer.refuse(call, "y", "sample_weight")
    if writer.made.spread and streamed:
        raise Unsupported("batches that the program makes itself, under a strategy")
    compiled = writer.compiled_of(call)
    loop = None
    if pipeline is not None:
        loader = some_batches(writer, call, pipeline, "x", "steps")
    if streamed or pipeline is not None:
        loop = writer.loop_over(compiled, call.given["x"])
        if pipeline is not None and writer.argument(call, "steps") is None:
            note_even(writer, call, pipeline, compiled.keras)
        if writer.argument(call, "steps") is None:
            note_outputs(writer, call, pipeline, compiled)
        note_listed(writer, loop, call.given["x"])
    before: list[str] = []
    known = ""
    steps = None if streamed or pipeline else steps_of_arrays(writer, call, "steps")
    if not weighted and not steps:
        key = writer.key(call, "x", "y")
        if not streamed and pipeline is None:
            key += size_that_counts(compiled, batch_size(writer, call))
        known = writer.ready.loader(call, key, ("x", "y"))
    if pipeline is not None and writer.made.spread:
        loader = known or _of_process(writer, call, loader, pipeline, before)
    loader = loader or known
    weights = dict.fromkeys(loop.weights if loop is not None else (), "")
    if not loader:
        xs, ys, unpacked = arrays_of(writer, call, compiled, free_after(writer, call), "test")
        size = batch_size(writer, call)
        if weighted:
            weights = sample_weights(
                writer, call, compiled, present_weights(writer, call, compiled), ""
            )
        if steps and size is not None:
            xs, ys, each = (first_samples(a, steps, size) for a in (xs, ys, weights.values()))
            weights = dict(zip(weights, each, strict=True))
        inputs, targets = writer.inputs(xs), writer.targets(ys, compiled, call.sizes)
        made = f"TensorDataset({', '.join([inputs, targets, *weights.values()])})"
        data = writer.ready.holding(call, made, ("x", "y", "sample_weight"))
        if not data:
            data, number = writer.lasting("test_data", "test_dataset"), 1
            while not writer.ready.take(call, "; ".join([f"{data} = {made}", *unpacked])):
                number += 1
                data = writer.lasting(f"test_data_{number}")
            lines, _ = called_once(writer, call, [*unpacked, f"{data} = {made}"], [])
            before = writer.ready.needed(call, lines, ("x", "y", "sample_weight"))
        size = size or (size_for(steps, f"len({data})") if steps else "32")
        loader = writer.asking_loader(data, size)
    evaluator = writer.evaluator(compiled, streamed, tuple(weights), loop)
    criterion = criterion_for(writer, call, compiled)
    text = f"{evaluator}({writer.variable}, {loader}, {criterion})"
    if is_statement(statement, call.node):
        writer.whole[id(statement)] = [*before, *_shown(writer, call, statement, compiled, text)]
        writer.statements.setdefault(id(statement), (statement, {}, {}))
        return
    if by_keys(call):
        text = as_dict(writer, call.node, compiled, text)
    elif len(compiled.keys) > 1 and not _unpacked(writer, call, statement):
        text = f"list({text})"
    writer.inline(call, statement, before, text)


def free_after(writer: ModelWriter, call: TrainingCall) -> Callable[..., str]:
    """What gives a variable that is free from a call on."""
    start, end = writer.tree.span(call.node)
    return partial(writer.names.passing, end=end, looped=start if call.in_loop else None)


def _of_process(
    writer: ModelWriter, call: TrainingCall, source: str, pipeline: Pipeline, before: list[str]
) -> str:
    """The loader of one process for a data set that the model is asked about."""
    if writer.argument(call, "steps") is not None:
        raise Unsupported("steps under a strategy")
    if not source.isidentifier():
        data = writer.lasting("test_data", "test_dataset")
        before.append(f"{data} = {source}")
        source = data
    loader = writer.lasting("test_loader", "test_batches")
    before.append(f"{loader} = {distributing.asked(source, pipeline)}")
    writer.made.helpers |= {"loader_of_process", "part_of_process"}
    before[:] = writer.ready.needed(call, before, ("x",))
    return loader


def by_keys(call: TrainingCall) -> bool:
    """Whether what a call gives is asked for as a dict."""
    given = call.given.get("return_dict")
    if given is None:
        return False
    value = given.value
    if isinstance(value, Static) and value.expr.is_const(True, False):
        return bool(value.expr.value)
    raise Unsupported("return_dict is only known at run time")


def as_dict(writer: ModelWriter, call: cst.CSTNode, compiled: Compiled, values: str) -> str:
    """Values of a batch or an epoch by their keys, in Keras's order where that is seen."""
    if len(compiled.keys) == 1:
        return f'{{"loss": {values}}}'
    keys = ", ".join(f'"{key}"' for key in compiled.keys)
    pairs = f"zip([{keys}], {values})"
    if compiled.keras == "2" or [*compiled.keys] == sorted(compiled.keys):
        return f"dict({pairs})"
    order = EntryOrder(writer.shared)
    order.look_at([writer.tree.span(call)])
    if order.by_place and writer.shared.file.options.keras == "auto":
        writer.made.said.append((ASSUMED, call, SORTED))
    return f"dict(sorted({pairs}))" if order.shown else f"dict({pairs})"


def _shown(
    writer: ModelWriter,
    call: TrainingCall,
    statement: Asking,
    compiled: Compiled,
    text: str,
) -> list[str]:
    """What an `evaluate` prints whose result nobody takes."""
    progress = progress_of(writer, call)
    if not progress.line:
        return [text]
    start, end = writer.tree.span(statement)
    looped = start if call.in_loop else None
    values = {
        key: writer.names.passing(name, end=end, looped=looped)
        for key, name in identifiers(compiled.keys).items()
    }
    shown = progress.shown("", shown_values(compiled, values))
    shown = distributing.in_first(shown) if shown and writer.made.spread else shown
    return [f"{', '.join(values.values())} = {text}", *shown]


def _unpacked(writer: ModelWriter, call: TrainingCall, statement: Asking) -> bool:
    """Whether a tuple serves as well as the list that Keras gives."""
    after = writer.tree.span(call.node)[1]
    if writer.tree.text[after : after + 1] == "[":
        return True
    node = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(node, cst.Assign) or node.value is not call.node:
        return False
    target = node.targets[0].target
    if isinstance(target, (cst.Tuple, cst.List)):
        return True
    if not isinstance(target, cst.Name):
        return False
    end = writer.tree.span(statement)[1]
    places = [
        p for p in writer.shared.places(writer.room, target.value) if p.start > end and not p.binds
    ]
    return all(writer.tree.text[p.end : p.end + 1] == "[" for p in places)


def rewrite_names(writer: ModelWriter) -> None:
    """`model.metrics_names` becomes the list, `model.metrics_names[1]` the name."""
    places = writer.shared.asked(writer.room, writer.variable, "metrics_names")
    lists = {tuple(compiled.keys) for compiled in writer.training.compiled.values()}
    if not places or len(lists) != 1:
        return
    (keys,) = lists
    for place in places:
        text, end = literal(list(keys)), place.attribute_end
        chosen = re.match(r"\[(\d+)\]", writer.tree.text[end:])
        if chosen is not None and int(chosen.group(1)) < len(keys):
            text, end = literal(keys[int(chosen.group(1))]), end + chosen.end()
        span = (place.start, end)
        writer.shared.replaced[span] = text
        around = (s for s in writer.statements.values() if holds(writer.tree.span(s[0]), span))
        if (statement := next(around, None)) is not None:
            statement[2][span] = text
        else:
            writer.edits.append(Edit(*span, text))
    message = (
        "they are the names in the history; Keras 3 gives `compile_metrics` for all but the loss"
    )
    said_at = (writer.part.calls or writer.training.calls)[0].node
    writer.made.said.append((ASSUMED, said_at, f"`metrics_names`: {message}"))


def some_batches(
    writer: ModelWriter, call: TrainingCall, pipeline: Pipeline, data: str, steps: str
) -> str:
    """The source of a data set, or of as many of its batches as are asked for."""
    source, count = writer.source_of(call.given[data]), writer.argument(call, steps)
    if count is not None and not (pipeline.is_generator and count == f"len({source})"):
        return so_many(writer, call, steps).format(source)
    if pipeline.endless:
        raise Unsupported("a data set without end, and no number of steps")
    return source
