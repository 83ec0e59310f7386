"""The user's functions: blocks, operations, builders, functions that give layers, plain ones.

calling.py        a call of any of them
parameters.py     what a function takes, and what its body sees of it
summaries.py      a function interpreted once for each kind of arguments
decorated.py      decorators, which may make something else of it
returns.py        what its body gives back
kinds.py          what kind it is of
block_classes.py  the class that a block becomes
blocks.py         a block's class is instantiated, the instance called
named_outputs.py  the names of what blocks give
passed.py         what calls of these and of operations pass
outer_sizes.py    the sizes of a block, written with the arguments of its call
inlining.py       functions that give layers: evaluated in the place of the call
splicing.py       functions that get layers: their statements stand there
mentions.py       which functions are about the framework at all
configs.py        functions that give dicts of arguments
closures.py     functions that give functions on tensors
presumed.py       parameters whose one value a class is written for
typical.py        parameters that are whole numbers, or tuples of some
keywords.py       `**kwargs`: one class takes what any call passes through it
given_parts.py    functions that give an optimizer, callbacks or the like
joined_parts.py   callbacks that functions join with their own
loss_parameters.py  losses with which they compile a model
done_first.py     what these do besides, where they are called
parts_of_objects.py models that an object keeps, which its other methods build on
kept_parts.py     such parts that objects keep in attributes
kept_callbacks.py  callbacks of the program's own that they keep
schedule_makers.py  functions that give a callback for the learning rate
optimizer_makers.py  functions that give one of several optimizers
compiled_elsewhere.py  models that functions of other files compile
written_elsewhere.py  what these give `compile`, as their callers would write it
compile_callers.py  the files of these callers, and what they import for that
compiled_ways.py  what has compiled a model, on each way on which it may come
told_before.py    what they change once `compile` has read it
handed.py         functions that get models, to train or ask them
freezers.py       functions that only say whether a model is trainable
generators.py     what generator functions give
constant_tensors.py  tensors that functions make for those that they give
clips.py          constraints of the program's own that clip weights
own_losses.py     losses and metrics of the program's own
unused_losses.py  those that nothing uses
wishes.py         losses and metrics that are functions of another file
own_penalties.py  regularizers and constraints of the program's own
settled_arguments.py  what expressions in a builder are by the constants that its call gives
settings.py       what these compute with besides the weight
own_metrics.py    metrics that are classes of the program's own
metric_parts.py   metrics of Keras that these hold, or are derived from
applied.py        functions that data sets apply to their elements
windows.py        such functions that make samples of windows
augmenting.py     models that such functions call on images
copied.py       functions of Keras that programs have a copy of
optional.py       such functions of elements that may lack a part
data_sets.py      data sets that functions take
returned_data.py  data sets that functions give
kept_functions.py functions that objects get
kept_dicts.py     dicts of arguments that they keep
kept_data.py      data sets that objects keep
kept_groups.py    lists and dicts of models that objects keep
method_data.py    those that methods get
kept_ranks.py     blocks that give as many axes as they take
kept_sizes.py     sizes that functions of elements leave as they are
"""
