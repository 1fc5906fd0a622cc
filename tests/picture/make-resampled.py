#!/usr/bin/python3
# Writes resampled.h: what Pillow makes of the test's pattern. Run by hand; the result is committed.
import os

import numpy as np
from PIL import Image, __version__

WIDTH, HEIGHT = 61, 37
x, y, c = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT), np.arange(3), indexing="xy")
pattern = ((x * 7 + y * 13 + c * 29 + x * y * 3) % 256).astype(np.uint8)
picture = Image.fromarray(pattern)
grey = picture.convert("L")


def crop(image, size):
    # torchvision's Resize (256/224 of the size) and CenterCrop.
    least = int(size * 256 / 224 + 0.5)
    image = image.resize((int(least * WIDTH / HEIGHT), least), Image.BILINEAR)
    left, top = (int(round((side - size) / 2.0)) for side in image.size)
    return image.crop((left, top, left + size, top + size))


results = {
    "smaller": picture.resize((8, 5), Image.BILINEAR),
    "larger": picture.resize((67, 40), Image.BILINEAR).crop((0, 0, 67, 3)),
    "taller": picture.resize((4, 50), Image.BILINEAR),
    "nearest": picture.resize((9, 7), Image.NEAREST),
    "cropped": crop(picture, 9),
    "grey": grey.resize((8, 5), Image.BILINEAR),
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "resampled.h"), "w") as out:
    out.write("#pragma once\n\n/* Written by make-resampled.py with Pillow %s. */\n\n" % __version__)
    out.write("#include <glib.h>\n\n/* clang-format off */\n")
    for name, image in results.items():
        data = np.asarray(image).ravel().tolist()
        out.write("static const guint8 pillow_%s[%d] = {\n" % (name, len(data)))
        for i in range(0, len(data), 24):
            out.write("  " + ",".join(map(str, data[i:i + 24])) + ",\n")
        out.write("};\n")
