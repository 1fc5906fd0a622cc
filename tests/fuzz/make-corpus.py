#!/usr/bin/python3
"""Make the seeds of the fuzz targets, corpus/TARGET/NAME: small files of every kind, well formed.

    tests/fuzz/make-corpus.py

Needs Python 3 with torch, h5py, Pillow and numpy. The result is committed; tests need none of these.
Seeds that a target has once stumbled over are in the same folders, called found-…, and stay.
"""
import io
import json
import os
import pickle
import struct
import zipfile
import zlib

import h5py
import numpy as np
import torch
from PIL import Image
from torch import nn

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus')
torch.manual_seed(1)
RANDOM = np.random.default_rng(1)


def seed(target, name, data):
    os.makedirs(os.path.join(HERE, target), exist_ok=True)
    with open(os.path.join(HERE, target, name), 'wb') as out:
        out.write(data)


# Protobuf

def varint(n):
    n &= (1 << 64) - 1
    out = b''
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack('<f', value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


# ONNX

def tensor(name, array):
    kind = {'float32': 1, 'int64': 7, 'float16': 10, 'float64': 11, 'int8': 3, 'uint8': 2}[str(array.dtype)]
    return (b''.join(field(1, n) for n in array.shape) + field(2, kind) + field(8, name)
            + field(9, array.tobytes()))


def attribute(name, value):
    if isinstance(value, float):
        return field(1, name) + field(2, value) + field(20, 1)
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, 3)
    if isinstance(value, np.ndarray):
        return field(1, name) + field(5, tensor('', value)) + field(20, 4)
    if isinstance(value[0], float):
        return field(1, name) + b''.join(field(7, v) for v in value) + field(20, 6)
    return field(1, name) + field(8, b''.join(varint(v) for v in value)) + field(20, 7)


class Model:
    """A graph whose nodes are a chain; `to` is the name of its end."""

    def __init__(self, opset=17):
        self.nodes, self.weights, self.to, self.opset = [], [], 'x', opset

    def weight(self, *shape, values=None, kind=np.float32):
        name = 'w%d' % len(self.weights)
        array = (RANDOM.standard_normal(shape) if values is None else np.array(values)).astype(kind)
        self.weights.append(tensor(name, array))
        return name

    def add(self, op, *more, inputs=None, **attributes):
        out = 'v%d' % len(self.nodes)
        names = inputs or [self.to, *more]
        self.nodes.append(b''.join(field(1, n) for n in names) + field(2, out)
                          + field(3, '%s_%d' % (op, len(self.nodes))) + field(4, op)
                          + b''.join(field(5, attribute(k, v)) for k, v in attributes.items()))
        self.to = out
        return out

    def end(self, classes=2):
        self.add('GlobalAveragePool')
        self.add('Flatten', axis=1)
        return self.bytes(classes)

    def bytes(self, classes=2, channels=3, size=8, rest=b''):
        def value(name, dims):
            shape = b''.join(field(1, field(1, d) if isinstance(d, int) else field(2, d)) for d in dims)
            return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))
        graph = (b''.join(field(1, n) for n in self.nodes) + field(2, 'g')
                 + b''.join(field(5, w) for w in self.weights)
                 + field(11, value('x', ['N', channels, size, size])) + field(12, value(self.to, ['N', classes])))
        return (field(1, 8) + field(2, 'seed') + field(7, graph) + field(8, field(1, '') + field(2, self.opset))
                + rest)


