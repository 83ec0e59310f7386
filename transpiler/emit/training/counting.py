"""How many weights a model has, where a program counts them itself.

np.sum([K.count_params(w) for w in model.trainable_weights])
np.sum([w.numel() for w in model.parameters()])
"""

from __future__ import annotations

import re

from transpiler.emit.training.called import put_in_place
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.weights import COUNTED, made_of

#: What torch has for each list of Keras's weights; buffers of one number are torch's own.
_LISTS = {
    "trainable_weights": "parameters()",
    "trainable_variables": "parameters()",
    "non_trainable_weights": "buffers() if {}.dim()",
    "non_trainable_variables": "buffers() if {}.dim()",
}
_SIZE = re.compile(
    r"(?:[\w.]*\bcount_params\((?P<a>\w+)\)"
    r"|(?:np|numpy)\.prod\((?P<b>\w+)\.(?:shape|get_shape\(\)(?:\.as_list\(\))?)\)"
    r"|tf\.size\((?P<c>\w+)\)(?:\.numpy\(\))?)\s+for\s+(?P<each>\w+)\s+in\s+(?:set\()?$"
)
_FREEZES = re.compile(r"\.trainable\s*=(?!=)|[(,]\s*trainable\s*=(?!=)")


def rewrite_counts(writer: ModelWriter) -> None:
    """Each count of the weights in a list of Keras's becomes one of torch's."""
    text = writer.tree.text
    for attribute, listed in _LISTS.items():
        for place in writer.shared.asked(writer.room, writer.variable, attribute):
            if not _counts_alike(writer):
                return
            before, end = text[: place.start], place.attribute_end
            sized = _SIZE.search(before, max(0, place.start - 120))
            if sized is not None and sized["each"] in (sized["a"], sized["b"], sized["c"]):
                closes = sized.group().endswith("(")
                if closes and text[end : end + 1] != ")":
                    continue
                each = sized["each"]
                made = f"{each}.numel() for {each} in {writer.variable}.{listed.format(each)}"
                put_in_place(writer, (sized.start(), end + closes), made)
            elif re.search(r"(?<![\w.])len\($", before) and text[end : end + 1] == ")":
                if listed == "parameters()":
                    made = f"list({writer.variable}.parameters())"
                    put_in_place(writer, (place.start, end), made)


def _counts_alike(writer: ModelWriter) -> bool:
    """Whether torch has the same weights, and none of them is frozen anywhere."""
    made = (node.module.constructor.text for node in made_of(writer))
    return (
        all(text.startswith(COUNTED) for text in made)
        and _FREEZES.search(writer.tree.blanked) is None
    )
