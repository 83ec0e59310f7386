"""Rules applied to what the interpreter found of training: programs that are not yet text.

training.py    what a program asks of each of its models, in terms of torch
compiled_heads.py     the loss and the metrics of each output
heads.py       the outputs of a model, and what `compile` says of each
endings.py     the activations that they end with
open_endings.py  such of which only the run tells which they are
elsewhere.py   models that another file builds than the one that trains them
output_names.py  what Keras calls them
masked.py      those that carry a mask: the steps that count
binding.py     which rule an optimizer, loss, metric or callback means, and its arguments
clipping.py     bounds of gradients
left_out.py     their arguments that may be None
optimizers.py  the optimizer, its schedule, and how gradients are cut
named_metrics.py      metrics that a program has in a config
optimizer_choices.py  optimizers of which the program picks one when it runs;
                   named_parts.py: which it may be where it names one
target_shapes.py  targets that Keras makes fit the output
weighing.py    calls that give samples weights of their own
one_hot.py     whether targets surely are one-hot
loss_choices.py  losses likewise
rates.py       learning rates that the program reads and sets by itself
freezing.py    which models are not trained with those that they are part of;
                   compositions.py: which these are; frozen_elsewhere.py: what another file's
                   builder freezes; frozen_by_run.py: what only the run tells
everywhere.py  regularizers that all layers of a kind have
frozen_regularizers.py  what those of layers add that are frozen after `compile`
unheard.py     models that are said to be trainable when they are so already
watched.py     weights that regularizers and constraints watch
activities.py  what regularizers add that look at what layers give
remarks.py     where Keras computes what nobody else would
repeated_ids.py ids that repeat in a batch, whose parts of a gradient Keras 3 squares
numbered_metrics.py  the numbers in the names of metrics that a program gives none
metrics.py     the metrics of an output, and those in which weights of samples count
traced.py      what functions read that Keras runs once, when it traces them
marks.py       what layers carry themselves, where nothing else tells their weights
handed_regularizers.py  regularizers that functions get as objects, which layers carry
loss_metrics.py  losses among them
told.py        what objects are told, as the functions that train can read it
loss_reductions.py  how losses reduce single numbers
own_losses.py  losses and metrics of the program's own
own_penalties.py  regularizers and constraints of the program's own
own_metrics.py  metrics that are classes of the program's own
metric_parts.py  metrics of Keras that these hold, as small classes
predictions.py  what these see of a model
rounds.py      calls in loops that are interpreted round by round
data.py        arrays and pipelines that models are trained with
"""