def onnx():
    m = Model()
    m.add('Conv', m.weight(4, 3, 3, 3), m.weight(4), kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    m.add('BatchNormalization', *[m.weight(4, values=[1, 1, 2, 2]) for _ in range(4)], epsilon=1e-3)
    m.add('Relu')
    m.add('MaxPool', kernel_shape=[2, 2], strides=[2, 2])
    m.add('Conv', m.weight(4, 1, 3, 3), kernel_shape=[3, 3], group=4, auto_pad='SAME_UPPER')
    m.add('Clip', m.weight(values=0.), m.weight(values=6.))
    m.add('GlobalAveragePool')
    m.add('Flatten', axis=1)
    m.add('Gemm', m.weight(2, 4), m.weight(2), transB=1)
    m.add('Softmax', axis=1)
    labels = field(14, field(1, 'labels') + field(2, "{0: 'cat', 1: 'dog'}"))
    yield 'plain', m.bytes(rest=labels)

    m = Model()
    a = m.add('Conv', m.weight(4, 3, 1, 1), kernel_shape=[1, 1], strides=[2, 2])
    m.add('HardSwish')
    m.add('GlobalAveragePool')
    m.add('Conv', m.weight(4, 4, 1, 1))
    m.add('HardSigmoid', alpha=0.2)
    b = m.add('Mul', inputs=[m.to, a])
    m.add('Add', inputs=[a, b])
    m.add('Concat', inputs=[m.to, a], axis=1)
    m.add('Reshape', m.weight(values=[0, 2, 4, 4, 4], kind=np.int64))
    m.add('Transpose', perm=[0, 2, 1, 3, 4])
    m.add('Reshape', m.weight(values=[0, -1, 4, 4], kind=np.int64))
    m.add('Slice', m.weight(values=[0], kind=np.int64), m.weight(values=[2], kind=np.int64),
          m.weight(values=[1], kind=np.int64))
    m.add('Resize', '', m.weight(values=[1, 1, 2, 2]), mode='linear')
    m.add('Pad', m.weight(values=[0, 0, 1, 1, 0, 0, 1, 1], kind=np.int64), mode='reflect')
    m.add('ReduceMean', axes=[2, 3], keepdims=0)
    yield 'shuffle', m.bytes()

    m = Model(9)
    m.add('ConvTranspose', m.weight(3, 4, 2, 2), strides=[2, 2], kernel_shape=[2, 2])
    m.add('PRelu', m.weight(4, 1, 1))
    m.add('LRN', size=3, alpha=1e-3)
    m.add('AveragePool', kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    m.add('InstanceNormalization', m.weight(4), m.weight(4))
    m.add('Sigmoid')
    m.add('Shape')
    m.add('Gather', m.weight(values=[0], kind=np.int64), axis=0)
    m.add('Constant', inputs=[''], value=np.array([-1], np.int64))
    m.add('Concat', inputs=['v7', m.to], axis=0)
    m.add('Reshape', inputs=['v5', m.to])
    yield 'old', m.bytes()

    m = Model(13)
    w = m.weight(4, 3, 3, 3, values=np.ones((4, 3, 3, 3)), kind=np.int8)
    q = m.add('DequantizeLinear', inputs=[w, m.weight(values=.1), m.weight(values=0, kind=np.int8)])
    m.add('Conv', inputs=['x', q])
    m.add('Erf')
    m.add('LeakyRelu', alpha=0.1)
    m.add('Squeeze', m.weight(values=[0], kind=np.int64))
    m.add('Unsqueeze', m.weight(values=[0], kind=np.int64))
    m.add('Split', axis=1)
    m.add('Expand', m.weight(values=[1, 4, 6, 6], kind=np.int64))
    yield 'quantised', m.end(4)

    yield 'external', field(1, 8) + field(7, field(1, field(1, 'x') + field(1, 'w') + field(2, 'y') + field(4, 'Conv'))
        + field(5, field(1, 4) + field(1, 3) + field(1, 1) + field(1, 1) + field(2, 1) + field(8, 'w')
                + field(13, field(1, 'location') + field(2, 'w.bin')) + field(14, 1))
        + field(11, field(1, 'x') + field(2, field(1, field(1, 1) + field(2, b''.join(field(1, field(1, d)) for d in (1, 3, 8, 8))))))
        + field(12, field(1, 'y'))) + field(8, field(2, 13))


# Zip archives and PyTorch

def archive(files, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as z:
        for name, data in files.items():
            z.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def repacked(model, **options):
    """A PyTorch archive without the padding that lets its weights be mapped aligned."""
    out = io.BytesIO()
    torch.save(model, out, **options)
    if options:
        return out.getvalue()
    with zipfile.ZipFile(out) as z:
        return archive({n.replace('archive/', 'a/'): z.read(n) for n in z.namelist()})


def torch_files():
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
                        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)).eval()
    yield 'module', repacked(net)
    yield 'state', repacked(net.state_dict())
    yield 'half', repacked({k: v.half() for k, v in net.state_dict().items()})
    yield 'legacy', repacked({'state_dict': {'module.' + k: v for k, v in net.state_dict().items()}},
                             _use_new_zipfile_serialization=False)
    out = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.Sequential(nn.Conv2d(3, 2, 1), nn.Flatten())), out)
    with zipfile.ZipFile(out) as z:
        yield 'script', archive({n: z.read(n) for n in z.namelist() if 'debug' not in n})


