"""Layers, in files that are called as the folders of Keras."""
