#include "readers/torch/recognise-private.h"

#include "base/error.h"

#include <string.h>

#define NAMED 4 /* weights in a message */

static const LucidaTorchFamilyClass *const families[] = {
  &_lucida_torch_alexnet,   &_lucida_torch_vgg,      &_lucida_torch_squeezenet,
  &_lucida_torch_resnet,    &_lucida_torch_densenet, &_lucida_torch_mobilenet,
  &_lucida_torch_googlenet,
};

#define EXPORT_IT                                                                                  \
  "export the network as ONNX, torch.onnx.export(model.eval(), "                                   \
  "torch.zeros(1, 3, 224, 224), \"model.onnx\")"

static void
fail (LucidaTorchFamily *self, const char *path, const LucidaTorchTensor *tensor)
{
  g_autofree char *shape = tensor ? lucida_shape_to_string (&tensor->shape) : NULL;

  if (!self->failed)
    g_set_error (self->error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                 "its weights look like torchvision's %s, but “%s” %s%s%s: " EXPORT_IT, self->name,
                 path, tensor ? "(" : "is missing", tensor ? shape : "",
                 tensor ? ") does not fit" : "");
  self->failed = TRUE;
}

/* The first weights in @module or below it. */
static const LucidaTorchTensor *
first_tensor (const LucidaTorchModule *module, char **path)
{
  const LucidaTorchTensor *found = NULL;

  if (module->tensors->len > 0)
    {
      *path = g_strdup_printf ("%s%s%s", module->path, *module->path ? "." : "",
                               (const char *) module->names->pdata[0]);
      return module->tensors->pdata[0];
    }
  for (guint i = 0; i < module->children->len && !found; i++)
    found = first_tensor (module->children->pdata[i], path);
  return found;
}

void
_lucida_torch_family_misfit (LucidaTorchFamily *self, LucidaTorchModule *module)
{
  g_autofree char *path = NULL;
  const LucidaTorchTensor *tensor = first_tensor (module, &path);

  fail (self, path ? path : module->path, tensor);
}

static LucidaTorchModule *
take (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name, const char *type)
{
  LucidaTorchModule *child = NULL;
  guint place;

  if (self->failed || !parent)
    return NULL;
  child = _lucida_torch_module_child (parent, name);
  if (!child)
    {
      g_autofree char *path
          = g_strdup_printf ("%s%s%s", parent->path, *parent->path ? "." : "", name);

      fail (self, path, NULL);
      return NULL;
    }
  if (g_ptr_array_find (parent->children, child, &place))
    g_ptr_array_add (parent->children, g_ptr_array_steal_index (parent->children, place));
  g_free (child->type);
  child->type = g_strdup (type);
  return child;
}

/* The weights @name of @module, which must have @rank axes; they count as used. */
static LucidaTorchTensor *
claim (LucidaTorchFamily *self, LucidaTorchModule *module, const char *name, int rank)
{
  LucidaTorchTensor *tensor
      = self->failed || !module ? NULL : _lucida_torch_module_tensor (module, name);

  if (self->failed || !module)
    return NULL;
  if (!tensor || tensor->shape.rank != rank)
    {
      g_autofree char *path = g_strconcat (module->path, ".", name, NULL);

      fail (self, path, tensor);
      return NULL;
    }
  tensor->claimed = TRUE;
  return tensor;
}

LucidaTorchModule *
_lucida_torch_family_container (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                const char *name, const char *type)
{
  return take (self, parent, name, type);
}

