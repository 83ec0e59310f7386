from tensorflow.keras.layers import Dense, Input, LSTM
from tensorflow.keras.models import Model

units = 16
source_tokens = 11
target_tokens = 13

# Read the source, from left to right.
source = Input(shape=(None, source_tokens))
reader = LSTM(units, return_state=True)
read, state_h, state_c = reader(source)
# Only the states matter, `read` is not used.
states = [state_h, state_c]

# Write the target, beginning with the states of the reader.
target = Input(shape=(None, target_tokens))
writer = LSTM(units, return_sequences=True, return_state=True)
written, _, _ = writer(target, initial_state=states)
to_tokens = Dense(target_tokens, activation="softmax")
written = to_tokens(written)

model = Model([source, target], written)

# For translating word by word:
# the reader alone ...
reader_model = Model(source, states)

# ... and one step of the writer
given_h = Input(shape=(units,))
given_c = Input(shape=(units,))
given = [given_h, given_c]
written, state_h, state_c = writer(target, initial_state=given)
written = to_tokens(written)  # with the same weights
writer_model = Model([target] + given, [written, state_h, state_c])
