#!/usr/bin/python3
"""Make the small PyTorch files of this folder, and answers as make-golden.py does.

    tests/golden/make-torch.py [FOLDER]

Needs Python 3 with torch (1.13), torchvision and numpy. The networks are torchvision's classes, each
layer made as narrow as a test needs. One input serves all: torch.input.npy. The entries of
index.json that have "file" are these; they are replaced, the others left as they are.
"""
import json
import os
import struct
import sys
import warnings

import numpy as np
import torch
import torchvision.models as tv
from torch import nn

warnings.filterwarnings('ignore')
torch.set_num_threads(1)
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
G = torch.Generator().manual_seed(7)
INPUT = torch.randn(1, 3, 64, 71, generator=G)
CLASSES = 3


def randn(*shape):
    return torch.randn(*shape, generator=G)


def narrow(model, factor):
    """Divides every width by factor; what comes in is seen when the network is run."""
    last = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))][-1]

    def width(n, m):
        return n if m is last else max(n // factor, 2)

    def resize(m, inputs):
        n = inputs[0].shape[1]
        if isinstance(m, nn.Conv2d):
            depthwise = 1 < m.groups == m.in_channels
            out = n if depthwise else width(m.out_channels, m)
            m.groups = n if depthwise else m.groups
            m.in_channels, m.out_channels = n, out
            k = m.kernel_size
            m.weight = nn.Parameter(randn(out, n // m.groups, *k) * (2 * m.groups / (n * k[0] * k[1])) ** 0.5)
        elif isinstance(m, nn.Linear):
            m.in_features, m.out_features = n, width(m.out_features, m)
            m.weight = nn.Parameter(randn(m.out_features, n) * (2 / n) ** 0.5)
            out = m.out_features
        else:
            m.num_features = out = n
            m.weight = nn.Parameter(1 + 0.2 * randn(n))
            m.running_mean, m.running_var = 0.2 * randn(n), 0.6 + 0.8 * torch.rand(n, generator=G)
        if m.bias is not None:
            m.bias = nn.Parameter(0.1 * randn(out))

    hooks = [m.register_forward_pre_hook(resize) for m in model.modules()
             if isinstance(m, (nn.Conv2d, nn.Linear, nn.BatchNorm2d))]
    model.eval()
    for m in model.modules():
        if hasattr(m, 'inplace'):
            m.inplace = False
    with torch.no_grad():
        model(INPUT)
    for h in hooks:
        h.remove()
    return model


def answers(name, model, module):
    """Writes the answers for the first class that has a Grad-CAM map, and returns it."""
    kept = {}
    hook = module.register_forward_hook(lambda m, i, o: kept.__setitem__('a', o))
    logits = model(INPUT.clone().requires_grad_(True))
    hook.remove()
    for which in range(logits.shape[1]):
        (g,) = torch.autograd.grad(logits[0, which], kept['a'], retain_graph=True)
        a, g = kept['a'].detach()[0].numpy(), g[0].numpy()
        grad_cam = np.maximum((g.mean((1, 2))[:, None, None] * a).sum(0), 0)
        if np.count_nonzero(grad_cam) > 1:
            break
    else:
        raise SystemExit('no class of %s has a map' % name)
    for kind, array in (('logits', logits.detach()[0].numpy()), ('activation', a), ('gradient', g),
                        ('gradcam', grad_cam), ('layercam', np.maximum((np.maximum(g, 0) * a).sum(0), 0))):
        np.save(os.path.join(OUT, '%s.%s.npy' % (name, kind)), np.ascontiguousarray(array, np.float32))
    return which


def safetensors(state, path):
    header, blobs, at = {'__metadata__': {'format': 'pt'}}, [], 0
    for k, v in sorted(state.items()):
        raw = v.contiguous().numpy().tobytes()
        kind = {torch.float32: 'F32', torch.float16: 'F16', torch.int64: 'I64'}[v.dtype]
        header[k] = {'dtype': kind, 'shape': list(v.shape), 'data_offsets': [at, at + len(raw)]}
        at += len(raw)
        blobs.append(raw)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as out:
        out.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def rounded(model, kind):
    """The weights after a stay in another kind of float."""
    state = {k: v.to(kind) if v.is_floating_point() else v for k, v in model.state_dict().items()}
    model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return state


def main():
    index_path = os.path.join(OUT, 'index.json')
    with open(index_path) as text:
        index = {k: v for k, v in json.load(text).items() if 'file' not in v}
    np.save(os.path.join(OUT, 'torch.input.npy'), INPUT.numpy())

    def add(name, file, layer, which, note):
        index[name] = {'layer': layer, 'class': which, 'file': file, 'input': 'torch', 'note': note}

    model = tv.alexnet(num_classes=CLASSES)
    model.classifier = nn.Sequential(nn.Dropout(), nn.Linear(1, 64), nn.ReLU(), nn.Linear(64, CLASSES))
    narrow(model, 32)
    for p in model.features[0].parameters():
        p.requires_grad = False
    torch.save(model, os.path.join(OUT, 'alexnet.pth'))
    add('alexnet', 'alexnet.pth', 'features.11', answers('alexnet', model, model.features[11]),
        'a whole module with a head of its own and a frozen layer; the pooling before it widens 1x1 to 6x6')

    model = narrow(tv.ResNet(tv.resnet.Bottleneck, [1, 1, 1, 1], CLASSES), 40)
    torch.save({'net': {'module.' + k: v for k, v in model.state_dict().items()}, 'acc': 93.1, 'epoch': 7},
               os.path.join(OUT, 'resnet.pth'))
    add('resnet', 'resnet.pth', 'layer4', answers('resnet', model, model.layer4), 'a checkpoint: a state_dict under "net", names with "module."')

    model = narrow(tv.vgg11_bn(num_classes=CLASSES), 96)
    half = rounded(model, torch.bfloat16)
    torch.save(half, os.path.join(OUT, 'vgg.pth'), _use_new_zipfile_serialization=False)
    add('vgg', 'vgg.pth', 'features.27', answers('vgg', model, model.features[27]), 'a state_dict in bfloat16, in the format before PyTorch 1.6')

    model = narrow(tv.alexnet(num_classes=CLASSES), 100)
    torch.jit.save(torch.jit.script(model), os.path.join(OUT, 'script.pt'))
    add('script', 'script.pt', 'features.11', answers('script', model, model.features[11]),
        'TorchScript, whose names are those of an AlexNet')

    model = narrow(tv.squeezenet1_1(num_classes=CLASSES), 16)
    model.classifier[1].bias = nn.Parameter(torch.full((CLASSES,), 0.5))
    torch.save(model.state_dict(), os.path.join(OUT, 'squeezenet.pth'))
    add('squeezenet', 'squeezenet.pth', 'classifier.1', answers('squeezenet', model, model.classifier[2]),
        'a state_dict; the layer is the class maps themselves')

    model = narrow(tv.DenseNet(8, (2, 1, 2), 16, num_classes=CLASSES), 8)
    model.load_state_dict({k: v.to(memory_format=torch.channels_last) if v.dim() == 4 else v
                           for k, v in model.state_dict().items()})
    state = {k: v.contiguous(memory_format=torch.channels_last) if v.dim() == 4 else v.double()
             if v.is_floating_point() else v for k, v in model.state_dict().items()}
    torch.save(state, os.path.join(OUT, 'densenet.pth'))
    add('densenet', 'densenet.pth', 'relu', answers('densenet', model, model.features), 'a state_dict, convolutions channels last, the rest in double')

    model = narrow(tv.mobilenet_v2(num_classes=CLASSES, width_mult=0.25), 8)
    state = {k: v for k, v in rounded(model, torch.float16).items() if 'num_batches' not in k}
    safetensors(state, os.path.join(OUT, 'mobilenet.safetensors'))
    add('mobilenet', 'mobilenet.safetensors', 'features.18', answers('mobilenet', model, model.features[18]), 'safetensors in half precision')

    model = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 6, 4, padding='same'), nn.BatchNorm2d(6, eps=1e-3), nn.SiLU()),
        nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(6, 12, 3, 2, 1, groups=3), nn.PReLU(12),
        nn.AvgPool2d(2, 1, 1), nn.Conv2d(12, 8, 3, padding=2, dilation=2, padding_mode='reflect'),
        nn.LeakyReLU(0.2), nn.AdaptiveAvgPool2d((5, 4)), nn.Flatten(),
        nn.Linear(160, 10), nn.ReLU(), nn.Linear(10, CLASSES), nn.Softmax(1))
    narrow(model, 1)
    torch.save(model, os.path.join(OUT, 'sequential.pth'),
               _use_new_zipfile_serialization=False)
    add('sequential', 'sequential.pth', '6', answers('sequential', model[:-1], model[6]),
        'a whole module of before PyTorch 1.6, which keeps its classes\' source')

    with open(index_path, 'w') as out:
        out.write(json.dumps(index, indent=1) + '\n')


main()
