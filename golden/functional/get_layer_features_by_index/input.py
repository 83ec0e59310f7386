"""The features below the head, from the model that has it."""

from tensorflow.keras.layers import Dense, Dropout, Input
from tensorflow.keras.models import Model, Sequential


def build(input_dim=10, classes=4):
    inputs = Input((input_dim,))
    x = Dense(16, activation="relu")(inputs)
    x = Dropout(0.2)(x)
    x = Dense(8, activation="relu", name="embedding")(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))


def below_the_head(input_dim=10):
    classifier = build(input_dim)
    return Model(classifier.input, classifier.get_layer("embedding").output)


sequential = Sequential([Input((6,)), Dense(5, activation="relu"), Dense(2)])
hidden = Model(sequential.inputs, sequential.layers[-2].output)
features = below_the_head()
