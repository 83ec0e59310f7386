"""What files without a word of the framework ask as of models, where nobody sees who gives these.

def record(trainer):                     # called by a list of hooks, by its name, by a library
    weights.append(trainer.model.get_weights())
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from transpiler.regex import regex
from transpiler.source.far_frames import reaches_framework
from transpiler.source.imported import imported_texts, read_text
from transpiler.source.importers import importing_files
from transpiler.source.lexical import imports_framework, is_about_framework
from transpiler.source.syntax import all_in, program_tree

#: What few things but Keras's models have.
OF_MODELS = (
    "get_weights", "set_weights", "train_on_batch", "test_on_batch", "predict_on_batch",
    "count_params", "save_weights", "load_weights", "stop_training", "trainable_variables",
    "trainable_weights", "non_trainable_weights", "get_layer", "reset_states",
)  # fmt: skip
OF_OPTIMIZERS = ("learning_rate", "lr", "iterations")
#: What other things have, too: asked of the `model` of an object.
_OF_KEPT = ("predict", "evaluate", "fit", "compile", "save", "summary", "layers", "trainable")
_ASKED = regex(
    rf"\.({'|'.join(OF_MODELS)})\b|\.optimizer\.(?:{'|'.join(OF_OPTIMIZERS)})\b"
    rf"|\.model\.(?:{'|'.join(_OF_KEPT)})\b"
)
_TRAINED = regex(r"\bself\.(\w+)\.(?:fit|compile|train_on_batch)\(")
_SET = regex(r"(?<!\bself)\.(?:model|models|net|network)(?:,[^=\n]*)?[ \t]*=(?!=)")
_OTHERS = regex(r"\b(?:torch|sklearn|xgboost|lightgbm|catboost|statsmodels|joblib)\b")


@lru_cache(maxsize=256)
def asks_unfollowed(text: str, path: str) -> bool:
    """Whether a file may ask such, and others of its project that use it have models."""
    if not path or imports_framework(text):
        return False
    if _ASKED.search(text) is None and _SET.search(text) is None:
        return False
    if _OTHERS.search(text) is not None:
        return False
    return any(is_about_framework(one) for one in _near(text, path))


def gives_other_models(text: str, path: str) -> Iterator[ast.Attribute]:
    """The attributes of objects that get another model, beside which an optimizer may stand."""
    names = {name for one in _near(text, path) for name in _TRAINED.findall(one)}
    for node in all_in(program_tree(text) or ast.Module([], [])):
        match node:
            case ast.Attribute(attr=name, value=ast.Name(id=of), ctx=ast.Store()):
                if name in names and of != "self":
                    yield node


def asked_of_models(text: str, path: str) -> Iterator[ast.Attribute]:
    """The attributes that it asks for, but for those that classes of the project have."""
    near = [*_near(text, path)]
    own = {name for name in OF_MODELS if any(f"def {name}(" in one for one in (text, *near))}
    for node in all_in(program_tree(text) or ast.Module([], [])):
        match node:
            case ast.Attribute(attr=name) if name in OF_MODELS and name not in own:
                yield node
            case ast.Attribute(attr=name, value=ast.Attribute(attr="optimizer")):
                if name in OF_OPTIMIZERS:
                    yield node
            case ast.Attribute(attr=name, value=ast.Attribute(attr="model")) if name in _OF_KEPT:
                yield node


def _near(text: str, path: str) -> Iterator[str]:
    """The files that import one, and what these import."""
    for other in importing_files(path, r"\w"):
        importing = read_text(other)
        yield importing
        yield from (imported for _, imported in imported_texts(importing, other))
        if not is_about_framework(importing) and reaches_framework(importing, other):
            yield "keras"
    yield from (imported for _, imported in imported_texts(text, path))
