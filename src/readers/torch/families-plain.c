#include "readers/torch/recognise-private.h"

#include <stdio.h>
#include <string.h>

/* AlexNet, VGG and SqueezeNet: features in a row. Source: torchvision/models. */

#define MAX_NAME 16

typedef struct
{
  char text[MAX_NAME];
} Name;

static Name
number (int i)
{
  Name name;

  snprintf (name.text, sizeof name.text, "%d", i);
  return name;
}

static gboolean
has_kernel (const LucidaTorchTensor *tensor, int64_t size)
{
  return tensor && tensor->shape.rank == 4 && tensor->shape.dim[2] == size
         && tensor->shape.dim[3] == size;
}

/* AlexNet */

static gboolean
alexnet_looks_like (const LucidaTorchModule *root)
{
  return has_kernel (_lucida_torch_family_look (root, "features.0", "weight"), 11);
}

static void
alexnet_complete (LucidaTorchFamily *self)
{
  static const struct
  {
    int place;
    LucidaTorchConv conv;
    gboolean pooled;
  } layers[] = {
    { 0, { { 11, 11 }, 4, { 2, 2 }, LUCIDA_TORCH_BIAS }, TRUE },
    { 3, { { 5, 5 }, 1, { 2, 2 }, LUCIDA_TORCH_BIAS }, TRUE },
    { 6, { { 3, 3 }, 1, { 1, 1 }, LUCIDA_TORCH_BIAS }, FALSE },
    { 8, { { 3, 3 }, 1, { 1, 1 }, LUCIDA_TORCH_BIAS }, FALSE },
    { 10, { { 3, 3 }, 1, { 1, 1 }, LUCIDA_TORCH_BIAS }, TRUE },
  };
  LucidaTorchModule *features
      = _lucida_torch_family_container (self, self->root, "features", LUCIDA_TORCH_SEQUENTIAL);
  LucidaTorchModule *classifier
      = _lucida_torch_family_container (self, self->root, "classifier", LUCIDA_TORCH_SEQUENTIAL);

  for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      int at = layers[i].place;

      _lucida_torch_family_conv (self, features, number (at).text, &layers[i].conv);
      _lucida_torch_family_relu (self, features, number (at + 1).text);
      if (layers[i].pooled)
        _lucida_torch_family_max_pool (self, features, number (at + 2).text, 3, 2, 0, FALSE);
    }
  _lucida_torch_family_adaptive_pool (self, self->root, "avgpool", 6);
  _lucida_torch_family_dropout (self, classifier, "0");
  _lucida_torch_family_linear (self, classifier, "1");
  _lucida_torch_family_relu (self, classifier, "2");
  _lucida_torch_family_dropout (self, classifier, "3");
  _lucida_torch_family_linear (self, classifier, "4");
  _lucida_torch_family_relu (self, classifier, "5");
  _lucida_torch_family_linear (self, classifier, "6");
}

const LucidaTorchFamilyClass _lucida_torch_alexnet = {
  .name = "AlexNet",
  .type = "torchvision.models.alexnet.AlexNet",
  .looks_like = alexnet_looks_like,
  .complete = alexnet_complete,
};

/* VGG */

static gboolean
vgg_looks_like (const LucidaTorchModule *root)
{
  return has_kernel (_lucida_torch_family_look (root, "features.0", "weight"), 3)
         && _lucida_torch_family_look (root, "classifier.0", "weight")
         && _lucida_torch_family_look (root, "classifier.3", "weight");
}

/* The convolutions of each block: A, B, D and E of the paper (11, 13, 16, 19 layers). */
static const int vgg_blocks[][5]
    = { { 1, 1, 2, 2, 2 }, { 2, 2, 2, 2, 2 }, { 2, 2, 3, 3, 3 }, { 2, 2, 4, 4, 4 } };

/* Whether there is a convolution at every place where these blocks have one, and at no other. */
static gboolean
vgg_has_blocks (const LucidaTorchModule *features, const int *blocks, int step)
{
  guint found = 0, n = 0;
  int at = 0;

  for (int b = 0; b < 5; b++)
    {
      for (int i = 0; i < blocks[b]; i++)
        {
          const LucidaTorchTensor *weight
              = _lucida_torch_family_look (features, number (at).text, "weight");

          found += weight && weight->shape.rank == 4;
          n++;
          at += step;
        }
      at++;
    }
  return found == n && features->children->len == n * (step == 3 ? 2 : 1);
}