def safetensors():
    def file(tensors, metadata=None):
        header, blobs, at = {'__metadata__': metadata} if metadata else {}, b'', 0
        for name, array in tensors.items():
            raw = array.tobytes()
            kind = {'float32': 'F32', 'float16': 'F16', 'int64': 'I64'}[str(array.dtype)]
            header[name] = {'dtype': kind, 'shape': list(array.shape), 'data_offsets': [at, at + len(raw)]}
            at, blobs = at + len(raw), blobs + raw
        text = json.dumps(header).encode()
        return struct.pack('<Q', len(text)) + text + blobs
    net = {'0.weight': (4, 3, 3, 3), '0.bias': (4,), '3.weight': (2, 4), '3.bias': (2,)}
    yield 'sequential', file({k: np.ones(v, np.float32) for k, v in net.items()}, {'format': 'pt'})
    yield 'mixed', file({'a': np.ones((2, 3), np.float16), 'b.c': np.arange(4), 'é': np.ones((), np.float32)})
    widths = [(64, 3, 11), (192, 64, 5), (384, 192, 3), (256, 384, 3), (256, 256, 3)]
    alex = {}
    for i, (k, (_, _, size)) in zip((0, 3, 6, 8, 10), enumerate(widths)):
        alex['features.%d.weight' % i] = np.ones((1, 3 if i == 0 else 1, size, size), np.float16)
        alex['features.%d.bias' % i] = np.ones(1, np.float16)
    for i, n in ((1, 36), (4, 2), (6, 2)):
        alex['classifier.%d.weight' % i] = np.ones((2, n), np.float16)
        alex['classifier.%d.bias' % i] = np.ones(2, np.float16)
    yield 'alexnet', file(alex)


def pickles():
    from collections import OrderedDict
    value = OrderedDict(a=[1, 2.5, True, None, 1 << 70, -3], b=({'k': 'é', 'n': b'\0\1'}, {1, 2}, ()))
    shared = ['x']
    shared.append(shared)
    value['c'] = [shared, shared, 70000, -70000, 'y' * 300]
    for protocol in (2, 3, 4, 5):
        yield 'protocol-%d' % protocol, pickle.dumps(value, protocol)
    out = io.BytesIO()
    torch.save(nn.Linear(2, 1), out)
    with zipfile.ZipFile(out) as z:
        yield 'module', z.read('archive/data.pkl')


# Keras

def keras(layers, size=(8, 8, 3), functional=False):
    """A description; each layer is (class, configuration, {weight: shape})."""
    listed, previous = [], 'input_1'
    first = {'batch_input_shape': [None, *size], 'dtype': 'float32', 'name': 'input_1'}
    listed.append({'class_name': 'InputLayer', 'config': first, 'name': 'input_1', 'inbound_nodes': []})
    for i, (kind, config, weights) in enumerate(layers):
        name = 'l%d' % i
        listed.append({'class_name': kind, 'config': {'name': name, 'weights': weights, **config}, 'name': name,
                       'inbound_nodes': [[[previous, 0, 0, {}]]]})
        previous = name
    config = {'name': 'net', 'layers': listed}
    if functional:
        config.update(input_layers=[['input_1', 0, 0]], output_layers=[[previous, 0, 0]])
    return {'class_name': 'Functional' if functional else 'Sequential', 'config': config}


CONV = ('Conv2D', {'filters': 4, 'kernel_size': [3, 3], 'padding': 'same', 'activation': 'relu', 'strides': [1, 1]},
        {'kernel': [3, 3, 3, 4], 'bias': [4]})
HEAD = [('Flatten', {}, {}), ('Dense', {'units': 2, 'activation': 'softmax'}, {'kernel': [64, 2], 'bias': [2]})]
BN = {k: [4] for k in ('gamma', 'beta', 'moving_mean', 'moving_variance')}


