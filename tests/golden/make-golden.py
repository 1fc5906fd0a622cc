#!/usr/bin/python3
"""Make the small reference files of this folder: ONNX networks with random weights, and answers.

    tests/golden/make-golden.py [FOLDER]

Needs Python 3 with torch (1.13) and numpy. For every NAME of index.json: NAME.onnx, NAME.input.npy
(1×C×H×W), NAME.logits.npy (before Softmax or Sigmoid), and for the layer and class in index.json
NAME.activation.npy (A) and NAME.gradient.npy (∂logit/∂A), both C×H×W, and the raw maps
NAME.gradcam.npy and NAME.layercam.npy, H×W. All float32, computed by PyTorch's autograd.
The same script on the same version of PyTorch makes the same bytes.
"""
import json
import os
import sys
import warnings

import numpy as np
import torch
from torch import nn

warnings.filterwarnings('ignore')
torch.set_num_threads(1)
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
INDEX = {}


class Plain(nn.Module):
    """Convolutions with pads, strides and dilation, pooling with ceil_mode, two dense layers."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 5, 2, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True),
            nn.Conv2d(8, 12, 3, padding=2, dilation=2), nn.ReLU(), nn.AvgPool2d(2, 1, 1),
            nn.Conv2d(12, 10, 3), nn.LeakyReLU(0.1))
        self.classifier = nn.Sequential(
            nn.Flatten(), nn.Dropout(), nn.Linear(10 * 8 * 7, 12), nn.ReLU(), nn.Linear(12, 4))

    def forward(self, x):
        return self.classifier(self.features(x))


class Block(nn.Module):
    """Norms before convolutions, which an exporter cannot fold, and a shortcut."""

    def __init__(self, inner, outer, stride):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm2d(inner), nn.BatchNorm2d(outer)
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, groups=2)
        self.shortcut = nn.Conv2d(inner, outer, 1, stride)
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.conv1(self.relu(self.bn1(x)))
        return self.conv2(self.relu(self.bn2(y))) + self.shortcut(x)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 1, 1)
        self.layer1, self.layer2 = Block(8, 8, 1), Block(8, 14, 2)
        self.norm, self.relu = nn.BatchNorm2d(14), nn.ReLU()
        self.fc = nn.Linear(14, 3)

    def forward(self, x):
        x = self.relu(self.norm(self.layer2(self.layer1(self.stem(x)))))
        return self.fc(x.mean((2, 3)))


def step(inner, outer, stride):
    """A depthwise and a pointwise convolution, each with its norm folded in by the exporter."""
    return nn.Sequential(
        nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner),
        nn.ReLU6(), nn.Conv2d(inner, outer, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU6())


class Depthwise(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU6(), step(8, 12, 1), step(12, 20, 2), step(20, 20, 1))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Conv2d(20, 1, 1)

    def forward(self, x):
        return torch.flatten(self.classifier(self.pool(self.features(x))), 1)


def scramble(model, seed):
    """Weights that keep activations in range; statistics of norms away from their defaults."""
    g = torch.Generator().manual_seed(seed)
    for m in model.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            m.weight.data = torch.randn(m.weight.shape, generator=g) * (2 / m.weight[0].numel()) ** .5
            if m.bias is not None:
                m.bias.data = torch.randn(m.bias.shape, generator=g) * 0.1
        elif isinstance(m, nn.BatchNorm2d):
            m.weight.data = 0.6 + 0.8 * torch.rand(m.weight.shape, generator=g)
            m.bias.data = torch.randn(m.bias.shape, generator=g) * 0.3
            m.running_mean.data = torch.randn(m.running_mean.shape, generator=g) * 0.2
            m.running_var.data = 0.5 + torch.rand(m.running_var.shape, generator=g)
    return model.eval()


def save(name, array):
    np.save(os.path.join(OUT, name), np.ascontiguousarray(array, dtype=np.float32))


def sample(stem, net, at, layer, size, end, opset, seed, cls, note):
    scramble(net, seed)
    x = torch.randn(size, generator=torch.Generator().manual_seed(seed + 100))
    kept = []
    hook = at(net).register_forward_hook(lambda m, i, o: kept.append(o))
    logits = net(x.clone().requires_grad_(True))
    hook.remove()
    a = kept[-1]
    score = logits[0, cls] if logits.shape[1] > 1 else logits[0, 0] * (1 if cls else -1)
    (g,) = torch.autograd.grad(score, a)
    a, g = a.detach()[0], g[0]
    cam = torch.relu((g.mean((1, 2))[:, None, None] * a).sum(0))
    layer_cam = torch.relu((torch.relu(g) * a).sum(0))
    if not cam.any() or not layer_cam.any():
        sys.exit('%s: an empty map proves nothing, take another class or seed' % stem)
    save(stem + '.input.npy', x)
    save(stem + '.logits.npy', logits.detach()[0])
    save(stem + '.activation.npy', a)
    save(stem + '.gradient.npy', g)
    save(stem + '.gradcam.npy', cam)
    save(stem + '.layercam.npy', layer_cam)
    path = os.path.join(OUT, stem + '.onnx')
    torch.onnx.export(nn.Sequential(net, end).eval() if end else net, x, path,
                      opset_version=opset, input_names=['input'], output_names=['output'])
    INDEX[stem] = {'layer': layer, 'class': cls, 'note': note}


sample('plain', Plain(), lambda m: m.features[4], '/0/features/features.4/Relu_output_0',
       (1, 3, 37, 31), nn.Softmax(1), 9, 1, 2,
       'opset 9, Softmax at the end, odd input, ceil_mode, dilation, average pooling with padding')
sample('residual', Residual(), lambda m: m.layer1, '/layer1/Add_output_0',
       (1, 3, 20, 28), None, 11, 2, 1,
       'opset 11, norms that cannot be folded, a grouped convolution, ReduceMean, logits at the end')
sample('depthwise', Depthwise(), lambda m: m.features[3][2],
       '/0/features/features.3/features.3.2/Clip_output_0',
       (1, 1, 33, 30), nn.Sigmoid(), 13, 3, 0,
       'opset 13, one channel, depthwise convolutions with Clip, one output with Sigmoid; '
       'the logits file holds z, which is the logit of class 1, and the class here is 0: '
       'gradient and maps are those of -z')

with open(os.path.join(OUT, 'index.json'), 'w') as f:
    json.dump(INDEX, f, indent=1)
    f.write('\n')
