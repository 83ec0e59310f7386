import numpy as np
from tensorflow.keras.layers import GRU, Dense, Embedding
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.utils import to_categorical

LENGTH = 5
text = "the quick brown Fox jumps over the lazy dog"

# a window of letters, and the letter behind it
tokenizer = Tokenizer(char_level=True, lower=False)
tokenizer.fit_on_texts([text])
numbers = tokenizer.texts_to_sequences([text])[0]
vocab_size = len(tokenizer.word_index) + 1
windows = []
following = []
for start in range(len(numbers) - LENGTH):
    windows.append(numbers[start : start + LENGTH])
    following.append(numbers[start + LENGTH])
x = np.array(windows)
y = to_categorical(following, num_classes=vocab_size)

model = Sequential()
model.add(Embedding(vocab_size, 6))
model.add(GRU(8))
model.add(Dense(vocab_size, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="sgd")

history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