static void
vgg_complete (LucidaTorchFamily *self)
{
  static const LucidaTorchConv conv = { { 3, 3 }, 1, { 1, 1 }, LUCIDA_TORCH_BIAS };
  gboolean normalised
      = _lucida_torch_family_look (self->root, "features.1", "running_mean") != NULL;
  int step = normalised ? 3 : 2, at = 0;
  const int *blocks = vgg_blocks[0];
  LucidaTorchModule *features
      = _lucida_torch_family_container (self, self->root, "features", LUCIDA_TORCH_SEQUENTIAL);
  LucidaTorchModule *classifier
      = _lucida_torch_family_container (self, self->root, "classifier", LUCIDA_TORCH_SEQUENTIAL);

  for (gsize i = 0; i < G_N_ELEMENTS (vgg_blocks); i++)
    if (vgg_has_blocks (features, vgg_blocks[i], step))
      blocks = vgg_blocks[i];
  for (int b = 0; b < 5; b++)
    {
      for (int i = 0; i < blocks[b]; i++, at += step)
        {
          _lucida_torch_family_conv (self, features, number (at).text, &conv);
          if (normalised)
            _lucida_torch_family_norm (self, features, number (at + 1).text, 1e-5);
          _lucida_torch_family_relu (self, features, number (at + step - 1).text);
        }
      _lucida_torch_family_max_pool (self, features, number (at).text, 2, 2, 0, FALSE);
      at++;
    }
  _lucida_torch_family_adaptive_pool (self, self->root, "avgpool", 7);
  for (int i = 0; i < 6; i += 3)
    {
      _lucida_torch_family_linear (self, classifier, number (i).text);
      _lucida_torch_family_relu (self, classifier, number (i + 1).text);
      _lucida_torch_family_dropout (self, classifier, number (i + 2).text);
    }
  _lucida_torch_family_linear (self, classifier, "6");
}

const LucidaTorchFamilyClass _lucida_torch_vgg = {
  .name = "VGG",
  .type = "torchvision.models.vgg.VGG",
  .looks_like = vgg_looks_like,
  .complete = vgg_complete,
};

/* SqueezeNet 1.0 and 1.1 */

static gboolean
squeezenet_looks_like (const LucidaTorchModule *root)
{
  return _lucida_torch_family_look (root, "features.3.squeeze", "weight") != NULL;
}

static void
add_fire (LucidaTorchFamily *self, LucidaTorchModule *features, const char *name)
{
  static const LucidaTorchConv narrow = { { 1, 1 }, 1, { 0, 0 }, LUCIDA_TORCH_BIAS };
  static const LucidaTorchConv wide = { { 3, 3 }, 1, { 1, 1 }, LUCIDA_TORCH_BIAS };
  LucidaTorchModule *fire
      = _lucida_torch_family_container (self, features, name, "torchvision.models.squeezenet.Fire");

  _lucida_torch_family_conv (self, fire, "squeeze", &narrow);
  _lucida_torch_family_relu (self, fire, "squeeze_activation");
  _lucida_torch_family_conv (self, fire, "expand1x1", &narrow);
  _lucida_torch_family_relu (self, fire, "expand1x1_activation");
  _lucida_torch_family_conv (self, fire, "expand3x3", &wide);
  _lucida_torch_family_relu (self, fire, "expand3x3_activation");
}

static void
squeezenet_complete (LucidaTorchFamily *self)
{
  static const LucidaTorchConv seven = { { 7, 7 }, 2, { 0, 0 }, LUCIDA_TORCH_BIAS };
  static const LucidaTorchConv three = { { 3, 3 }, 2, { 0, 0 }, LUCIDA_TORCH_BIAS };
  static const LucidaTorchConv one = { { 1, 1 }, 1, { 0, 0 }, LUCIDA_TORCH_BIAS };
  static const int pools[2][3] = { { 2, 6, 11 }, { 2, 5, 8 } }; /* of 1.0 and 1.1 */
  gboolean newer = has_kernel (_lucida_torch_family_look (self->root, "features.0", "weight"), 3);
  LucidaTorchModule *features
      = _lucida_torch_family_container (self, self->root, "features", LUCIDA_TORCH_SEQUENTIAL);
  LucidaTorchModule *classifier
      = _lucida_torch_family_container (self, self->root, "classifier", LUCIDA_TORCH_SEQUENTIAL);

  _lucida_torch_family_conv (self, features, "0", newer ? &three : &seven);
  _lucida_torch_family_relu (self, features, "1");
  for (int at = 2; at <= 12; at++)
    if (at == pools[newer][0] || at == pools[newer][1] || at == pools[newer][2])
      _lucida_torch_family_max_pool (self, features, number (at).text, 3, 2, 0, TRUE);
    else
      add_fire (self, features, number (at).text);
  _lucida_torch_family_dropout (self, classifier, "0");
  _lucida_torch_family_conv (self, classifier, "1", &one);
  _lucida_torch_family_relu (self, classifier, "2");
  _lucida_torch_family_adaptive_pool (self, classifier, "3", 1);
}

const LucidaTorchFamilyClass _lucida_torch_squeezenet = {
  .name = "SqueezeNet",
  .type = "torchvision.models.squeezenet.SqueezeNet",
  .looks_like = squeezenet_looks_like,
  .complete = squeezenet_complete,
};
