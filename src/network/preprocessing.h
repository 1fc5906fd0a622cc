#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How a picture becomes a network's input: value = (pixel · scale - mean) / std, pixel 0 … 255. */

#define LUCIDA_MAX_CHANNELS 4

typedef enum
{
  LUCIDA_RESIZE_SQUASH, /* the whole picture, its aspect given up */
  LUCIDA_RESIZE_CROP,   /* shorter side to round(size · 256/224), then the middle is cut out */
} LucidaResize;

typedef enum
{
  LUCIDA_RESAMPLE_TRIANGLE, /* antialiased: Pillow's BILINEAR, torchvision */
  LUCIDA_RESAMPLE_LINEAR,   /* two-by-two: OpenCV's resize, tf.image.resize */
  LUCIDA_RESAMPLE_NEAREST,  /* Keras load_img's default */
} LucidaResample;

typedef enum
{
  LUCIDA_CHANNELS_RGB,
  LUCIDA_CHANNELS_BGR,
  LUCIDA_CHANNELS_L, /* Rec. 601 luminance */
} LucidaChannels;

typedef struct
{
  int height; /* of the network's input; 0: not said */
  int width;
  LucidaResize resize;
  LucidaResample resample;
  LucidaChannels channels;
  double scale;
  double mean[LUCIDA_MAX_CHANNELS]; /* in the network's channel order */
  double std[LUCIDA_MAX_CHANNELS];
  gboolean assumed; /* nothing stated it: the format's convention was taken */
} LucidaPreprocessing;

typedef enum
{
  LUCIDA_PREPROCESSING_TORCHVISION, /* /255, ImageNet mean and std, crop, triangle, RGB */
  LUCIDA_PREPROCESSING_CAFFE,       /* BGR minus (103.939, 116.779, 123.68), squash, nearest */
  LUCIDA_PREPROCESSING_TF,          /* /127.5 - 1, squash, nearest */
  LUCIDA_PREPROCESSING_UNIT,        /* /255, squash, nearest */
  LUCIDA_PREPROCESSING_RAW,         /* 0 … 255, squash, linear */
} LucidaPreprocessingPreset;

/* @preset for a network with @channels input channels (1: luminance), size not said. */
LucidaPreprocessing lucida_preprocessing_preset (LucidaPreprocessingPreset preset, int channels);
gboolean lucida_preprocessing_equal (const LucidaPreprocessing *a, const LucidaPreprocessing *b);
/* The names used in files: "squash"/"crop", "triangle"/"linear"/"nearest", "RGB"/"BGR"/"L". */
const char *lucida_resize_to_string (LucidaResize resize);
const char *lucida_resample_to_string (LucidaResample resample);
const char *lucida_channels_to_string (LucidaChannels channels);
/* %FALSE if @text is none of them. */
gboolean lucida_resize_from_string (const char *text, LucidaResize *resize);
gboolean lucida_resample_from_string (const char *text, LucidaResample *resample);
gboolean lucida_channels_from_string (const char *text, LucidaChannels *channels);

G_END_DECLS
