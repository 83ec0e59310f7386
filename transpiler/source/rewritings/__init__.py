"""What a program says in one way, said in another that is easier to understand.

Each file finds one construction, and gives the text in which it is written otherwise, or None.

in_order.py              all of them, as they are tried
annotated_parts.py       annotations that name what is no more: the variables do without
asked_by_name.py         classes of the framework that a program asks by a name that it has:
                           written out
asked_of_rates.py        whether learning rates are variables of Keras's: they are
asking_schedules.py      schedules that ask the model for its rate: they get it
assigned_together.py     models and what trains them that get values in one statement: in one for
                           each
backend_defaults.py      parameters that are Keras's smallest number unless they are given
begun_models.py          models that a constructor begins, and another method fills: made there
brought_values.py        parts of the training that have names in another file
chained_models.py        models asked in the expression that builds them: these get a name before
compiled_by_calls.py     functions that compile models which are compiled elsewhere, too
compiled_either.py       models that each way of a condition compiles: one `compile` behind it
compiled_in_turn.py      loops that only compile some models: one call for each
constant_rounds.py       what loops over constants do in each of their rounds
data_of_functions.py     functions that make a data set of each element: lambdas in their places
default_losses.py        losses of the only call of a function, or defaults: where it compiles
filled_lists.py          lists of callbacks that the methods of a class fill one by one: written
                           out at once
first_rounds.py          loops whose first round takes something else: it is taken before them
given_metrics.py         lists of metrics that functions only give: where models are compiled
given_by_one_call.py     parts that an object gets from its only call: made in its class
given_together.py        functions that give callbacks beside something else
kept_by_makers.py       models that an object gets at several places from one method: it keeps
                           them
kept_steps.py            recurrent layers that keep their steps in some rounds of a loop: one layer
kept_tensors.py          tensors that methods keep on their objects, unread: their variables
last_layers.py           last layers that each way of a condition adds before it compiles
layers_asked_in_turn.py  layers that loops over constants ask a model for, one by one
loaded_elsewhere.py     models that are loaded elsewhere than they are saved: made by their
                           builder
loaded_in_methods.py     models that an object has already: it reads their weights
loaded_or_trained.py     models that are loaded, or else made and trained: made in any case
losses_in_turn.py        losses that a loop over constants makes, one by one
made_if_absent.py        optimizers that functions make where they get none: made in any case
named_models.py          models that functions get at once from what builds them: these get a name
nested_losses.py         losses that are functions inside of what trains with them: before it
picked_classes.py        functions that pick the class of an optimizer out of a dict
picked_rates.py          learning rates that an `if` statement picks: one expression does
plain_constants.py       constant tensors that functions read: they are arrays
rates_of_variables.py    rates set as those of a variable for an optimizer: its model is asked
read_from_callbacks.py   what is read of callbacks far from their `fit`: kept by itself behind it
shown_expressions.py     f-strings that show what they evaluate: that is written beside it
returned_builds.py       models that functions have other files build, and give: under a name
returned_loads.py        models that functions load and give at once: these get a name
taken_out.py             parameters and arguments that go
trained_in_turn.py       lists of what training gives, made in one expression: loops
unpacked_rounds.py       tensors that a comprehension gives several variables, one by one
written_outputs.py       outputs of models that loops make, one by one
"""
