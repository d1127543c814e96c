"""Recurrent layers of forks, and those of BVLC that the executor runs by definition alone."""

import numpy as np
from fork_draw import MAKERS, F, kinds
from layer_cases import Case, message


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@kinds("Lstm")
def ctpn_lstm(r):
    steps, streams, inputs, h = (r.integer(1, 4) for _ in range(4))
    x = r.normal(steps, streams, inputs)
    blobs = [r.normal(4 * h, inputs), r.normal(4 * h, h), r.normal(4 * h)]
    state = memory = np.zeros((streams, h))
    made = []
    for t in range(steps):
        gates = x[t].astype(float) @ blobs[0].T + blobs[2] + state @ blobs[1].T
        i, f, o, g = np.split(gates, 4, axis=1)
        memory = (sigmoid(f) * memory if t else 0) + sigmoid(i) * np.tanh(g)
        state = sigmoid(o) * np.tanh(memory)
        made.append(state)
    text = message("lstm_param", num_output=h, clipping_threshold=r.choice([None, 1]))
    return Case(text, [x], [np.array(made)], blobs)


def recurrent(r, gates):
    """BVLC's recurrent layers: 4 gates for the LSTM, 1 for the RNN."""
    steps, streams, inputs, h = (r.integer(1, 4) for _ in range(4))
    exposes, has_static = r.chance(0.75), r.chance(0.4)
    x, goes_on = r.normal(steps, streams, inputs), (r.normal(steps, streams) > -0.5).astype(F)
    if not exposes:
        goes_on[0] = 0
    static = r.normal(streams, r.integer(1, 3)) if has_static else np.zeros((streams, 1), F)
    of_static = r.normal(gates * h, static.shape[1])
    of_input, bias, of_state = r.normal(gates * h, inputs), r.normal(gates * h), r.normal(gates * h, h)
    of_output, output_bias = r.normal(h, h), r.normal(h)
    first = [r.normal(1, streams, h) for _ in range(1 if gates == 1 else 2)]
    state, memory = first[0][0].astype(float), first[-1][0].astype(float)
    made = []
    for t in range(steps):
        keep = goes_on[t][:, None]
        own = x[t].astype(float) @ of_input.T + bias + (keep * state) @ of_state.T + static @ of_static.T
        if gates == 1:
            state = np.tanh(own)
            made.append(np.tanh(state @ of_output.T + output_bias))
            continue
        i, f, o, g = np.split(own, 4, axis=1)
        memory = keep * sigmoid(f) * memory + sigmoid(i) * np.tanh(g)
        state = sigmoid(o) * np.tanh(memory)
        made.append(state)
    last = [state[None], memory[None]][: len(first)]
    return Case(
        message("recurrent_param", num_output=h, expose_hidden=True if exposes else None),
        [x, goes_on, *([static] if has_static else []), *(first if exposes else [])],
        [np.array(made), *(last if exposes else [])],
        [of_input, bias]
        + ([of_static] if has_static else [])
        + [of_state]
        + ([of_output, output_bias] if gates == 1 else []),
    )


MAKERS["LSTM"] = lambda r: recurrent(r, 4)
MAKERS["RNN"] = lambda r: recurrent(r, 1)
