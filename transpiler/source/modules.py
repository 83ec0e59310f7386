"""Which modules of a project are about models."""

from __future__ import annotations

import ast
import os
import re
from functools import lru_cache

from transpiler.regex import regex
from transpiler.source.generations import shown_by
from transpiler.source.imported import imported_texts, read_text, taken_texts
from transpiler.source.importers import (
    importing_files,
    is_imported,
    may_have_framework,
    training_files,
)
from transpiler.source.lexical import is_about_framework, skips
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree

#: What programs ask of models. Many other objects have such methods.
_ASKS = (
    ".fit(", ".predict(", ".evaluate(", "_on_batch(", "_weights(", ".fit_generator(", ".summary(",
    ".save(", "odel.compile(", ".trainable",
)  # fmt: skip
#: What is asked of models alone, as a rule.
_OF_MODELS = (
    ".output_shape", ".input_shape", ".layers", ".trainable", ".get_layer(", ".count_params(",
)  # fmt: skip
#: What needs what `compile` says.
_TRAINS = (".fit(", ".fit_generator(", ".evaluate(", "_on_batch(")
#: What surely compiles a model, or trains one.
_TRAINS_MODELS = regex(
    r"\.compile\([^()]*\b(?:optimizer|loss|metrics)\s*="
    r"|\.fit\([^()]*\b(?:validation_data|validation_split|steps_per_epoch|class_weight)\s*="
    r"|\.fit_generator\(|_on_batch\("
)
#: What a program asks of metrics by itself, besides.
_ASKS_METRICS = (".update_state(", ".result(")
_DEEPEST = 4  #: of packages that only pass on what their modules have


def generation(text: str, path: str) -> str:
    """ "2" where a file that may train models, or one that it imports, can't mean Keras 3.

    What trains nothing was written for the same as the files that train with it.
    """
    found = shown_by(text)
    if found == "auto" and path:
        if any(trains in text for trains in _TRAINS):
            others = (shown_by(other) for _, other in imported_texts(text, path))
        else:
            others = (_generation_of(other) for other in training_files(path))
        found = next((one for one in others if one != "auto"), found)
    return found


def _generation_of(path: str) -> str:
    """That of a file that trains models."""
    text = read_text(path)
    return generation(text, path) if any(trains in text for trains in _TRAINS) else "auto"


def may_go(text: str, path: str) -> bool:
    """Whether something of a file may be converted with another one, which gives it models.

    Or gives it data sets, or takes optimizers from it, or metrics, or callbacks that ask a model.
    Or has objects which keep models that others ask.
    """
    return (
        "optimizers" in text
        or "Metric" in text
        or ("Callback" in text and "self.model" in text)
        or may_ask(text, path)
        or goes_with_data(text, path)
        or _may_wrap(text)
        or _keeps_models(text, path)
        or _is_base(text, path)
    )


#: What a class may keep as a model: `self.model = keras.Sequential()`, `self.net = self.build()`,
#: `self.model = model`.
_KEPT = regex(
    r"(?m)(?<![\w.])self\.(\w+)(?:\s*:[^=\n]+)?\s*=\s*"
    r"(?:self\.\w+\(|(?:\w+\.)*(?:Sequential|Model)\(|\w+[ \t]*$)"
)


def _keeps_models(text: str, path: str) -> bool:
    """Whether classes of a file may keep models under names that files which import it read."""
    if "Model(" not in text and "Sequential(" not in text:
        return False
    kept = "|".join(sorted({*_KEPT.findall(text)}))
    return bool(kept and path) and is_imported(path, rf"\w\.(?:{kept})\b")


def only_compiles(code: str) -> bool:
    """Whether code compiles models, and leaves it to other files to train them."""
    return ".compile(" in code and not any(
        asked in code for asked in (*_TRAINS, ".predict(", *_ASKS_METRICS)
    )


