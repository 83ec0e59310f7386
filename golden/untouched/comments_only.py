#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""Convert weights that were saved by `tf.keras` (see keras.io) to numpy arrays."""
import json

MESSAGE = """
    from tensorflow import keras
    model = keras.Sequential()
"""

def main( path ):
    # tensorflow isn't needed for this
    with open(path) as f :
        return json.load(f)["keras_version"], MESSAGE
