"""Training as plain PyTorch: what stands in the places of compile, fit, evaluate and predict.

plan.py        which models of a file are trained, and where
entered_with.py  what functions go by that may be called under several `compile`
elsewhere.py   what files that train models of another one want of that
groups.py      the calls of a file by the models that they are of
calls.py       what stands in the place of each call
receivers.py   how programs refer to the models: by variables, and by elements of lists
looped.py      loops that give a variable one model after another
rounds.py      whether each round of a loop is about another model of a list
late_optimizers.py  models of a list that one loop compiles and another one trains
alternatives.py  variables that hold one model or another
logits.py      models that give what their last activations are applied to
shared.py      what the models of one file have in common: rooms, names, what is written
outliving.py   models that have another name by the time when the next one gets theirs
model.py       what the calls of one model have in common: names, data, functions
captured_settings.py  settings whose names are those of variables in the loops that read them
named_parts.py  statements that only name an optimizer, a loss, callbacks
going_parts.py  which of these go with the calls of one model
data.py        arrays as tensors, one for each input of a model
input_axes.py  those with one axis more or less than it takes
sequences.py   data that are classes of the program's own
class_sources.py  functions of Keras that such a class calls
streams.py     generators of the program's own
listed_arrays.py  those of models that take as many inputs as a loop makes, and in lists and dicts
shown_arrays.py   what the text of functions and methods shows these to hold
pairs.py       the arrays of a call, also of pairs that it unpacks
copied_arrays.py  those that callbacks may change
single_samples.py  batches of one sample
loaders.py     data sets of tf.data
rates.py       the learning rate, where a program reads or sets it by hand
kept_rates.py  whether it keeps one that changes; same_model.py: of the same model
compiling.py   criterion, optimizer and schedule
picked.py      criteria and optimizers that a name picks which has become known
moved_compile.py  the same where a function has compiled the model that it gives
recompiled.py  what a second `compile` keeps of the first
objects.py     objects that keep a model, and beside it what trains it
given_optimizers.py  functions that give the optimizer with the model that they compile
constructors.py  objects that get a model which is compiled already
handed_compile.py  the same where a function compiles the model that it gets
passed_arguments.py  what calls give to parameters, those of partial functions, too
handed_parts.py  optimizers, callbacks and the like that functions get with a model
own_given.py     callbacks of the program's own among them, which stay arguments
lent_parts.py    criterion and optimizer beside the models that functions get
given_to_builders.py  those that functions get which build the model
giving.py      functions that only give an optimizer or callbacks
going_on.py    models that are loaded and go on training
kept_optimizers.py  optimizers that several calls of `compile` get; picked_again.py: one of
                    several, perhaps twice
one_of_several.py  what goes with each of several models that one text asks
taken_criteria.py  criteria whose variable another model's has taken
agreeing.py    one text for a function that trains several models
onto_device.py  models of other files, moved to the device where they are given
beside_models.py  models of a list that an object keeps: their optimizers stand in another
adopted.py     attributes that get the models of other objects
one_way.py     models that are compiled on one way only
passed_on.py  functions that hand a model on to what trains it
once_more.py   the same for one that gets one model several times
penalties.py   what regularizers add to the loss, and what constraints do after a step
freezing.py    models of which some parts are not trained
distributing.py  what differs where several processes train
step_parts.py  what a step is besides the loss of its batch
on_batch.py    train_on_batch, test_on_batch and predict_on_batch
fit_data.py    the data of a `fit`
whole_steps.py  numbers of batches that may be fractions
so_many_batches.py  arrays of which a number of steps takes a part
validating.py  in which epochs a `fit` validates
fitting.py     the loop in the place of `fit`
absent.py      arguments that may be None
validation.py  the arrays that it validates on
weighting.py   what each sample counts in it
history.py     what a `fit` gives
kept_entries.py  entries that a history has only once they are given values
entry_order.py  whether code sees in which order a dict has its entries
history_readers.py  which `fit` a place reads the history of
conditions.py  callbacks that a program adds under a condition
callbacks.py   what stands in the loop for the callbacks of a `fit`
classes_elsewhere.py  such classes of other files; and data that are
epoch_logs.py  what they see of an epoch, in their order
changed_logs.py  what those of the program's own do to it
given_back.py   models that are asked by a name which may hold an earlier one again
given_functions.py  functions that they call, and others have made
callback_arguments.py  when their arguments are evaluated
callback_attributes.py  what the program reads of them after the loop
losses_of_calls.py  which losses the calls of a builder name
lasting.py     callbacks that remember an earlier `fit`
own_callbacks.py  callbacks that are classes of the program's own
own_schedules.py  schedules of learning rates that are classes of the program's own
own_instances.py  such callbacks in lists that others read
own_methods.py    what their methods ask of the model
moments.py     when callbacks may ask it
own_questions.py  how well it does on some data, and its weights
files.py       what files of weights are called; caught.py: what is caught where they are loaded
asking.py      evaluate, save and the like
predicting.py  predict and its kin
called.py      models that are called on data
array_uses.py  what is done with what they give, an array now
counting.py    how many weights it has, where a program counts them itself
layer_weights.py  the weights of one layer of a model; adapted_later.py: what it learns from
weights.py     weights that are taken and given back, and their number
clipped_weights.py  weights that a loop clips
listed_layers.py  layers that a loop lists; selected_layers.py: of which it asks what is known
ready.py       data that an earlier call has made ready
hoisting.py    data that a loop would make anew in each round
composing.py   statements around calls of several models
placing.py     the edits of statements, and their comments
hidden_functions.py  functions of the program's own with names that the loops have
head.py        where a file's head ends, for what goes there
progress.py    what is shown of it
evaluation_order.py  when a statement evaluates its parts
asking_data.py  data that ask the model while it trains on them
called_once.py  data whose evaluation would be repeated, or done in another order
compound.py    calls in the heads of loops and conditions
lines.py       statements as text
"""
