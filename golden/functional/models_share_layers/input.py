"""One network with three outlets, each of them also a model."""

from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense

inputs = Input((4,))
hidden = Dense(5, activation="relu", name="hidden")(inputs)
policy = Dense(2, activation="softmax", name="policy")(hidden)
value = Dense(1, name="value")(hidden)

policy_model = Model(inputs, policy)
both = Model(inputs, [policy, value])
embedding = Model(inputs, hidden)
