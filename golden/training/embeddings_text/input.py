from keras.layers import Dense, Dropout, Embedding, GlobalAveragePooling1D
from keras.models import Sequential
from keras.utils import pad_sequences
import numpy as np

SENTENCES = [
    ("the film was great and i loved it", 1),
    ("a wonderful story with great actors", 1),
    ("what a waste of time", 0),
    ("the plot was boring and the acting bad", 0),
    ("i loved the music and the pictures", 1),
    ("bad story bad music bad film", 0),
    ("great fun for the whole family", 1),
    ("i was bored from start to end", 0),
] * 6
MAX_LEN = 10

vocabulary = {"<pad>": 0}
for text, _ in SENTENCES:
    for word in text.split():
        vocabulary.setdefault(word, len(vocabulary))
sequences = [[vocabulary[w] for w in text.split()] for text, _ in SENTENCES]
x = pad_sequences(sequences, maxlen=MAX_LEN, padding="post")
y = np.array([label for _, label in SENTENCES])
vocab_size = len(vocabulary)

model = Sequential([
    Embedding(vocab_size, 16),
    GlobalAveragePooling1D(),
    Dropout(0.3),
    Dense(16, activation="relu"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=8, validation_split=0.25)
losses = history.history["loss"]
print(model.predict(x[:2]))
