"""The functions that give what a model predicts, as arrays."""

from __future__ import annotations

from transpiler.emit.epochs import autocast, handed, keyed
from transpiler.emit.fold import WIDTH, fold
from transpiler.record import record, replace


@record(frozen=True, slots=True)
class Predicting:
    """What `predict` does."""

    activation: str = ""  #: what the model leaves to it
    ends_in: str = ""
    dim: int = 1
    names: tuple[str, ...] = ("x",)  #: of the arrays
    tensors: tuple[str, ...] = ()  #: what is made of them
    sized: bool = False  #: whether some call gives a batch size
    device: str = "device"
    outputs: int = 1
    batch: str = ""  #: the variables for what the batches of a loader hold, where there is one
    autocast: str = ""  #: the type of mixed precision
    keys: tuple[str, ...] = ()  #: of the dict in which the model takes the arrays
    #: the same of as many as a loop makes: a key, its variable, and what that runs through
    order: tuple[str, str, str] | None = None
    by_key: bool = False  #: whether the model gives a dict of outputs
    training: bool = False  #: whether it is in training mode, and gets all samples at once

    @property
    def together(self) -> str:
        """The outputs of all batches, one array for each output of the model."""
        if not self.by_key:
            return "return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]"
        parts = "torch.cat([given[key] for given in outputs]).cpu().numpy()"
        return f"return {{key: {parts} for key in outputs[0]}}"


def predict(name: str, how: Predicting) -> str:
    """The source of the function that gives the model's outputs as an array."""
    if how.batch:
        return _predict_batches(name, how)
    if how.training:
        return _predict_in_training(name, how)
    several = len(how.names) > 1 or how.names[0].startswith("*")
    batch = f"*(x.to({how.device}) for x in batch)" if several else f"batch.to({how.device})"
    if how.order is not None:
        batch = keyed(how.order, f"x.to({how.device})", "batch")
    elif several and how.keys:
        batch = f"{{key: x.to({how.device}) for key, x in batch.items()}}"
    elif how.keys:
        batch = handed((batch,), how.keys)
    called = f"model({batch}){_activated(how)}"
    size = "batch_size" if how.sized else "32"
    batches = f"{how.tensors[0]}.split({size})"
    if several:
        made = f"TensorDataset({', '.join(how.tensors)})"
        if how.keys:
            pairs = zip(how.keys, how.tensors, strict=True)
            made = f"StackDataset({', '.join(f'{key}={tensor}' for key, tensor in pairs)})"
        batches = f"DataLoader({made}, batch_size={size})"
    one = f"return torch.cat([{called}.cpu() for batch in batches]).numpy()"
    gathered = [fold(one, 4)]
    if how.autocast:
        gathered = [f"    {autocast(how.device, how.autocast)}", fold(one, 8)]
    if how.outputs > 1 or how.by_key:
        gathered = [f"    outputs = [{called} for batch in batches]", fold(how.together, 4)]
    sized = ", batch_size=32" if how.sized else ""
    lines = [
        "@torch.no_grad()",
        fold(f"def {name}(model, {', '.join(how.names)}{sized}):", 0),
        _given(how),
        "    model.eval()",
        fold(f"batches = {batches}", 4),
        *gathered,
    ]
    return "\n".join(lines) + "\n"


def _predict_batches(name: str, how: Predicting) -> str:
    """The same for the batches of a loader."""
    if how.order is not None:
        how = replace(how, names=("inputs",))
    star = "*" * how.names[0].startswith("*")  # there is but a list of all
    tensors = tuple(f"{star}{tensor}" for tensor in how.tensors)
    called = f"model({handed(tensors, how.keys)}){_activated(how)}"
    gathered = [f"    return torch.cat([{called}.cpu() for {how.batch} in loader]).numpy()"]
    if len(gathered[0]) > WIDTH or how.outputs > 1 or how.by_key or how.autocast:
        pairs = zip(how.names, how.tensors, strict=True)
        several = how.outputs > 1 or how.by_key
        kept = f"outputs.append(model({handed(how.names, how.keys)}){_activated(how)}"
        kept += ")" if several else ".cpu())"
        mixed = [autocast(how.device, how.autocast), f"    {kept}"] if how.autocast else [kept]
        gathered = [
            "    outputs = []",
            f"    for {how.batch} in loader:",
            *(fold(f"{variable.removeprefix('*')} = {tensor}", 8) for variable, tensor in pairs),
            *(f"        {line}" for line in mixed),
            fold(how.together, 4) if several else "    return torch.cat(outputs).numpy()",
        ]
    head = ["@torch.no_grad()", f"def {name}(model, loader):", _given(how), "    model.eval()"]
    return "\n".join([*head, *gathered]) + "\n"


def _predict_in_training(name: str, how: Predicting) -> str:
    """The same with dropout, and with the statistics of the batch that the samples are."""
    several = len(how.names) > 1
    names = how.names if several else ("inputs",)
    moved = tuple(f"{tensor}.to({how.device})" for tensor in how.tensors)
    made = [fold(f"{n} = {t}", 4) for n, t in zip(names, moved, strict=True)]
    outputs = f"model({handed(names, how.keys)}){_activated(how)}"
    gives = fold(f"return {outputs}.cpu().numpy()", 4)
    if how.by_key:
        gives = f"    return {{key: given.cpu().numpy() for key, given in {outputs}.items()}}"
    elif how.outputs > 1:
        gives = f"    return [given.cpu().numpy() for given in {outputs}]"
    lines = [
        "@torch.no_grad()",
        fold(f"def {name}(model, {', '.join(how.names)}):", 0),
        _given(how, " in training mode"),
        "    model.train()",
        *made,
        gives,
    ]
    return "\n".join(lines) + "\n"


def _activated(how: Predicting) -> str:
    """The activation that the model leaves to whoever predicts."""
    argument = str(how.dim) if how.activation == "softmax" else ""
    whole = ".float()" if how.autocast else ""
    return f"{whole}.{how.activation}({argument})" if how.activation else whole


def _given(how: Predicting, mode: str = "") -> str:
    """What a function that predicts says of itself."""
    named = {"softmax": "Class probabilities", "sigmoid": "Probabilities"}
    what = "Outputs" if how.outputs > 1 else named.get(how.ends_in, "Outputs")
    array = "a numpy array" if how.outputs == 1 and not how.by_key else "numpy arrays"
    array += " by their names" * how.by_key
    return f'    """{what}{mode} as {array}."""'
