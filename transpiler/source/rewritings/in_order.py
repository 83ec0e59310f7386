"""All rewritings, in the order in which they are tried.

The first that finds something gives the next text, and all of them look at that again: what one
writes may be what another one finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from transpiler.source.replaced import Rewritten
from transpiler.source.rewritings.annotated_parts import annotated_parts
from transpiler.source.rewritings.asked_by_name import asked_by_name
from transpiler.source.rewritings.asked_of_rates import asked_of_rates
from transpiler.source.rewritings.asking_schedules import asking_schedules
from transpiler.source.rewritings.assigned_together import assigned_apart
from transpiler.source.rewritings.backend_defaults import backend_defaults
from transpiler.source.rewritings.begun_models import begun_models
from transpiler.source.rewritings.brought_values import values_brought
from transpiler.source.rewritings.chained_models import chained_models
from transpiler.source.rewritings.compiled_by_calls import compiled_by_calls
from transpiler.source.rewritings.compiled_either import compiled_behind
from transpiler.source.rewritings.compiled_in_turn import compiled_one_by_one
from transpiler.source.rewritings.data_of_functions import data_of_functions
from transpiler.source.rewritings.default_losses import default_losses
from transpiler.source.rewritings.filled_lists import filled_lists
from transpiler.source.rewritings.first_rounds import first_rounds
from transpiler.source.rewritings.given_by_one_call import made_in_class
from transpiler.source.rewritings.given_metrics import metrics_where_compiled
from transpiler.source.rewritings.given_together import given_together
from transpiler.source.rewritings.kept_by_makers import kept_by_makers
from transpiler.source.rewritings.kept_steps import kept_steps
from transpiler.source.rewritings.kept_tensors import tensors_of_methods
from transpiler.source.rewritings.layers_asked_in_turn import layers_asked_in_turn
from transpiler.source.rewritings.loaded_elsewhere import loaded_elsewhere
from transpiler.source.rewritings.loaded_in_methods import loaded_in_methods
from transpiler.source.rewritings.loaded_or_trained import loaded_or_trained
from transpiler.source.rewritings.losses_in_turn import losses_in_turn
from transpiler.source.rewritings.made_if_absent import made_in_any_case
from transpiler.source.rewritings.named_models import named_models
from transpiler.source.rewritings.nested_losses import nested_losses
from transpiler.source.rewritings.picked_classes import made_where_picked
from transpiler.source.rewritings.picked_rates import rates_in_one
from transpiler.source.rewritings.plain_constants import plain_constants
from transpiler.source.rewritings.rates_of_variables import rates_of_variables
from transpiler.source.rewritings.read_from_callbacks import read_from_callbacks
from transpiler.source.rewritings.returned_builds import returned_builds
from transpiler.source.rewritings.returned_loads import returned_loads
from transpiler.source.rewritings.shown_expressions import shown_expressions
from transpiler.source.rewritings.trained_in_turn import trained_in_turn
from transpiler.source.rewritings.unpacked_rounds import unpacked_rounds
from transpiler.source.rewritings.written_outputs import written_outputs

#: The texts of the files that import the one that is rewritten.
Importers: TypeAlias = Callable[[], Iterable[str]]
_Rewriting: TypeAlias = Callable[[str, str, Importers], "Rewritten | None"]


def _of_text(find: Callable[[str], Rewritten | None]) -> _Rewriting:
    """One that needs nothing but the text."""
    return lambda text, path, importers: find(text)


def _of_file(find: Callable[[str, str], Rewritten | None]) -> _Rewriting:
    """One that looks at files that the text imports."""
    return lambda text, path, importers: find(text, path)


def _of_uses(find: Callable[[str, Importers], Rewritten | None]) -> _Rewriting:
    """One that looks at files that import the text."""
    return lambda text, path, importers: find(text, importers)


def _of_script(find: Callable[[str], Rewritten | None]) -> _Rewriting:
    """One that moves statements so far that they would leave their cell in a notebook."""
    return lambda text, path, importers: None if path.endswith(".ipynb") else find(text)


_REWRITINGS: tuple[_Rewriting, ...] = (
    _of_file(asked_by_name),
    _of_text(made_where_picked),
    _of_text(asked_of_rates),
    _of_text(rates_of_variables),
    _of_file(made_in_any_case),
    _of_file(made_in_class),
    _of_script(compiled_behind),
    _of_text(compiled_one_by_one),
    _of_text(rates_in_one),
    _of_uses(begun_models),
    _of_uses(kept_by_makers),
    _of_uses(compiled_by_calls),
    _of_uses(read_from_callbacks),
    _of_uses(given_together),
    _of_uses(metrics_where_compiled),
    filled_lists,
    _of_uses(loaded_or_trained),
    _of_uses(plain_constants),
    _of_text(nested_losses),
    _of_text(assigned_apart),
    _of_uses(data_of_functions),
    _of_uses(losses_in_turn),
    _of_uses(default_losses),
    _of_text(kept_steps),
    _of_file(tensors_of_methods),
    _of_text(first_rounds),
    _of_text(annotated_parts),
    _of_uses(backend_defaults),
    _of_uses(asking_schedules),
    _of_text(trained_in_turn),
    _of_text(layers_asked_in_turn),
    _of_text(shown_expressions),
    _of_file(named_models),
    _of_text(unpacked_rounds),
    _of_text(written_outputs),
    _of_text(returned_loads),
    _of_file(returned_builds),
    _of_file(loaded_elsewhere),
    _of_text(loaded_in_methods),
    _of_text(chained_models),
    _of_file(values_brought),
)


def rewritten_once(text: str, path: str, importers: Importers) -> Rewritten | None:
    """The text with the first of these constructions written otherwise, if it has any."""
    found = (one(text, path, importers) for one in _REWRITINGS)
    return next((one for one in found if one is not None), None)
