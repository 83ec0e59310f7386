from tensorflow import keras
from tensorflow.keras import layers

words = keras.Input((6, 5))
x, state = layers.GRU(4, return_sequences=True, return_state=True)(words)
for _ in range(2):
    # each continues where the one before it ended
    x, state = layers.GRU(4, return_sequences=True, return_state=True)(x, initial_state=state)
both, forward, backward = layers.Bidirectional(layers.GRU(3, return_state=True))(x)
x = layers.GRU(3)(x, initial_state=backward)
out = layers.Dense(2)(layers.Concatenate()([x, both, forward]))
model = keras.Model(words, out, name="chain")
