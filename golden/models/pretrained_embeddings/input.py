"""A text classifier that starts from word vectors which somebody else trained."""

import numpy as np
from keras.layers import Conv1D, Dense, Embedding, GlobalMaxPooling1D, Input
from keras.models import Model, Sequential

MAX_WORDS = 50


def embedding_matrix(vectors, word_index, size):
    """A row for each word; words without a vector get zeros."""
    matrix = np.zeros((min(MAX_WORDS, len(word_index) + 1), size))
    for word, i in word_index.items():
        if i < MAX_WORDS and word in vectors:
            matrix[i] = vectors[word]
    return matrix


def text_classifier(matrix, maxlen, classes):
    inputs = Input((maxlen,), dtype="int32")
    # load the word vectors into a layer that is not trained
    x = Embedding(
        matrix.shape[0], matrix.shape[1], weights=[matrix], input_length=maxlen, trainable=False
    )(inputs)
    for filters in (8, 4):
        x = Conv1D(filters, 3, activation="relu")(x)
    x = GlobalMaxPooling1D()(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))


vectors = {"the": np.arange(6.0), "cat": np.ones(6), "sat": np.full(6, 0.5)}
words = {"the": 1, "cat": 2, "sat": 3, "mat": 4}
weights = embedding_matrix(vectors, words, 6)

model = Sequential()
model.add(Embedding(5, 6, weights=[weights], input_length=7))
model.add(GlobalMaxPooling1D())
model.add(Dense(1, activation="sigmoid"))
