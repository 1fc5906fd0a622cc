#include "readers/torch/recognise-private.h"

#include <stdio.h>
#include <string.h>

/* ResNet (ResNeXt, Wide ResNet), DenseNet and MobileNet v2. Source: torchvision/models. */

#define MAX_NAME 24
#define EPSILON 1e-5

typedef struct
{
  char text[MAX_NAME];
} Name;

static Name
numbered (const char *stem, int i)
{
  Name name;

  snprintf (name.text, sizeof name.text, "%s%d", stem, i);
  return name;
}

static const LucidaTorchConv one = { { 1, 1 }, 1, { 0, 0 } };
static const LucidaTorchConv three = { { 3, 3 }, 1, { 1, 1 } };
static const LucidaTorchConv seven = { { 7, 7 }, 2, { 3, 3 } };

/* ResNet */

static gboolean
resnet_looks_like (const LucidaTorchModule *root)
{
  return _lucida_torch_family_look (root, "conv1", "weight")
         && _lucida_torch_family_look (root, "layer1.0.conv1", "weight");
}

static void
add_resnet_block (LucidaTorchFamily *self, LucidaTorchModule *layer, const char *name, int stride)
{
  LucidaTorchModule *block
      = _lucida_torch_family_container (self, layer, name, "torchvision.models.resnet.BasicBlock");
  gboolean bottleneck = block && _lucida_torch_module_child (block, "conv3");
  LucidaTorchConv first = bottleneck ? one : three, middle = three, beside = one;

  if (!block)
    return;
  beside.stride = stride;
  if (bottleneck)
    {
      g_free (block->type);
      block->type = g_strdup ("torchvision.models.resnet.Bottleneck");
      middle.stride = stride;
      middle.groups = LUCIDA_TORCH_ANY_GROUPS;
    }
  else
    first.stride = stride;
  _lucida_torch_family_conv (self, block, "conv1", &first);
  _lucida_torch_family_norm (self, block, "bn1", EPSILON);
  _lucida_torch_family_conv (self, block, "conv2", &middle);
  _lucida_torch_family_norm (self, block, "bn2", EPSILON);
  if (bottleneck)
    {
      _lucida_torch_family_conv (self, block, "conv3", &one);
      _lucida_torch_family_norm (self, block, "bn3", EPSILON);
    }
  _lucida_torch_family_relu (self, block, "relu");
  if (stride != 1 || _lucida_torch_module_child (block, "downsample"))
    {
      LucidaTorchModule *downsample
          = _lucida_torch_family_container (self, block, "downsample", LUCIDA_TORCH_SEQUENTIAL);

      _lucida_torch_family_conv (self, downsample, "0", &beside);
      _lucida_torch_family_norm (self, downsample, "1", EPSILON);
    }
}

static void
resnet_complete (LucidaTorchFamily *self)
{
  _lucida_torch_family_conv (self, self->root, "conv1", &seven);
  _lucida_torch_family_norm (self, self->root, "bn1", EPSILON);
  _lucida_torch_family_relu (self, self->root, "relu");
  _lucida_torch_family_max_pool (self, self->root, "maxpool", 3, 2, 1, FALSE);
  for (int i = 1; i <= 4; i++)
    {
      LucidaTorchModule *layer = _lucida_torch_family_container (
          self, self->root, numbered ("layer", i).text, LUCIDA_TORCH_SEQUENTIAL);
      int n = layer ? (int) layer->children->len : 0;

      for (int k = 0; k < n; k++)
        add_resnet_block (self, layer, numbered ("", k).text, k == 0 && i > 1 ? 2 : 1);
    }
  _lucida_torch_family_adaptive_pool (self, self->root, "avgpool", 1);
  _lucida_torch_family_linear (self, self->root, "fc");
}

const LucidaTorchFamilyClass _lucida_torch_resnet = {
  .name = "ResNet",
  .type = "torchvision.models.resnet.ResNet",
  .looks_like = resnet_looks_like,
  .complete = resnet_complete,
};

/* DenseNet */

static gboolean
densenet_looks_like (const LucidaTorchModule *root)
{
  return _lucida_torch_family_look (root, "features.conv0", "weight") != NULL;
}

static void
add_dense_layer (LucidaTorchFamily *self, LucidaTorchModule *block, const char *name)
{
  LucidaTorchModule *layer = _lucida_torch_family_container (
      self, block, name, "torchvision.models.densenet._DenseLayer");

  _lucida_torch_family_norm (self, layer, "norm1", EPSILON);
  _lucida_torch_family_relu (self, layer, "relu1");
  _lucida_torch_family_conv (self, layer, "conv1", &one);
  _lucida_torch_family_norm (self, layer, "norm2", EPSILON);
  _lucida_torch_family_relu (self, layer, "relu2");
  _lucida_torch_family_conv (self, layer, "conv2", &three);
}