LucidaTorchModule *
_lucida_torch_family_conv (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name,
                           const LucidaTorchConv *conv)
{
  LucidaTorchModule *module = take (self, parent, name, "torch.nn.modules.conv.Conv2d");
  const LucidaTorchTensor *weight = claim (self, module, "weight", 4);
  int64_t groups = 1;

  if (!weight)
    return NULL;
  if (conv->groups == LUCIDA_TORCH_DEPTHWISE)
    groups = weight->shape.dim[0];
  else if (conv->groups == LUCIDA_TORCH_ANY_GROUPS && weight->shape.dim[1] > 0)
    groups = weight->shape.dim[0] / weight->shape.dim[1];
  if (weight->shape.dim[2] != conv->kernel[0] || weight->shape.dim[3] != conv->kernel[1]
      || groups < 1 || (groups > 1 && groups * weight->shape.dim[1] != weight->shape.dim[0]))
    {
      _lucida_torch_family_misfit (self, module);
      return NULL;
    }
  if (conv->bias == LUCIDA_TORCH_BIAS && !claim (self, module, "bias", 1))
    return NULL;
  _lucida_torch_module_set (module, "kernel_size", conv->kernel[0], conv->kernel[1]);
  _lucida_torch_module_set (module, "stride", conv->stride, conv->stride);
  _lucida_torch_module_set (module, "padding", conv->padding[0], conv->padding[1]);
  _lucida_torch_module_set (module, "groups", (double) groups, (double) groups);
  return module;
}

LucidaTorchModule *
_lucida_torch_family_norm (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name,
                           double epsilon)
{
  static const char *const names[] = { "weight", "bias", "running_mean", "running_var" };
  LucidaTorchModule *module = take (self, parent, name, "torch.nn.modules.batchnorm.BatchNorm2d");
  LucidaTorchTensor *counter;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (!claim (self, module, names[i], 1))
      return NULL;
  /* Files from before PyTorch 0.4.1 have no counter. */
  counter = _lucida_torch_module_tensor (module, "num_batches_tracked");
  if (counter)
    counter->claimed = TRUE;
  _lucida_torch_module_set (module, "eps", epsilon, epsilon);
  return module;
}

LucidaTorchModule *
_lucida_torch_family_linear (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name)
{
  LucidaTorchModule *module = take (self, parent, name, "torch.nn.modules.linear.Linear");

  return claim (self, module, "weight", 2) && claim (self, module, "bias", 1) ? module : NULL;
}

/* Adds a child of type "torch.nn.modules." and @type. */
static LucidaTorchModule *
give (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name, const char *type)
{
  g_autofree char *full = g_strconcat ("torch.nn.modules.", type, NULL);
  LucidaTorchModule *there;

  if (self->failed || !parent)
    return NULL;
  there = _lucida_torch_module_child (parent, name);
  if (there)
    {
      _lucida_torch_family_misfit (self, there);
      return NULL;
    }
  return _lucida_torch_module_new (parent, name, full);
}

void
_lucida_torch_family_relu (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name)
{
  give (self, parent, name, "activation.ReLU");
}

void
_lucida_torch_family_relu6 (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name)
{
  give (self, parent, name, "activation.ReLU6");
}

void
_lucida_torch_family_dropout (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name)
{
  give (self, parent, name, "dropout.Dropout");
}

static void
give_pool (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name, const char *type,
           int kernel, int stride, int padding, gboolean ceil_mode)
{
  LucidaTorchModule *module = give (self, parent, name, type);

  if (!module)
    return;
  _lucida_torch_module_set (module, "kernel_size", kernel, kernel);
  _lucida_torch_module_set (module, "stride", stride, stride);
  _lucida_torch_module_set (module, "padding", padding, padding);
  _lucida_torch_module_set (module, "ceil_mode", ceil_mode, ceil_mode);
}

void
_lucida_torch_family_max_pool (LucidaTorchFamily *self, LucidaTorchModule *parent, const char *name,
                               int kernel, int stride, int padding, gboolean ceil_mode)
{
  give_pool (self, parent, name, "pooling.MaxPool2d", kernel, stride, padding, ceil_mode);
}

void
_lucida_torch_family_average_pool (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                   const char *name, int kernel, int stride)
{
  give_pool (self, parent, name, "pooling.AvgPool2d", kernel, stride, 0, FALSE);
}

void
_lucida_torch_family_adaptive_pool (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                    const char *name, int size)
{
  LucidaTorchModule *module = give (self, parent, name, "pooling.AdaptiveAvgPool2d");

  if (module)
    _lucida_torch_module_set (module, "output_size", size, size);
}

