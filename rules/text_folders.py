"""Folders of texts as data sets, as Keras reads them, and TensorFlow's functions of texts."""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from rules.emitted_images import FOLDER_SAMPLES
from rules.image_folders import loader, part_of_folder
from transpiler.ir.expr import Arg, Expr, call, method
from transpiler.ir.pipeline import Element, Folder, Leaf
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source

TEXTS = Leaf(1, "text")


@source("keras.utils.text_dataset_from_directory",
        "keras.preprocessing.text_dataset_from_directory")  # fmt: skip
def text_dataset_from_directory(
    directory: Param,
    labels: Param = "inferred",
    label_mode: Param = "int",
    class_names: Param = None,
    batch_size: Param = 32,
    max_length: Param = None,
    shuffle: Param = True,
    seed: Param = None,
    validation_split: Param = None,
    subset: Param = None,
    follow_links: Param = False,
    format: Param = "tf",
    verbose: Param = True,
) -> Expr:
    """Batches of texts are tuples of strings."""
    if not (labels.is_const("inferred") and class_names.is_const(None)):
        raise Unsupported("labels or classes that the folders don't give")
    if not (follow_links.is_const(False) and format.is_const("tf") and max_length.is_const(None)):
        raise Unsupported("links to other folders, texts that are cut, or another format than tf")
    if batch_size.is_const(None) or not label_mode.is_const("int", "binary"):
        raise Unsupported("single texts, or labels other than whole numbers and columns")
    binary = label_mode.is_const("binary")
    folder = helper("LabeledTextFolder" if binary else "TextFolder", directory)
    if not subset.is_const(None):
        folder = part_of_folder(folder, validation_split, subset, shuffle, seed)
    element: Element = (TEXTS, Leaf(2, "float32") if binary else Leaf(1, "int64"))
    return loader(folder, batch_size, shuffle, seed, element, Folder.TF)


for _name, _what, _label in (
    ("TextFolder", ", and their classes", "label"),
    ("LabeledTextFolder", ", and which of two classes it is", "torch.tensor([float(label)])"),
):
    emitted(
        _name,
        f'''
class {_name}(Dataset):
    """The texts of a folder with one for each class{_what}."""

    def __init__(self, root):
        self.classes = sorted(
            entry.name
            for entry in os.scandir(root)
            if entry.is_dir() and not entry.name.startswith(".")
        )
{FOLDER_SAMPLES.replace("EXTENSIONS", '".txt"').replace("LABEL", "label").rstrip()}
        return Path(path).read_bytes().decode(), {_label}
''',
        (),
        "import os",
        "from pathlib import Path",
        *([TORCH] if "torch" in _label else []),
        early=True,
    )


@source("tf.strings.lower")
def lower(input: Param, encoding: Param = "", name: Param = None) -> Expr:
    """Of letters beyond ASCII only where that is asked."""
    return _in_letters(input, encoding, "lower")


@source("tf.strings.upper")
def upper(input: Param, encoding: Param = "", name: Param = None) -> Expr:
    """Of letters beyond ASCII only where that is asked."""
    return _in_letters(input, encoding, "upper")


def _in_letters(text: Expr, encoding: Expr, change: str) -> Expr:
    if encoding.is_const("utf-8"):
        return method(text, change)
    if not encoding.is_const(""):
        raise Unsupported("another encoding than UTF-8")
    return method(method(method(text, "encode"), change), "decode")


@source("tf.strings.strip")
def strip(input: Param, name: Param = None) -> Expr:
    """Without blanks of ASCII at both ends."""
    return method(method(method(input, "encode"), "strip"), "decode")


@source("tf.strings.regex_replace")
def regex_replace(
    input: Param,
    pattern: Param,
    rewrite: Param,
    replace_global: Param = True,
    name: Param = None,
) -> Expr:
    """The classes of letters, `\\\\w` and its like, are those of ASCII."""
    if isinstance(pattern.value, str) and "\\\\p" in pattern.value:
        raise Unsupported("a pattern that Python's expressions lack")
    options: dict[str, Arg] = {} if replace_global.is_const(True) else {"count": 1}
    if not replace_global.is_const(True, False):
        raise Unsupported("whether all is replaced is only known at run time")
    made = call("re.sub", pattern, rewrite, input, **options, flags=Expr("re.ASCII"))
    return replace(made, helpers=made.helpers | {"regex"})


emitted("regex", "", (), "import re")
