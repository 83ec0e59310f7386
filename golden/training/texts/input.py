import numpy as np
from tensorflow.keras.layers import Dense, Embedding, GlobalAveragePooling1D
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing import sequence
from tensorflow.keras.utils import to_categorical

WORDS = 60
MAXLEN = 12

# every topic has favourite words
rng = np.random.default_rng(7)
topics = rng.integers(0, 3, size=90)
texts = [(rng.integers(1, 20, size=rng.integers(3, 20)) + 20 * topic).tolist() for topic in topics]

x = sequence.pad_sequences(texts, maxlen=MAXLEN, padding="post", truncating="post")
y = to_categorical(topics, num_classes=3)

model = Sequential()
model.add(Embedding(WORDS, 8))
model.add(GlobalAveragePooling1D())
model.add(Dense(3, activation="softmax"))
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["acc"])

history = model.fit(x, y, epochs=4, batch_size=15, validation_data=(x[:30], y[:30]), verbose=0)
print(history.history["val_acc"])

more = sequence.pad_sequences([[3, 4, 5], [41, 42, 43, 44]], maxlen=MAXLEN, padding="post", truncating="post")
print(np.argmax(model.predict(more), axis=1))
