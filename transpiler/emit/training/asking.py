"""What stands in the places of evaluate, predict, save and the like."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.epochs import Predicting, predict
from transpiler.emit.training.data import input_names, input_tensors
from transpiler.emit.training.lines import holds, identifiers, is_statement, printed
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.streams import stream
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence
from transpiler.ir.expr import literal
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled


def write_summary(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Torch prints the modules."""
    if not is_statement(statement, call.node):
        raise Unsupported("what `summary` gives is used")
    if "print_fn" in call.given:
        raise Unsupported("print_fn is not translated")
    writer.inline(call, statement, [], f"print({writer.variable})")


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
    writer.inline(call, statement, [], text)


def write_load_weights(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Weights in torch's format."""
    if not is_statement(statement, call.node):
        raise Unsupported("what `load_weights` gives is used")
    writer.refuse(call, "skip_mismatch")
    path = _file(writer, call)
    writer.inline(call, statement, [], f"{writer.variable}.load_state_dict(torch.load({path}))")
    message = "a file that Keras has written must be converted first"
    writer.made.said.append((ASSUMED, call.node, f"`load_weights`: {message}"))


def loaded_name(call: TrainingCall) -> str:
    """The variable that a model is loaded into, "" where it is another place."""
    statement = call.statement
    node = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(node, cst.Assign) or node.value is not call.node or len(node.targets) > 1:
        return ""
    target = node.targets[0].target
    return target.value if isinstance(target, cst.Name) else ""


def write_load_model(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """The weights that the program has saved, in the model or in a copy of it."""
    name, model = loaded_name(call), call.given["model"].text
    load = f"{name}.load_state_dict(torch.load({_file(writer, call)}))"
    lines = [load] if name == model else [f"{name} = copy.deepcopy({model})", load]
    writer.whole[id(statement)] = lines
    writer.statements.setdefault(id(statement), (statement, [], {}))


def _file(writer: ModelWriter, call: TrainingCall) -> str:
    """The name of a file of weights: a literal one gets the ending that torch's have."""
    given = call.given.get("filepath")
    if given is None:
        raise Unsupported("the file is not named")
    text = writer.source_of(given)
    literal_path = re.fullmatch(r"([\"'])([^\"'{}]*)\1", text)
    if literal_path is None:
        return text
    stem = _SUFFIX.sub("", literal_path.group(2))
    return f'"{stem}.pt"'


_SUFFIX = re.compile(r"(\.weights)?\.(h5|hdf5|keras|ckpt|tf)$")


def write_evaluate(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A call of the emitted function that evaluates."""
    writer.refuse(call, "callbacks")
    loader = stream(writer, call.given.get("x"), writer.argument(call, "steps"))
    streamed = bool(loader)
    weighted = writer.argument(call, "sample_weight") is not None
    writer.refuse(call, "sample_weight" if streamed else "steps")
    if "return_dict" in call.given:
        raise Unsupported("return_dict is not translated")
    compiled = writer.compiled_of(call)
    if not weighted:
        loader = loader or writer.loaders.get(writer.key(call, "x", "y"), "")
    before: list[str] = []
    if not loader:
        data = writer.lasting("test_data", "test_dataset")
        given = writer.batches(call)
        if given is None:
            xs = writer.arrays(call.given.get("x"), "x")
            ys = writer.target_arrays(call.given.get("y"), compiled)
        else:
            xs, ys = given.xs, (given.y,)
        inputs, targets = writer.inputs(xs), writer.targets(ys, compiled)
        if weighted:
            targets = f"{targets}, {writer.weights(call.given['sample_weight'])}"
        before.append(f"{data} = TensorDataset({inputs}, {targets})")
        if not writer.is_new(call, before, ("x", "y", "sample_weight")):
            before.clear()
        size = given.size if given is not None else writer.argument(call, "batch_size")
        loader = writer.loader(data, size or "32")
    evaluator = writer.evaluator(compiled, streamed, weighted)
    text = f"{evaluator}({writer.variable}, {loader}, {writer.criterion})"
    if is_statement(statement, call.node):
        writer.whole[id(statement)] = [*before, *_shown(writer, call, statement, compiled, text)]
        writer.statements.setdefault(id(statement), (statement, [], {}))
        return
    if len(compiled.keys) > 1 and not _unpacked(writer, call, statement):
        text = f"list({text})"
    writer.inline(call, statement, before, text)


def _shown(
    writer: ModelWriter,
    call: TrainingCall,
    statement: cst.SimpleStatementLine,
    compiled: Compiled,
    text: str,
) -> list[str]:
    """What an `evaluate` prints whose result nobody takes."""
    if writer.argument(call, "verbose") in ("0", "False"):
        return [text]
    end = writer.tree.span(statement)[1]
    values = {
        key: writer.names.passing(name, end=end, looped=call.in_loop)
        for key, name in identifiers(compiled.keys).items()
    }
    return [f"{', '.join(values.values())} = {text}", *printed("", values)]


def _unpacked(writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine) -> bool:
    """Whether a tuple serves as well as the list that Keras gives."""
    node = statement.body[0]
    after = writer.tree.span(call.node)[1]
    if writer.tree.text[after : after + 1] == "[":
        return True
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
    places = writer.shared.places(writer.room, writer.variable)
    places = [p for p in places if p.attribute == "metrics_names"]
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
    writer.made.said.append((ASSUMED, writer.part.calls[0].node, f"`metrics_names`: {message}"))


def write_predict(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A call of the emitted function that predicts."""
    writer.refuse(call, "steps", "callbacks")
    pipeline = writer.batches(call)
    if pipeline is not None and pipeline.shuffled:
        raise Unsupported("predictions of samples in random order")
    xs = pipeline.xs if pipeline is not None else writer.arrays(call.given.get("x"), "x")
    names = input_names(writer.built) if len(xs) > 1 else ("x",)
    outputs = writer.training.origin.outputs
    items = outputs.items if isinstance(outputs, Sequence) else None
    how = Predicting(
        writer.training.activation,
        writer.training.ends_in,
        1 if writer.training.rank == 2 else -1,
        names,
        tuple(input_tensors(writer.built, writer.training.origin, names)),
        writer.shared.sized,
        writer.device,
        len(items) if isinstance(items, tuple) else 1,
    )
    name, source = writer.shared.function(
        ("predict", f"predict_{writer.label}", "predict_with"),
        ("predict", how),
        lambda name: predict(name, how),
    )
    writer.emit(name, source)
    size = writer.argument(call, "batch_size")
    sized = f", batch_size={size}" if size is not None else ""
    arrays = ", ".join(map(writer.as_array, xs))
    writer.inline(call, statement, [], f"{name}({writer.variable}, {arrays}{sized})")