def keras_models():
    yield 'sequential', 2, keras([CONV, ('MaxPooling2D', {'pool_size': [2, 2], 'padding': 'valid'}, {}),
                                  ('Dropout', {'rate': 0.5}, {}), *HEAD])
    yield 'functional', 2, keras([CONV, ('BatchNormalization', {'axis': [3], 'epsilon': 0.001}, BN),
                                  ('AveragePooling2D', {'pool_size': [2, 2]}, {}), *HEAD], functional=True)
    nested = keras([CONV, ('MaxPooling2D', {'pool_size': [2, 2]}, {})], functional=True)
    outer = keras([('Rescaling', {'scale': 0.1, 'offset': -1.0}, {}), ('Functional', nested['config'], {}), *HEAD], functional=True)
    yield 'nested', 2, outer
    yield 'shapes', 2, keras([
        ('ZeroPadding2D', {'padding': [[1, 1], [1, 0]]}, {}), ('Cropping2D', {'cropping': [[1, 0], [1, 0]]}, {}),
        ('DepthwiseConv2D', {'kernel_size': [3, 3], 'depth_multiplier': 1, 'use_bias': False}, {'depthwise_kernel': [3, 3, 3, 1]}),
        ('LeakyReLU', {'alpha': 0.3}, {}), ('UpSampling2D', {'size': [2, 2], 'interpolation': 'bilinear'}, {}),
        ('Permute', {'dims': [2, 1, 3]}, {}), ('Reshape', {'target_shape': [-1, 3]}, {}),
        ('LayerNormalization', {'axis': [-1]}, {'gamma': [3], 'beta': [3]}),
        ('Resizing', {'height': 4, 'width': 4}, {}), ('GlobalAveragePooling2D', {}, {}),
        ('Activation', {'activation': 'sigmoid'}, {})])
    yield 'separable', 2, keras([
        ('SeparableConv2D', {'filters': 4, 'kernel_size': [3, 3], 'use_bias': True},
         {'depthwise_kernel': [3, 3, 3, 1], 'pointwise_kernel': [1, 1, 3, 4], 'bias': [4]}),
        ('Conv2DTranspose', {'filters': 2, 'kernel_size': [2, 2], 'strides': [2, 2], 'padding': 'same'},
         {'kernel': [2, 2, 2, 4], 'bias': [2]}),
        ('PReLU', {'shared_axes': [1, 2]}, {'alpha': [1, 1, 2]}), ('GlobalMaxPooling2D', {}, {})])
    three = keras([CONV, ('GlobalAveragePooling2D', {'keepdims': False}, {})], functional=True)
    for layer in three['config']['layers'][1:]:
        before = layer['inbound_nodes'][0][0][0]
        layer['inbound_nodes'] = [{'args': [{'class_name': '__keras_tensor__', 'config': {'keras_history': [before, 0, 0]}}], 'kwargs': {}}]
    three['compile_config'] = {'loss': 'categorical_crossentropy', 'optimizer': {'class_name': 'Adam'}}
    yield 'three', 3, three
    lambda_net = keras([('TFOpLambda', {'function': 'math.multiply'}, {}), ('TFOpLambda', {'function': 'math.subtract'}, {}), CONV], functional=True)
    for layer in lambda_net['config']['layers'][1:3]:
        layer['inbound_nodes'][0][0][3] = {'y': 2.5}
        layer['inbound_nodes'] = [[layer['inbound_nodes'][0][0]]]
    lambda_net['config']['layers'].append(
        {'class_name': 'Concatenate', 'name': 'j', 'config': {'name': 'j', 'axis': -1},
         'inbound_nodes': [[['l2', 0, 0, {}], ['l1', 0, 0, {}]]]})
    lambda_net['config']['output_layers'] = [['j', 0, 0]]
    yield 'lambda', 2, lambda_net
    one = [{'class_name': 'Convolution2D', 'config': {
        'name': 'c', 'nb_filter': 2, 'nb_row': 3, 'nb_col': 3, 'border_mode': 'same', 'activation': 'relu',
        'dim_ordering': 'th', 'batch_input_shape': [None, 3, 8, 8], 'weights': {'kernel': [2, 3, 3, 3], 'bias': [2]}}},
        {'class_name': 'Flatten', 'config': {'name': 'f'}},
        {'class_name': 'Dense', 'config': {'name': 'd', 'output_dim': 2, 'weights': {'kernel': [128, 2], 'bias': [2]}}}]
    yield 'one', 1, {'class_name': 'Sequential', 'config': one}


