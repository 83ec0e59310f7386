import numpy as np
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.text import Tokenizer

texts = ["good film", "bad film", "a good one"]
tokenizer = Tokenizer(num_words=20)
tokenizer.fit_on_texts(texts)
x = tokenizer.texts_to_matrix(texts, mode="tfidf")
rows = list(tokenizer.texts_to_sequences_generator(texts))
lines = Tokenizer(split="\n")

model = Sequential([Dense(1, input_shape=(20,), activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, np.array([1, 0, 1]))
