import numpy as np
from tensorflow import keras
from tensorflow.keras.preprocessing.text import Tokenizer

rng = np.random.default_rng(0)
max_words = 30
newswires = [rng.integers(1, 40, size=rng.integers(3, 12)).tolist() for _ in range(60)]
topics = rng.integers(0, 4, size=60)

print("Vectorizing sequence data...")
tokenizer = Tokenizer(num_words=max_words)
x_train = tokenizer.sequences_to_matrix(newswires, mode="binary")
losses = []
for epochs in (1, 2):
    model = keras.Sequential(
        [
            keras.layers.Dense(16, activation="relu", input_shape=(max_words,)),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = model.fit(x_train, topics, epochs=epochs, verbose=0)
    losses.append(history.history["loss"][-1])