def hdf5(fill):
    out = io.BytesIO()
    with h5py.File(out, 'w', track_order=False) as file:
        fill(file)
    return out.getvalue()


def sizes(shape):
    return ','.join(map(str, shape))


def keras_recipe(model):
    """A recipe (see recipe.h) for the file of a description."""
    lines = []
    for layer in model['config']['layers']:
        name = layer['config']['name']
        weights = layer['config'].pop('weights', {})
        lines += ['D model_weights/%s/%s/%s:0 f4 %s' % (name, name, k, sizes(shape)) for k, shape in weights.items()]
        lines.append('T model_weights/%s weight_names %s' % (name, ','.join('%s/%s:0' % (name, k) for k in weights)))
    lines = ['S . model_config ' + json.dumps(model, separators=(',', ':')), 'S . keras_version 2.11.0',
             'S . backend tensorflow',
             'S . training_config {"loss":"mse","optimizer_config":{"class_name":"Adam"}}'] + lines
    return '\n'.join(lines).encode()


def weights_recipe(model):
    return '\n'.join('D layers/%s/vars/%d f4 %s' % (layer['config']['name'], i, sizes(shape))
                     for layer in model['config']['layers']
                     for i, shape in enumerate(layer['config'].pop('weights', {}).values())).encode()


def small():
    return keras([('Conv2D', {'filters': 2, 'kernel_size': [1, 1]}, {'kernel': [1, 1, 3, 2], 'bias': [2]}),
                  ('GlobalAveragePooling2D', {}, {})])


def plain_hdf5(file):
    file.attrs['model_config'] = '{"class_name": "Sequential"}'
    file.attrs['weight_names'] = [b'a', b'bc']
    file.create_dataset('g/d', data=np.arange(6, dtype=np.float32).reshape(2, 3))
    file.create_dataset('g/half', data=np.ones(3, np.float16))


def packed_hdf5(file):
    file.create_dataset('z', data=np.ones((8, 8), np.float32), chunks=(4, 4), compression='gzip', shuffle=True)
    file['link'] = h5py.SoftLink('/z')
    file['out'] = h5py.ExternalLink('other.h5', '/z')


# TensorFlow

def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    crc ^= 0xffffffff
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


def table(items):
    def block(entries):
        out, last = b'', b''
        for key, value in entries:
            shared = len(os.path.commonprefix([last, key]))
            out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
            last = key
        return out + struct.pack('<II', 0, 1)
    data = b''
    handles = []
    for entries in (items[:2], items[2:]):
        if entries:
            body = block(entries)
            handles.append((entries[-1][0], varint(len(data)) + varint(len(body))))
            data += body + b'\0' + struct.pack('<I', crc32c(body + b'\0'))
    places = b''
    for entries in ([], handles):
        body = block(entries)
        places += varint(len(data)) + varint(len(body))
        data += body + b'\0' + struct.pack('<I', crc32c(body + b'\0'))
    return data + places.ljust(40, b'\0') + struct.pack('<Q', 0xdb4775248b80fb57)


def bundle(tensors):
    """(index, data) of {key: array or bytes}."""
    items, data = [(b'', field(1, 1) + field(3, field(1, 1)))], b''
    for key in sorted(tensors):
        value = tensors[key]
        if isinstance(value, bytes):
            size = varint(len(value))
            check = struct.pack('<I', len(value))
            raw = size + struct.pack('<I', crc32c(check)) + value
            # over the lengths as four bytes each, their checksum, the text
            crc = crc32c(check + raw[len(size):])
            shape, kind = b'', 7
        else:
            raw, shape, kind = value.tobytes(), b''.join(field(2, field(1, n)) for n in value.shape), 1
            crc = crc32c(raw)
        entry = (field(1, kind) + field(2, shape) + (field(4, len(data)) if data else b'') + field(5, len(raw))
                 + varint(6 << 3 | 5) + struct.pack('<I', crc))
        items.append((key.encode(), entry))
        data += raw
    return table(items), data


