#!/usr/bin/python3
# Writes samples.h: small pictures of every kind, made with Pillow. Run by hand; the result is
# committed, so that the tests need neither Python nor Pillow.
import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, __version__


def encode(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[0x112] = orientation
    return tags.tobytes()


def exif_of_thumbnail_only(orientation):
    # A first directory without entries, and a second one (the thumbnail's) with an orientation.
    return (b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<HI", 0, 14)
            + struct.pack("<HHHIII", 1, 0x112, 3, 1, orientation, 0))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def before_data(png, inserted):
    at = png.index(b"IDAT") - 4
    return png[:at] + inserted + png[at:]


# Red, green / blue, yellow quarters; 16 × 8.
quarters = np.zeros((8, 16, 3), np.uint8)
quarters[:4, :8] = 255, 0, 0
quarters[:4, 8:] = 0, 255, 0
quarters[4:, :8] = 0, 0, 255
quarters[4:, 8:] = 255, 255, 0
picture = Image.fromarray(quarters)
red, green = Image.new("RGB", (8, 8), (255, 0, 0)), Image.new("RGB", (8, 8), (0, 255, 0))
translucent = Image.new("RGBA", (4, 4), (200, 0, 50, 100))
# Cyan 200, black 100; the right half magenta 50 too.
inks = np.zeros((8, 16, 4), np.uint8)
inks[..., 0], inks[..., 3], inks[:, 8:, 1] = 200, 100, 50
deep = np.array([[0, 127, 128, 129], [255, 256, 385, 386], [1000, 30000, 32767, 32768],
                 [65000, 65406, 65407, 65535]], np.uint16)
deep_rgb_rows = zlib.compress(b"".join(
    b"\0" + b"".join(struct.pack(">HHH", v, 65535 - v, 385) for v in row) for row in deep.tolist()))

samples = {
    "jpeg": encode(picture, "JPEG", quality=95, subsampling=0, exif=exif(1)),
    "png": encode(picture, "PNG", exif=exif(1)),
    "tiff": encode(picture, "TIFF", tiffinfo={0x112: 1}),
    "webp": encode(picture, "WEBP", lossless=True, exif=exif(1)),
    "gif": encode(picture, "GIF"),
    "bmp": encode(picture, "BMP"),
    "thumbnail_jpeg": encode(picture, "JPEG", quality=95, subsampling=0,
                             exif=exif_of_thumbnail_only(6)),
    "animated_gif": encode(red, "GIF", save_all=True, append_images=[green], duration=100),
    "animated_webp": encode(red, "WEBP", save_all=True, append_images=[green], lossless=True),
    "pages_tiff": encode(red, "TIFF", save_all=True, append_images=[green]),
    "alpha_png": encode(translucent, "PNG"),
    "alpha_webp": encode(translucent, "WEBP", lossless=True),
    "alpha_tiff": encode(translucent, "TIFF"),
    "grey_alpha_png": encode(Image.new("LA", (4, 4), (100, 128)), "PNG"),
    "grey_png": encode(Image.new("L", (4, 4), 77), "PNG"),
    "grey_jpeg": encode(Image.new("L", (8, 8), 77), "JPEG", quality=95),
    "palette_png": encode(picture.quantize(4), "PNG"),
    "bit_png": encode(Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).convert("1"), "PNG"),
    "cmyk_jpeg": encode(Image.fromarray(inks, "CMYK"), "JPEG", quality=100),
    "float_tiff": encode(Image.new("F", (4, 4), 0.5), "TIFF"),
    "deep_png": encode(Image.fromarray(deep), "PNG"),
    "deep_tiff": encode(Image.fromarray(deep), "TIFF"),
    "deep_rgb_png": b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0))
    + chunk(b"IDAT", deep_rgb_rows) + chunk(b"IEND", b""),
    "huge_png": b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 100000, 100000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b""),
    "gamma_png": before_data(encode(Image.new("L", (4, 4), 77), "PNG"),
                             chunk(b"gAMA", struct.pack(">I", 100000))),
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "samples.h"), "w") as out:
    out.write("#pragma once\n\n/* Written by make-samples.py with Pillow %s. */\n\n" % __version__)
    out.write("#include <glib.h>\n\n/* clang-format off */\n")
    for name, data in samples.items():
        out.write("static const guint8 sample_%s[%d] = {\n" % (name, len(data)))
        for i in range(0, len(data), 24):
            out.write("  " + ",".join(str(b) for b in data[i:i + 24]) + ",\n")
        out.write("};\n")
