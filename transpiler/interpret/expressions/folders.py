"""What a program asks of the images of a folder: their classes, files and number."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.statics import rewrite
from transpiler.interpret.values import Static, Unknown, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.ir.pipeline import Folder, Leaf, Pipeline

_PATHS = "[path for path, _ in {0}.samples]"
_COUNT = "len({0}.dataset)"
_FILES = "[path for path, _ in {0}.dataset.samples]"
_LISTED = "[label for _, label in {0}.dataset.samples]"
_LABELS, _NAMES = "labels_of({0}.dataset)", "names_of_files({0}.dataset)"
#: What stands for an attribute of each kind of loader; what isn't here has no counterpart.
_ATTRIBUTES = {
    Folder.TF: {"class_names": "{0}.dataset.classes", "file_paths": _FILES},
    Folder.SINGLE: {"class_names": "{0}.classes", "file_paths": _PATHS},
    Folder.KERAS: {
        "class_indices": "{0}.dataset.class_to_idx",
        "num_classes": "len({0}.dataset.classes)",
        "samples": _COUNT,
        "n": _COUNT,
        "filepaths": _FILES,
        "filenames": _NAMES,
        "classes": _LABELS,
        "labels": _LABELS,
        "batch_size": "{0}.batch_size",
    },
    Folder.TABLE: {
        "class_indices": "{0}.dataset.class_to_idx",
        "num_classes": "len({0}.dataset.classes)",
        "samples": _COUNT,
        "n": _COUNT,
        "filepaths": _FILES,
        "classes": _LISTED,
        "labels": _LISTED,
        "batch_size": "{0}.batch_size",
    },
    Folder.ARRAYS: {"n": _COUNT, "batch_size": "{0}.batch_size"},
}
#: Those whose images have no labels.
_WITHOUT_LABELS = {
    Folder.TF: {"file_paths": "{0}.dataset.samples"},
    Folder.SINGLE: {"file_paths": "{0}.samples"},
    Folder.TABLE: {
        "samples": _COUNT,
        "n": _COUNT,
        "filepaths": "{0}.dataset.samples",
        "batch_size": "{0}.batch_size",
    },
}


_NO_SPEC = (
    "`element_spec` is left as it is: torch's data sets don't say what they give; look at "
    "`next(iter({0}))`"
)


def _looked_at(region: Region, node: cst.Attribute, receiver: Static) -> Value:
    """`dataset.element_spec`, which is printed, or stands alone in a notebook."""
    line = region.statement.body if isinstance(region.statement, cst.SimpleStatementLine) else ()
    if len(line) == 1 and isinstance(line[0], cst.Expr) and line[0].value is node:
        region.idle.add(id(region.statement))
        return Static(Expr(receiver.expr.text))
    message = _NO_SPEC.format(receiver.expr.text)
    region.file.left_data[id(node)] = (node, message)
    return Unknown(message)


def attribute_of_folder(region: Region, node: cst.Attribute, receiver: Static, attr: str) -> Value:
    """`train_ds.class_names`, of the loader that there is now."""
    pipeline = receiver.expr.value
    assert isinstance(pipeline, Pipeline)
    if pipeline.folder is None or attr == "element_spec":
        return _looked_at(region, node, receiver)
    text = _ATTRIBUTES[pipeline.folder].get(attr)
    if isinstance(pipeline.element, Leaf) and pipeline.folder in _WITHOUT_LABELS:
        text = _WITHOUT_LABELS[pipeline.folder].get(attr)
    if text is None:
        message = f"`.{attr}` is left as it is: the loader of the images has none"
        region.file.left_data[id(node)] = (node, message)
        return Unknown(message)
    helpers = frozenset({text.partition("(")[0]} & {"labels_of", "names_of_files"})
    made = Expr(
        text.format(receiver.expr.wrapped(POSTFIX)),
        strength=POSTFIX,
        names=receiver.expr.names,
        helpers=helpers,
    )
    value = Static(made)
    rewrite(region, node, value)
    region.settled[region.tree.span(node)] = made.text
    region.helpers_used |= helpers
    return value
