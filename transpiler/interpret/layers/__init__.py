"""Layers: what a constructor call makes, and what calling a layer on tensors gives.

making.py     the constructor call: its arguments, bound as Python would
first_keras.py  what Keras 1 takes otherwise: the sizes of kernels, the gates of recurrent layers
applying.py   the call on tensors, from its inputs to its modules
inputs.py     the tensors that a layer is called on
adapting.py   what they learn from data before a model is trained
groups.py     groups of channels that are normalized where nothing has gradients
attended.py   masks that attention takes off the tensors that it gets
formats.py    layers that are told that the channels come first
stale.py      arguments whose variables have other values by the time of the first call
starting.py   initializers that a variable holds, one of several
rules.py      what its rule gives, with what all layers share: activation, initializers
presuming.py  arguments that must have the value that the program gives
lazy.py       layers whose input size only the first batch tells
modules.py    modules are made once and called again; what differs from Keras is said
watching.py   results that regularizers look at
freezing.py   gradients or none, and the comments of what made a layer
fixed.py      calls with training=True or False inside of a model
stubs.py      what stands in the place of a layer that can't be translated
functions.py  functions of the program's own as activations
names.py      the names that the program gives layers
lists.py      lists and dicts of layers that a comprehension makes
collected.py  layers that loops put into lists; appended.py: the statements that do it
"""