static void
densenet_complete (LucidaTorchFamily *self)
{
  LucidaTorchModule *features
      = _lucida_torch_family_container (self, self->root, "features", LUCIDA_TORCH_SEQUENTIAL);

  _lucida_torch_family_conv (self, features, "conv0", &seven);
  _lucida_torch_family_norm (self, features, "norm0", EPSILON);
  _lucida_torch_family_relu (self, features, "relu0");
  _lucida_torch_family_max_pool (self, features, "pool0", 3, 2, 1, FALSE);
  for (int i = 1; !self->failed; i++)
    {
      LucidaTorchModule *block
          = _lucida_torch_family_container (self, features, numbered ("denseblock", i).text,
                                            "torchvision.models.densenet._DenseBlock");
      LucidaTorchModule *transition;
      int n = block ? (int) block->children->len : 0;

      for (int k = 1; k <= n; k++)
        add_dense_layer (self, block, numbered ("denselayer", k).text);
      if (self->failed
          || !_lucida_torch_module_child (features, numbered ("denseblock", i + 1).text))
        break;
      transition = _lucida_torch_family_container (self, features, numbered ("transition", i).text,
                                                   "torchvision.models.densenet._Transition");
      _lucida_torch_family_norm (self, transition, "norm", EPSILON);
      _lucida_torch_family_relu (self, transition, "relu");
      _lucida_torch_family_conv (self, transition, "conv", &one);
      _lucida_torch_family_average_pool (self, transition, "pool", 2, 2);
    }
  _lucida_torch_family_norm (self, features, "norm5", EPSILON);
  _lucida_torch_family_linear (self, self->root, "classifier");
}

const LucidaTorchFamilyClass _lucida_torch_densenet = {
  .name = "DenseNet",
  .type = "torchvision.models.densenet.DenseNet",
  .looks_like = densenet_looks_like,
  .complete = densenet_complete,
};

/* MobileNet v2 */

#define MOBILENET_BLOCKS 17

/* The strides, which the file does not have, of features.1 to features.17. */
static const int mobilenet_strides[MOBILENET_BLOCKS]
    = { 1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1 };

static gboolean
mobilenet_looks_like (const LucidaTorchModule *root)
{
  return _lucida_torch_family_look (root, "features.0.0", "weight")
         && _lucida_torch_family_look (root, "features.1.conv.0.0", "weight");
}

/* A convolution, its norm and ReLU6. */
static const LucidaTorchTensor *
add_conv_norm (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name,
               const LucidaTorchConv *conv)
{
  LucidaTorchModule *module
      = _lucida_torch_family_container (self, parent, name, LUCIDA_TORCH_SEQUENTIAL);
  LucidaTorchModule *made = _lucida_torch_family_conv (self, module, "0", conv);

  _lucida_torch_family_norm (self, module, "1", EPSILON);
  _lucida_torch_family_relu6 (self, module, "2");
  return made ? _lucida_torch_module_tensor (made, "weight") : NULL;
}

static void
add_inverted_residual (LucidaTorchFamily *self, LucidaTorchModule *features, const char *name,
                       int stride)
{
  LucidaTorchConv depthwise
      = { { 3, 3 }, stride, { 1, 1 }, LUCIDA_TORCH_NO_BIAS, LUCIDA_TORCH_DEPTHWISE };
  LucidaTorchModule *block = _lucida_torch_family_container (
      self, features, name, "torchvision.models.mobilenetv2.InvertedResidual");
  LucidaTorchModule *conv
      = _lucida_torch_family_container (self, block, "conv", LUCIDA_TORCH_SEQUENTIAL);
  LucidaTorchModule *last;
  const LucidaTorchTensor *first, *out;
  int at = 0;

  if (!conv)
    return;
  /* With an expansion there are three convolutions, without one two. */
  first
      = conv->children->len > 3 ? add_conv_norm (self, conv, numbered ("", at++).text, &one) : NULL;
  out = add_conv_norm (self, conv, numbered ("", at++).text, &depthwise);
  last = _lucida_torch_family_conv (self, conv, numbered ("", at++).text, &one);
  _lucida_torch_family_norm (self, conv, numbered ("", at).text, EPSILON);
  if (self->failed)
    return;
  if (stride == 1
      && (first ? first->shape.dim[1] : out->shape.dim[0])
             == _lucida_torch_module_tensor (last, "weight")->shape.dim[0])
    _lucida_torch_module_set (block, "use_res_connect", 1, 1);
}

static void
mobilenet_complete (LucidaTorchFamily *self)
{
  static const LucidaTorchConv stem = { { 3, 3 }, 2, { 1, 1 } };
  LucidaTorchModule *features
      = _lucida_torch_family_container (self, self->root, "features", LUCIDA_TORCH_SEQUENTIAL);
  LucidaTorchModule *classifier
      = _lucida_torch_family_container (self, self->root, "classifier", LUCIDA_TORCH_SEQUENTIAL);

  add_conv_norm (self, features, "0", &stem);
  for (int i = 0; i < MOBILENET_BLOCKS; i++)
    add_inverted_residual (self, features, numbered ("", i + 1).text, mobilenet_strides[i]);
  add_conv_norm (self, features, numbered ("", MOBILENET_BLOCKS + 1).text, &one);
  _lucida_torch_family_dropout (self, classifier, "0");
  _lucida_torch_family_linear (self, classifier, "1");
}

const LucidaTorchFamilyClass _lucida_torch_mobilenet = {
  .name = "MobileNet v2",
  .type = "torchvision.models.mobilenetv2.MobileNetV2",
  .looks_like = mobilenet_looks_like,
  .complete = mobilenet_complete,
};