SUFFIX = '/.ATTRIBUTES/VARIABLE_VALUE'


def object_graph(children, keys=(), users=()):
    """TrackableObjectGraph: {node: {name: child}}, {node: key}, {node: metadata}."""
    nodes = b''
    for i in range(1 + max(children)):
        node = b''.join(field(1, field(1, c) + field(2, n)) for n, c in children.get(i, {}).items())
        if i in keys:
            node += field(2, field(1, 'VARIABLE_VALUE') + field(2, 'v') + field(3, keys[i]))
        if i in users:
            node += field(4, field(1, users[i][0]) + field(3, users[i][1]))
        nodes += field(1, node)
    return nodes


def saved_model():
    """keras_metadata.pb, index, data."""
    model = small()
    shapes = model['config']['layers'][1]['config'].pop('weights')
    base = 'layer_with_weights-0/%s' + SUFFIX
    graph = object_graph({0: {'layer_with_weights-0': 1, 'layer-1': 1}, 1: {'kernel': 2, 'bias': 3}, 3: {}},
                         {2: base % 'kernel', 3: base % 'bias'})
    index, data = bundle({base % 'kernel': np.full(shapes['kernel'], .1, np.float32),
                          base % 'bias': np.zeros(shapes['bias'], np.float32),
                          '_CHECKPOINTABLE_OBJECT_GRAPH': graph})
    objects = [('root', '_tf_keras_sequential', model),
               ('root.layer_with_weights-0', '_tf_keras_layer', {'name': 'l0', 'trainable': False})]
    metadata = b''.join(field(1, field(2, i) + field(3, path) + field(4, kind) + field(5, json.dumps(value)))
                        for i, (path, kind, value) in enumerate(objects))
    return metadata, index, data, graph, model


# Pictures

def encoded(kind, mode='RGB', size=(6, 4), **options):
    out = io.BytesIO()
    picture = Image.new(mode, size)
    picture.putdata([tuple((i * 37 + c * 90) % 256 for c in range(len(picture.getbands()))) if len(picture.getbands()) > 1
                     else i * 37 % 256 for i in range(size[0] * size[1])])
    picture.save(out, kind, **options)
    return out.getvalue()


def deep_png(colour=2, channels=3):
    rows = b''.join(b'\0' + bytes((i * 29 + y) % 256 for i in range(4 * channels * 2)) for y in range(3))

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 4, 3, 16, colour, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def pictures():
    turned = Image.Exif()
    turned[0x112] = 6
    yield 'jpeg', encoded('JPEG', exif=turned.tobytes(), quality=60, optimize=True)
    yield 'cmyk', encoded('JPEG', 'CMYK', quality=60, optimize=True)
    yield 'png', encoded('PNG', 'RGBA', exif=turned)
    yield 'deep', deep_png()
    yield 'deep-grey', deep_png(4, 2)
    yield 'gif', encoded('GIF', 'P')
    yield 'bmp', encoded('BMP')
    yield 'tiff', encoded('TIFF', compression='tiff_lzw', tiffinfo={0x112: 3})
    yield 'webp', encoded('WEBP', exif=turned.tobytes())


def arrays():
    for name, array in (('f4', np.ones((2, 3), '<f4')), ('f8', np.ones(3, '>f8')), ('scalar', np.float32(1.5)),
                        ('fortran', np.asfortranarray(np.ones((2, 3), 'f4')))):
        out = io.BytesIO()
        np.save(out, array)
        yield name, out.getvalue()


