import numpy as np
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.text import Tokenizer, text_to_word_sequence

reviews = ["a fine film", "so dull", "fine, fine!", "dull and long", "what a film", "so long"]
labels = np.array([1, 0, 1, 0, 1, 0])
tokenizer = Tokenizer(num_words=8)
tokenizer.fit_on_texts(reviews)
print(len(tokenizer.word_index), "words in", tokenizer.document_count, "reviews")
print(max(len(text_to_word_sequence(review)) for review in reviews), "in the longest one")

losses = []
for mode in ("binary", "count", "freq", "tfidf"):
    x = tokenizer.texts_to_matrix(reviews, mode=mode)
    model = Sequential(
        [Dense(4, activation="relu", input_shape=(8,)), Dense(1, activation="sigmoid")]
    )
    model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])
    history = model.fit(x, labels, epochs=3, batch_size=2, verbose=0)
    losses.append(history.history["loss"][-1])
