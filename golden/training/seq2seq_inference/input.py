"""Reverse digits, letter by letter: an encoder, a decoder, and what decodes with them."""

import numpy as np
from keras.models import Model
from keras.layers import Input, LSTM, Dense

batch_size = 16
epochs = 3
latent_dim = 12
num_encoder_tokens, num_decoder_tokens = 10, 12
max_decoder_seq_length = 8

rng = np.random.default_rng(0)
numbers = rng.integers(0, 10, (100, 5))
encoder_input_data = np.eye(10)[numbers]
texts = np.concatenate([np.full((100, 1), 10), numbers[:, ::-1], np.full((100, 1), 11)], axis=1)
decoder_input_data = np.eye(12)[texts[:, :-1]]
decoder_target_data = np.eye(12)[texts[:, 1:]]

encoder_inputs = Input(shape=(None, num_encoder_tokens))
encoder = LSTM(latent_dim, return_state=True)
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
encoder_states = [state_h, state_c]

decoder_inputs = Input(shape=(None, num_decoder_tokens))
decoder_lstm = LSTM(latent_dim, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
decoder_dense = Dense(num_decoder_tokens, activation="softmax")
decoder_outputs = decoder_dense(decoder_outputs)

model = Model([encoder_inputs, decoder_inputs], decoder_outputs)

model.compile(optimizer="sgd", loss="categorical_crossentropy")
model.fit(
    [encoder_input_data, decoder_input_data],
    decoder_target_data,
    batch_size=batch_size,
    epochs=epochs,
    validation_split=0.2,
)

encoder_model = Model(encoder_inputs, encoder_states)

decoder_state_input_h = Input(shape=(latent_dim,))
decoder_state_input_c = Input(shape=(latent_dim,))
decoder_states_inputs = [decoder_state_input_h, decoder_state_input_c]
decoder_outputs, state_h, state_c = decoder_lstm(
    decoder_inputs, initial_state=decoder_states_inputs
)
decoder_states = [state_h, state_c]
decoder_outputs = decoder_dense(decoder_outputs)
decoder_model = Model([decoder_inputs] + decoder_states_inputs, [decoder_outputs] + decoder_states)


def decode_sequence(input_seq):
    states_value = encoder_model.predict(input_seq, verbose=0)
    target_seq = np.zeros((1, 1, num_decoder_tokens))
    target_seq[0, 0, 10] = 1.0
    decoded, sure = [], []
    while len(decoded) < max_decoder_seq_length:
        output_tokens, h, c = decoder_model.predict([target_seq] + states_value, verbose=0)
        sampled = np.argmax(output_tokens[0, -1, :])
        decoded.append(sampled)
        sure.append(output_tokens[0, -1, sampled])
        if sampled == 11:
            break
        target_seq = np.zeros((1, 1, num_decoder_tokens))
        target_seq[0, 0, sampled] = 1.0
        states_value = [h, c]
    return decoded, sure


found = []
for seq_index in range(3):
    input_seq = encoder_input_data[seq_index : seq_index + 1]
    decoded, sure = decode_sequence(input_seq)
    print("Decoded:", decoded)
    found.append(np.mean(sure))
found = np.array(found)