def main():
    for name, data in onnx():
        for target in ('onnx', 'onnx-message', 'protobuf'):
            seed(target, name, data)
    for name, data in torch_files():
        seed('torch', name, data)
    for name, data in safetensors():
        seed('safetensors', name, data)
        seed('safetensors-header', name, data)
    for name, data in pickles():
        seed('pickle', name, data)
    for name, version, model in keras_models():
        seed('keras-json', name, bytes([version]) + json.dumps(model, separators=(',', ':')).encode())
    seed('keras-hdf5', 'sequential', keras_recipe(keras([CONV, ('MaxPooling2D', {}, {}), *HEAD])))
    seed('keras-hdf5', 'small', keras_recipe(small()))
    nested = next(m for name, _, m in keras_models() if name == 'nested')
    inner = nested['config']['layers'][2]['config']['layers'][1]['config'].pop('weights')
    recipe = keras_recipe(nested) + b''.join(b'\nD model_weights/l1/l0/%s:0 f4 %s' % (k.encode(), sizes(v).encode())
                                             for k, v in inner.items())
    seed('keras-hdf5', 'nested', recipe.replace(b'weight_names \n', b'weight_names l0/kernel:0,l0/bias:0\n'))
    seed('hdf5-raw', 'plain', hdf5(plain_hdf5))
    seed('hdf5-raw', 'packed', hdf5(packed_hdf5))
    seed('hdf5-file', 'kinds', b'\n'.join(b'D g/%s %s 2,3' % (k, k) for k in (b'f2', b'f4', b'f8', b'i1', b'i8', b's5', b'v', b'z4'))
         + b'\nL link /g/f4\nX out /z\nD one f4 ')
    seed('hdf5-file', 'attributes', b'S . model_config {"a": 1}\nF . keras_version 2.1\nT g weight_names a,bc\nV g/h layer_names a,bcd\n'
         b'T . layer_names0 a\nT . layer_names1 b\nN . weight_names 0')
    three = next(m for name, _, m in keras_models() if name == 'three')
    weights = weights_recipe(three)
    seed('keras-archive', 'three', b'\n--\n'.join((b'{"keras_version": "3.0.0"}', json.dumps(three).encode(), weights)))
    files = {'a': b'x' * 40, 'folder/b.txt': b'text', 'e': b''}
    seed('zip-entry', 'stored', archive(files))
    seed('zip-entry', 'deflated', archive(files, zipfile.ZIP_DEFLATED))
    metadata, index, data, graph, model = saved_model()
    seed('saved-model', 'small', metadata + b'\n--\n' + index + b'\n--\n' + data)
    seed('tensor-bundle', 'small', index + b'\n--\n' + data)
    seed('sorted-table', 'small', index)
    seed('object-graph', 'small', graph)
    seed('saved-objects', 'metadata', metadata)
    objects = object_graph({0: {'layer_with_weights-0': 1, 'layer-1': 2}, 1: {'kernel': 3}, 2: {'up': 0}, 3: {}},
                           users={0: ('_tf_keras_sequential', json.dumps(model)),
                                  1: ('_tf_keras_layer', '{"name": "l0", "trainable": false}')})
    seed('saved-objects', 'graph', field(2, field(7, objects)))
    seed('object-graph', 'users', objects)
    for name, data in pictures():
        seed('picture', name, data)
        seed('container', name, data)
    for name, data in arrays():
        seed('npy', name, data)
    for name, text in (('list', '["cat", "d\\u00f6g", "\\"x"]'), ('dictionary', '{0: \'cat\', 1: "it\'s", 2: "a\\x41\\n"}'),
                       ('json', '{"0": "cat", "1": "dog"}'), ('lines', '\ufeffcat\r\ndog, a dog\r\n'),
                       ('numbered', '0 cat\n1 dog\n2: bird\n')):
        seed('labels', name, text.encode())
    for name, text in (('whole', '{"size": [224, 200], "resize": "crop", "resample": "bilinear", "channels": "bgr", '
                                 '"scale": 0.0039, "mean": [0.4, 0.5, 0.6], "std": [1, 2, 3]}'),
                       ('part', '{"mean": [0.5], "std": 2e-1, "resize": "squash"}')):
        seed('sidecar', name, text.encode())
    seed('front', 'onnx', Model().bytes())
    seed('front', 'hdf5', hdf5(plain_hdf5)[:2048])
    seed('front', 'zip', archive({'a/data.pkl': pickle.dumps({'a': 1}, 2), 'a/version': '3'}))
    seed('front', 'safetensors', dict(safetensors())['mixed'])
    seed('front', 'lfs', b'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n')
    seed('front', 'page', b'<!DOCTYPE html><html></html>')
    seed('front', 'pickle', pickle.dumps({'a': 1}, 2))


main()