static void
claim_all (LucidaTorchModule *module)
{
  for (guint i = 0; i < module->tensors->len; i++)
    ((LucidaTorchTensor *) module->tensors->pdata[i])->claimed = TRUE;
  for (guint i = 0; i < module->children->len; i++)
    claim_all (module->children->pdata[i]);
}

void
_lucida_torch_family_leave_out (LucidaTorchFamily *self, const char *name)
{
  LucidaTorchModule *child = _lucida_torch_module_child (self->root, name);

  if (child)
    claim_all (child);
}

const LucidaTorchTensor *
_lucida_torch_family_look (const LucidaTorchModule *module, const char *path, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);

  for (int i = 0; parts[i] && module; i++)
    module = _lucida_torch_module_child (module, parts[i]);
  return module ? _lucida_torch_module_tensor (module, name) : NULL;
}

char *
_lucida_torch_state_describe (const LucidaTorchState *state)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < state->names->len && i < NAMED; i++)
    {
      const LucidaTorchTensor *tensor = state->tensors->pdata[i];
      g_autofree char *shape = lucida_shape_to_string (&tensor->shape);

      g_string_append_printf (text, "%s“%s” %s", i ? ", " : "",
                              (const char *) state->names->pdata[i], shape);
    }
  if (state->names->len > NAMED)
    g_string_append_printf (text, " and %u more", state->names->len - NAMED);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Whether every tensor has its place; otherwise the first that has none is the error. */
static gboolean
check_left_over (LucidaTorchFamily *family, const LucidaTorchState *state)
{
  for (guint i = 0; i < state->names->len && !family->failed; i++)
    {
      const LucidaTorchTensor *tensor = state->tensors->pdata[i];

      if (!tensor->claimed)
        fail (family, state->names->pdata[i], tensor);
    }
  return !family->failed;
}

/* Networks that are only known by name: a weight that no other has. */
static const struct
{
  const char *weight, *name;
} strangers[] = {
  { "Mixed_5b.branch1x1.conv.weight", "torchvision's Inception3" },
  { "features.1.block.0.0.weight", "torchvision's MobileNetV3" },
  { "features.1.0.block.0.0.weight", "torchvision's EfficientNet" },
  { "features.1.0.layer_scale", "torchvision's ConvNeXt" },
  { "features.1.0.attn.relative_position_bias_table", "torchvision's SwinTransformer" },
  { "encoder.layers.encoder_layer_0.ln_1.weight", "torchvision's VisionTransformer" },
  { "trunk_output.block1.block1-0.f.a.0.weight", "torchvision's RegNet" },
  { "stage2.0.branch1.0.weight", "torchvision's ShuffleNetV2" },
  { "layers.8.0.layers.0.weight", "torchvision's MNASNet" },
  { "conv_stem.weight", "timm's EfficientNet or MobileNet" },
  { "blocks.0.attn.qkv.weight", "timm's VisionTransformer" },
};

static const char *
find_stranger (const LucidaTorchState *state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    if (_lucida_torch_state_find (state, strangers[i].weight))
      return strangers[i].name;
  return NULL;
}

LucidaTorchModule *
_lucida_torch_recognise (LucidaTorchState *state, GError **error)
{
  g_autoptr (LucidaTorchModule) root = _lucida_torch_module_from_state (state, error);
  g_autofree char *names = NULL;
  const char *stranger;

  if (!root)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (families[i]->looks_like (root))
      {
        LucidaTorchFamily family = { families[i]->name, root, FALSE, error };

        root->type = g_strdup (families[i]->type);
        families[i]->complete (&family);
        return check_left_over (&family, state) ? g_steal_pointer (&root) : NULL;
      }
  stranger = find_stranger (state);
  if (stranger)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "it holds weights without their network, which look like those of %s; that one "
                   "cannot be put together from weights alone: load them into it and " EXPORT_IT,
                   stranger);
      return NULL;
    }
  names = _lucida_torch_state_describe (state);
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "it holds weights without their network, and their names are those of none that is "
               "known (%s): " EXPORT_IT,
               names);
  return NULL;
}
