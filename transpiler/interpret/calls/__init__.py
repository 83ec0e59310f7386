"""Calls, by what is called.

calling.py    what is it that is called
framework.py  names of Keras and TensorFlow
layers.py     layers, on tensors
constants.py  tensors that are made of plain values
data_tensors.py  those that models are trained with
tensors.py    functions of the framework, on tensors
losses.py     objects that are losses, on tensors
builtins.py   Python's own functions
methods.py    methods of values, by their kind
settings.py   settings of the framework as a whole, its names, custom objects
by_numpy.py   functions of Python that data sets apply to arrays
by_hand.py    losses and metrics that a program calls on arrays
on_arrays.py  functions that a program calls on what models have predicted
lists.py      methods of lists, which change in place
evaluated_again.py  steps whose code would have what they are made of twice
otherwise.py  numbers that mean something else where they are None or -1
numbers.py    arithmetic of the framework, on numbers and arrays
whole_numbers.py  what Python's own functions make of whole numbers
data.py       arrays that Keras provides
pipelines.py  data sets of tf.data, step by step
data_functions.py  functions that data sets are made with
far_lambdas.py  lambdas that can't be written where they are used
drawn.py      random numbers and conditions for one element of a data set
data_options.py  options of data sets, which go
unpacked.py   options of generators of images that are only known at run time
several.py    functions of the program that give several arrays at once
specs.py      what the elements of a generator look like
batches.py    what a program takes of data sets by itself
flows.py      the same of generators of images
named.py      parts of the framework by name: `eval`
partials.py   functions with some of their arguments: `partial`
"""
