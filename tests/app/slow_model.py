"""Writes a network that takes seconds: an ONNX file of many convolutions that share one kernel."""
import numpy


def varint(value):
    out = b''
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def chunk(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name, dims, values):
    return (b''.join(number(1, d) for d in dims) + number(2, 1) + chunk(8, name)
            + chunk(9, values.astype('<f4').tobytes()))


def ints(name, values):
    return chunk(1, name) + b''.join(number(8, v) for v in values) + number(20, 7)


def node(op, inputs, output, *attributes):
    return (b''.join(chunk(1, i) for i in inputs) + chunk(2, output) + chunk(3, output)
            + chunk(4, op) + b''.join(chunk(5, a) for a in attributes))


def value_info(name, dims):
    shape = b''.join(chunk(1, number(1, d)) for d in dims)
    return chunk(1, name) + chunk(2, chunk(1, number(1, 1) + chunk(2, shape)))


def write(path, size=32, channels=512, depth=100, classes=2, width=11):
    """Some @depth · 32 thousand million multiplications, of a kernel @width pixels wide: few enough
    activations for any memory."""
    dice = numpy.random.default_rng(8)
    area = width * width
    kernel = dice.normal(0, (2 / (area * channels)) ** 0.5, channels * channels * area)
    first = dice.normal(0, 0.3, channels * 3 * 9)
    head = dice.normal(0, 1, classes * channels)
    pads = ints('pads', [width // 2] * 4)
    nodes = [node('Conv', ['input', 'first'], 'conv0', ints('pads', [1, 1, 1, 1])),
             node('Relu', ['conv0'], 'relu0')]
    for i in range(1, depth):
        nodes.append(node('Conv', ['relu%d' % (i - 1), 'kernel'], 'conv%d' % i, pads))
        nodes.append(node('Relu', ['conv%d' % i], 'relu%d' % i))
    nodes.append(node('GlobalAveragePool', ['relu%d' % (depth - 1)], 'pool'))
    nodes.append(node('Flatten', ['pool'], 'flat'))
    transposed = chunk(1, 'transB') + number(3, 1) + number(20, 2)
    nodes.append(node('Gemm', ['flat', 'head'], 'output', transposed))
    graph = (b''.join(chunk(1, n) for n in nodes) + chunk(2, 'slow')
             + chunk(5, tensor('first', [channels, 3, 3, 3], first))
             + chunk(5, tensor('kernel', [channels, channels, width, width], kernel))
             + chunk(5, tensor('head', [classes, channels], head))
             + chunk(11, value_info('input', [1, 3, size, size]))
             + chunk(12, value_info('output', [1, classes])))
    with open(path, 'wb') as file:
        file.write(number(1, 8) + chunk(7, graph) + chunk(8, chunk(1, '') + number(2, 17)))