#: What becomes a part of a model: what is called, added, or stands in a list.
_PARTS = regex(r"(?<![\w.])(\w+)\(|\.add\(\s*(\w+)\s*\)|\bSequential\(\s*(?:layers=)?\[([^\]]*)\]")


@lru_cache(maxsize=256)
def _may_wrap(text: str) -> bool:
    """Whether functions of a file may make models of those that they get."""
    if "Model(" not in text and "Sequential(" not in text:
        return False
    taken = {name for _, given in _HEADS.findall(text) for name in re.findall(r"\w+", given)}
    parts = (name for found in _PARTS.findall(text) for name in re.findall(r"\w+", " ".join(found)))
    return not taken.isdisjoint(parts)


#: Data sets, of which a step is taken.
_STEPS = regex(r"\b(\w+)\.(?:map|batch|padded_batch|prefetch|cache|unbatch)\(")
_HEADS = regex(r"^def (\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", re.MULTILINE)


@remembered
def goes_with_data(text: str, path: str) -> bool:
    """Whether functions of a file take steps of data sets that others give, or are such steps."""
    data = set(_STEPS.findall(text)) if path else set()
    if not path:
        return False
    heads = _HEADS.findall(text)
    if data and any(data.intersection(re.findall(r"\w+", given)) for _, given in heads):
        return is_imported(path, r"\.from_tensor_slices\(|[dD]ataset")
    names = "|".join(name for name, _ in heads)
    return bool(heads) and is_imported(
        path, rf"\.(?:map|filter|flat_map|interleave)\(\s*(?:\w+\.)*(?:{names})\b"
    )


@lru_cache(maxsize=256)
def may_ask(text: str, path: str) -> bool:
    """Whether a file, or what it imports, asks something of objects that models are asked, too."""
    return _asks(text) or any(map(_asks, taken_texts(text, path)))


@lru_cache(maxsize=256)
def gives_to_plain(text: str, path: str) -> bool:
    """Whether a file imports one without a word of the framework that may train what it gets.

    Or that may call it.
    """
    return any(
        "keras" not in other
        and "tensorflow" not in other
        and (_asks(other) or any(asked in other for asked in _OF_MODELS) or _calls_given(other))
        for other in taken_texts(text, path)
    )


@lru_cache(maxsize=256)
def _calls_given(text: str) -> bool:
    """Whether functions of a file may call what they get, or what their objects keep of it."""
    given = {name for given in _TAKEN.findall(text) for name in re.findall(r"\w+", given)}
    kept = {name for names in _KEPT_AS.findall(text) for name in names}
    called = {*_CALLED.findall(text)}
    return not called.isdisjoint(given | kept)


