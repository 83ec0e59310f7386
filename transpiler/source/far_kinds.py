"""What calls of the framework make, by their names."""

from __future__ import annotations

FRAMEWORKS = ("tensorflow", "keras", "tf_keras")
#: What makes a model, by the last of its names.
_MODELS = {"Sequential", "Model", "Functional", "load_model", "clone_model", "model_from_json"}
_DATA = {
    "image_dataset_from_directory", "text_dataset_from_directory", "audio_dataset_from_directory",
    "timeseries_dataset_from_array",
}  # fmt: skip
_LOOKUPS = {"TextVectorization", "StringLookup", "IntegerLookup"}
#: Steps of data sets, which are data sets again.
STEPS = {
    "map", "batch", "padded_batch", "take", "skip", "shuffle", "prefetch", "cache", "repeat",
    "filter", "unbatch", "enumerate", "concatenate", "interleave", "flat_map", "shard",
    "with_options", "apply",
}  # fmt: skip


def kind_of_call(dotted: str) -> str:
    """What a call of something of the framework makes, if that is known."""
    root, _, last = dotted.partition(".")[0], *dotted.rpartition(".")[1:]
    if root not in FRAMEWORKS:
        return ""
    if last in _MODELS or (".applications." in dotted and last[0].isupper()):
        return "model"
    if (".data." in dotted and "Dataset" in dotted) or last in _DATA:
        return "data set"
    if last in _LOOKUPS:
        return "lookup"
    if last in ("Tokenizer", "tokenizer_from_json"):
        return "tokenizer"
    if last == "ImageDataGenerator":
        return "generator"
    if ".metrics." in dotted or ".losses." in dotted:
        return "number" if last[0].islower() else "measure"
    return "layer" if ".layers." in dotted and last[0].isupper() and last != "Input" else ""


#: Functions of numbers that give such.
OF_NUMBERS = {"reduce_mean", "reduce_sum", "sqrt", "mean", "sum"}
#: What methods give, by what they are of.
_RESULTS = {
    ("model", "fit"): "history", ("model", "fit_generator"): "history",
    ("model", "get_layer"): "layer", ("measure", "result"): "number",
    ("measure", "__call__"): "number",
    ("generator", "flow"): "flow",
    ("generator", "flow_from_directory"): "flow", ("generator", "flow_from_dataframe"): "flow",
}  # fmt: skip


def kind_of_result(kind: str, method: str) -> str:
    """What a method gives, if that is of interest."""
    return kind if kind == "data set" and method in STEPS else _RESULTS.get((kind, method), "")
