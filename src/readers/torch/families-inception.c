#include "readers/torch/recognise-private.h"

/* GoogLeNet. Source: torchvision/models/googlenet.py. */

#define EPSILON 0.001

static const LucidaTorchConv one = { { 1, 1 }, 1, { 0, 0 } };
static const LucidaTorchConv three = { { 3, 3 }, 1, { 1, 1 } };
static const LucidaTorchConv stem = { { 7, 7 }, 2, { 3, 3 } };

static gboolean
googlenet_looks_like (const LucidaTorchModule *root)
{
  return _lucida_torch_family_look (root, "inception3a.branch1.conv", "weight") != NULL;
}

static void
add_basic_conv (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name,
                const LucidaTorchConv *conv)
{
  LucidaTorchModule *module = _lucida_torch_family_container (
      self, parent, name, "torchvision.models.googlenet.BasicConv2d");

  _lucida_torch_family_conv (self, module, "conv", conv);
  _lucida_torch_family_norm (self, module, "bn", EPSILON);
}

static void
add_inception (LucidaTorchFamily *self, const char *name)
{
  LucidaTorchModule *module = _lucida_torch_family_container (
      self, self->root, name, "torchvision.models.googlenet.Inception");
  LucidaTorchModule *branch;

  add_basic_conv (self, module, "branch1", &one);
  branch = _lucida_torch_family_container (self, module, "branch2", LUCIDA_TORCH_SEQUENTIAL);
  add_basic_conv (self, branch, "0", &one);
  add_basic_conv (self, branch, "1", &three);
  /* The paper's 5×5 has always been 3×3 in torchvision. */
  branch = _lucida_torch_family_container (self, module, "branch3", LUCIDA_TORCH_SEQUENTIAL);
  add_basic_conv (self, branch, "0", &one);
  add_basic_conv (self, branch, "1", &three);
  branch = _lucida_torch_family_container (self, module, "branch4", LUCIDA_TORCH_SEQUENTIAL);
  _lucida_torch_family_max_pool (self, branch, "0", 3, 1, 1, TRUE);
  add_basic_conv (self, branch, "1", &one);
}

static void
googlenet_complete (LucidaTorchFamily *self)
{
  static const char *const blocks[]
      = { "inception3a", "inception3b", "inception4a", "inception4b", "inception4c",
          "inception4d", "inception4e", "inception5a", "inception5b" };

  add_basic_conv (self, self->root, "conv1", &stem);
  _lucida_torch_family_max_pool (self, self->root, "maxpool1", 3, 2, 0, TRUE);
  add_basic_conv (self, self->root, "conv2", &one);
  add_basic_conv (self, self->root, "conv3", &three);
  _lucida_torch_family_max_pool (self, self->root, "maxpool2", 3, 2, 0, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    add_inception (self, blocks[i]);
  _lucida_torch_family_max_pool (self, self->root, "maxpool3", 3, 2, 0, TRUE);
  _lucida_torch_family_max_pool (self, self->root, "maxpool4", 2, 2, 0, TRUE);
  _lucida_torch_family_linear (self, self->root, "fc");
  /* What helps in training alone. */
  _lucida_torch_family_leave_out (self, "aux1");
  _lucida_torch_family_leave_out (self, "aux2");
}

const LucidaTorchFamilyClass _lucida_torch_googlenet = {
  .name = "GoogLeNet",
  .type = "torchvision.models.googlenet.GoogLeNet",
  .looks_like = googlenet_looks_like,
  .complete = googlenet_complete,
};
