import numpy as np
import tensorflow as tf
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing.text import Tokenizer

sentences = [
    "I love my dog",
    "I love my cat, really!",
    "You love my dog!\tAlways",
    "Do you think my dog is amazing?",
    "the cat  sat on the mat\x0b here",
]
labels = np.array([1, 1, 1, 0, 0], "float32")
tokenizer = Tokenizer(num_words=12, oov_token="<OOV>")
tokenizer.fit_on_texts(sentences)
word_index = tokenizer.word_index
sequences = tokenizer.texts_to_sequences(sentences + ["a new dog"])
padded = pad_sequences(sequences, maxlen=6, padding="post", truncating="post")
back = tokenizer.sequences_to_texts(sequences)
same = [len(text.split(" ")) for text in back]
plain = Tokenizer()
plain.fit_on_texts(sentences)
others = plain.texts_to_sequences(["the new dog", "mat"])
first = [len(row) for row in others]
vocab_size = len(word_index) + 1
numbers = list(word_index.values())
model = tf.keras.Sequential(
    [
        tf.keras.layers.Embedding(vocab_size, 4, input_length=6),
        tf.keras.layers.GlobalAveragePooling1D(),
        tf.keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])

history = model.fit(padded[:5], labels, epochs=2, verbose=0)