_TAKEN = regex(r"\bdef \w+\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_KEPT_AS = regex(r"self\.(\w+)\s*=\s*(\w+)\s*$", re.MULTILINE)
_CALLED = regex(r"(?<!def )\b(\w+)\(")


def _asks(text: str) -> bool:
    return any(asked in text for asked in _ASKS)


@lru_cache(maxsize=256)
def asks_models(text: str, path: str) -> bool:
    """Whether a file without a word of the framework may use models that another one builds.

    It imports that one; or that one imports it, as the base of its own classes, for instance.
    """
    if not path:
        return False
    if os.path.basename(path) == "__init__.py" and "import" in text:
        return _imports_models(text, path, 0)
    if path.endswith(".ipynb"):
        from transpiler.source.notebook import program_of  # most runs meet none

        text = program_of(text, path)
    if may_ask(text, path) and _imports_models(text, path, 0):
        return True
    if _takes_framework(text, path):
        return True
    if not _asks(text):
        return False
    surely = _TRAINS_MODELS.search(text) is not None and is_imported(path, "keras|tensorflow")
    if surely:
        return True
    from transpiler.source.unseen import unseen_modules  # few files come this far

    return bool(unseen_modules(text, path))


@lru_cache(maxsize=256)
def is_of_interest(text: str, path: str) -> bool:
    """Whether a file without a word of the framework may change with others of its project."""
    if not may_have_framework(path):
        return False
    if asks_models(text, path) or (may_go(text, path) and _is_given_models(path)):
        return True
    return _is_base(text, path) or computes_losses(text, path)


#: Functions of two arguments, as losses and metrics are, or of others that have defaults.
_OF_PAIRS = regex(r"^[ \t]*def (\w+)\(\s*(?:self,\s*)?\w+[^,()=]*,\s*\w+[^,()=]*[,)]", re.MULTILINE)


@lru_cache(maxsize=256)
def computes_losses(text: str, path: str) -> bool:
    """Whether files compile models with functions of it, which call those of others for it."""
    names = {*_OF_PAIRS.findall(text)} if "return" in text else set[str]()
    others = imported_texts(text, path) if names else ()
    if not any(is_about_framework(other) and not skips(other) for _, other in others):
        return False
    compiling = map(read_text, importing_files(path, r"\.compile\("))
    return any(not names.isdisjoint(_handed(other)) for other in compiling)


@lru_cache(maxsize=64)
def _handed(text: str) -> frozenset[str]:
    """The functions that a program names without a call of them, by the last of their names."""
    module = program_tree(text)
    nodes = [*all_in(module)] if module is not None else []
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    named = (n for n in nodes if isinstance(n, (ast.Name, ast.Attribute)) and id(n) not in called)
    return frozenset(getattr(node, "attr", getattr(node, "id", "")) for node in named)


#: What objects keep of what they get.
_KEEPS = regex(r"^[ \t]+self\.\w+[ \t]*=[ \t]*\w+[ \t]*$", re.MULTILINE)
_CLASSES = regex(r"^class (\w+)", re.MULTILINE)


@lru_cache(maxsize=256)
def _is_base(text: str, path: str) -> bool:
    """Whether classes of other files that ask models inherit from one which keeps what it gets."""
    names = "|".join(_CLASSES.findall(text)) if path and _KEEPS.search(text) else ""
    heirs = rf"^class\s+\w+\(\s*(?:\w+\.)*(?:{names})\b"
    for other in importing_files(path, f"(?m){heirs}") if names else ():
        asking = read_text(other)
        if _asks(asking) and (is_about_framework(asking) or is_of_interest(asking, other)):
            return True
    return False


def _is_given_models(path: str) -> bool:
    """Whether a file that imports one is about models."""
    others = ((other, read_text(other)) for other in importing_files(path, r"\("))
    return any(
        is_about_framework(text) or _imports_models(text, other, 0) for other, text in others
    )


def builds_models(text: str, path: str) -> bool:
    """Whether a file is about the framework, or passes on what such a file of its package has."""
    if is_about_framework(text) or _takes_framework(text, path):
        return True
    return os.path.basename(path) == "__init__.py" and _imports_models(text, path, 1)


#: What a function gives that another one has made: `return build_small(units)`.
_GIVES = regex(r"\breturn [\w.]+(?:\[[^\]\n]+\])?\(")


def _imports_models(text: str, path: str, depth: int) -> bool:
    """Whether a file imports one that is about the framework.

    Or what such a file has from a package that passes it on, or from a file that trains it.
    """
    if depth >= _DEEPEST:
        return False
    for other, imported in imported_texts(text, path):
        if is_about_framework(imported) and not skips(imported):
            return True
        if _takes_framework(imported, str(other)):
            return True
        passes_on = other.name == "__init__.py" or (depth == 0 and _asks(imported))
        passes_on = passes_on or _GIVES.search(imported) is not None
        if passes_on and _imports_models(imported, str(other), depth + 1):
            return True
    return False


def _takes_framework(text: str, path: str) -> bool:
    """Whether a file without a word of the framework has it from another one, as its imports."""
    from transpiler.source.passed_imports import takes_framework  # few files come this far

    return not skips(text) and takes_framework(text, path)
