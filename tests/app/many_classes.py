"""Writes a network of 1000 classes: the demo's, with a last layer that has ImageNet's names.

Each kind of cat leans on the demo's cat, each kind of dog on its dog, by a share that is drawn, and
nothing else on either: so that the classes of a picture make sense, though nothing was trained.

    many_classes.py FILE
"""
import os
import sys

import numpy
from slow_model import chunk, tensor, value_info

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'data')
CATS = range(281, 286)
DOGS = range(151, 269)


def fields(message):
    """(number, value, the bytes of all of it) of each field of a message."""
    at = 0

    def take():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(message):
        begin = at
        key = take()
        if key & 7 == 0:
            value = take()
        else:
            size = {2: None, 5: 4, 1: 8}[key & 7]
            size = take() if size is None else size
            value = message[at:at + size]
            at += size
        yield key >> 3, value, message[begin:at]


def named(initializer):
    return next(value for key, value, _ in fields(initializer) if key == 8).decode()


def floats(initializer):
    return numpy.frombuffer(next(v for k, v, _ in fields(initializer) if k == 9), '<f4')


def head(weight, bias, transposed):
    """The weights and biases of 1000 classes, from those of cat and dog."""
    dice = numpy.random.default_rng(1)
    rows = weight if transposed else weight.T
    out = dice.normal(0, 0.02, (1000, rows.shape[1]))
    shift = numpy.full(1000, -6.0)
    for kind, classes in enumerate((CATS, DOGS)):
        for i in classes:
            share = 0.2 + 2 * dice.uniform() ** 3
            out[i] += share * (rows[kind] - rows[1 - kind])
            shift[i] = share * (bias[kind] - bias[1 - kind]) + dice.normal(0, 0.3)
    return (out if transposed else out.T), shift


def write(path):
    with open(os.path.join(DATA, 'models', 'pocket-vgg.onnx'), 'rb') as file:
        model = file.read()
    parts = []
    for key, value, whole in fields(model):
        if key == 7:
            parts.append(chunk(7, widen(value)))
        elif key != 14:  # its metadata: two names
            parts.append(whole)
        elif b'classes' not in value:
            parts.append(whole)
    with open(path, 'wb') as file:
        file.write(b''.join(parts))


def widen(graph):
    """The graph with another last layer and output."""
    weights = {named(v): v for k, v, _ in fields(graph) if k == 5}
    gemm = next(v for k, v, _ in fields(graph)
                if k == 1 and any(i == 4 and w == b'Gemm' for i, w, _ in fields(v)))
    _, weight_name, bias_name = (v.decode() for k, v, _ in fields(gemm) if k == 1)
    transposed = b'transB' in gemm
    old = floats(weights[weight_name])
    weight, bias = head(old.reshape((2, -1) if transposed else (-1, 2)),
                        floats(weights[bias_name]), transposed)
    changed = {weight_name: tensor(weight_name, weight.shape, weight),
               bias_name: tensor(bias_name, bias.shape, bias)}
    out = b''
    for key, value, whole in fields(graph):
        if key == 5 and named(value) in changed:
            out += chunk(5, changed[named(value)])
        elif key == 12:
            name = next(v for k, v, _ in fields(value) if k == 1)
            out += chunk(12, value_info(name.decode(), [1, 1000]))
        else:
            out += whole
    return out


if __name__ == '__main__':
    write(sys.argv[1])
