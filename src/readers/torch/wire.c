#include "readers/torch/wire-private.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <string.h>

#define MAX_SIDE 2048   /* pixels: the largest input that is looked for */
#define PRESET_SIDE 224 /* pixels: torchvision's */
#define INCEPTION_SIDE 299

struct _LucidaTorchExtent
{
  const LucidaTorchExtent *before; /* NULL: the network's input */
  enum
  {
    EXTENT_INPUT,
    EXTENT_WINDOW,
    EXTENT_FIXED,
    EXTENT_UNKNOWN,
  } kind;
  LucidaTorchWindow window;
  int64_t size[2]; /* EXTENT_FIXED: 0 keeps what came before */
};

/* A dense layer of @features behind a flattened value. */
typedef struct
{
  const LucidaTorchExtent *extent;
  int64_t channels;
  int64_t features;
  const char *path;
} Demand;

static LucidaTorchExtent *
new_extent (LucidaTorchWire *self, const LucidaTorchExtent *before, int kind)
{
  LucidaTorchExtent *extent = g_new0 (LucidaTorchExtent, 1);

  extent->before = before;
  extent->kind = kind;
  g_ptr_array_add (self->extents, extent);
  return extent;
}

/* The size of a window's output along one axis; as PyTorch, the last window must begin inside. */
static int64_t
window_output (const LucidaTorchWindow *w, int axis, int64_t n)
{
  int64_t before = w->padding[axis], behind = w->padding[axis + 2];
  int64_t stride = MAX (w->stride[axis], 1);
  int64_t span = n + before + behind - w->dilation[axis] * (w->kernel[axis] - 1) - 1;
  int64_t size;

  if (span < 0)
    return 0;
  size = (span + (w->ceil_mode ? stride - 1 : 0)) / stride + 1;
  if (w->ceil_mode && (size - 1) * stride >= n + before)
    size--;
  return size;
}

/* The size along @axis for an input of @side pixels; 0: none, -1: not known. */
static int64_t
extent_at (const LucidaTorchExtent *extent, int axis, int64_t side)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  int64_t size = side;

  for (; extent; extent = extent->before)
    {
      g_ptr_array_add (chain, (gpointer) extent);
      if (extent->kind == EXTENT_UNKNOWN
          || (extent->kind == EXTENT_FIXED && extent->size[axis] > 0))
        break;
    }
  for (guint i = chain->len; i-- > 0;)
    {
      const LucidaTorchExtent *step = chain->pdata[i];

      if (step->kind == EXTENT_UNKNOWN)
        size = -1;
      else if (step->kind == EXTENT_FIXED && step->size[axis] > 0)
        size = step->size[axis];
      else if (step->kind == EXTENT_WINDOW && size >= 0)
        size = window_output (&step->window, axis, size);
    }
  return size;
}

/* Whether the size is the same for every input. */
static gboolean
is_fixed (const LucidaTorchExtent *extent, int axis)
{
  for (; extent; extent = extent->before)
    if (extent->kind == EXTENT_FIXED && extent->size[axis] > 0)
      return TRUE;
    else if (extent->kind == EXTENT_UNKNOWN)
      return FALSE;
  return FALSE;
}

/* channels · height · width for an input of @side pixels; 0: none, -1: not known or too many. */
static int64_t
features_at (const LucidaTorchExtent *extent, int64_t channels, int64_t side)
{
  int64_t height = extent_at (extent, 0, side), width = extent_at (extent, 1, side), product;

  if (channels < 0 || height < 0 || width < 0 || !lucida_int64_mul (height, width, &product)
      || !lucida_int64_mul (product, channels, &product))
    return -1;
  return product;
}

LucidaNode *
_lucida_torch_wire_node (LucidaTorchWire *self, LucidaTorchModule *module, const char *part,
                         const char *op, LucidaTorchFlow *flow, const int *others, int n_others)
{
  g_autofree char *name = part && *module->path ? g_strconcat (module->path, ".", part, NULL)
                                                : g_strdup (part ? part : module->path);
  g_autofree int *inputs = g_new (int, 1 + n_others);
  char *value = g_strdup_printf ("%s:0", name);

  for (int i = 1; g_hash_table_contains (self->names, value); i++)
    {
      g_free (value);
      value = g_strdup_printf ("%s:%d", name, i);
    }
  inputs[0] = flow->value;
  for (int i = 0; i < n_others; i++)
    inputs[i + 1] = others[i];
  flow->value = lucida_network_add_value (self->network, value, NULL);
  g_hash_table_add (self->names, value);
  return lucida_network_add_node (self->network, op, name, inputs, 1 + n_others, &flow->value, 1);
}

static gboolean
shape_fits (const LucidaShape *shape, const LucidaShape *wanted)
{
  gboolean fits = shape->rank == wanted->rank;

  for (int i = 0; fits && i < shape->rank; i++)
    fits = wanted->dim[i] < 0 || shape->dim[i] == wanted->dim[i];
  return fits;
}

int
_lucida_torch_wire_weights (LucidaTorchWire *self, LucidaTorchModule *module, const char *name,
                            const LucidaShape *shape, GError **error)
{
  LucidaTorchTensor *tensor = _lucida_torch_module_tensor (module, name);
  g_autofree char *path = g_strdup_printf ("%s%s%s", module->path, *module->path ? "." : "", name);
  g_autoptr (LucidaTensor) loaded = NULL;
  int value;

  if (!tensor)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "the weights “%s” are missing", path);
      return LUCIDA_NO_VALUE;
    }
  if (!shape_fits (&tensor->shape, shape))
    {
      g_autofree char *found = lucida_shape_to_string (&tensor->shape);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the weights “%s” are %s, which does not fit the network", path, found);
      return LUCIDA_NO_VALUE;
    }
  tensor->claimed = TRUE;
  value = GPOINTER_TO_INT (g_hash_table_lookup (self->tensors, tensor)) - 1;
  if (value >= 0)
    return value;
  loaded = _lucida_torch_tensor_load (tensor, error);
  if (!loaded)
    {
      g_prefix_error (error, "the weights “%s”: ", path);
      return LUCIDA_NO_VALUE;
    }
  value = lucida_network_add_value (self->network, path, loaded);
  g_hash_table_insert (self->tensors, tensor, GINT_TO_POINTER (value + 1));
  return value;
}

int
_lucida_torch_wire_constant (LucidaTorchWire *self, LucidaTorchModule *module, const char *name,
                             LucidaTensor *tensor)
{
  g_autofree char *path = g_strdup_printf ("%s%s%s", module->path, *module->path ? "." : "", name);

  return lucida_network_add_value (self->network, path, tensor);
}

void
_lucida_torch_wire_window (LucidaTorchWire *self, LucidaTorchFlow *flow,
                           const LucidaTorchWindow *window)
{
  LucidaTorchExtent *extent = new_extent (self, flow->extent, EXTENT_WINDOW);

  extent->window = *window;
  flow->extent = extent;
}

void
_lucida_torch_wire_fix (LucidaTorchWire *self, LucidaTorchFlow *flow, int64_t height, int64_t width)
{
  LucidaTorchExtent *extent = new_extent (self, flow->extent, EXTENT_FIXED);

  extent->size[0] = height;
  extent->size[1] = width;
  flow->extent = extent;
}

void
_lucida_torch_wire_forget (LucidaTorchWire *self, LucidaTorchFlow *flow)
{
  flow->extent = new_extent (self, flow->extent, EXTENT_UNKNOWN);
}

void
_lucida_torch_wire_flatten (LucidaTorchWire *self, LucidaTorchModule *module, const char *part,
                            LucidaTorchFlow *flow)
{
  LucidaNode *node;

  if (flow->flat)
    return;
  node = _lucida_torch_wire_node (self, module, part, "Flatten", flow, NULL, 0);
  lucida_node_set_int (node, "axis", 1);
  flow->flat = TRUE;
  flow->features = -1;
  if (is_fixed (flow->extent, 0) && is_fixed (flow->extent, 1))
    flow->features = features_at (flow->extent, flow->channels, 0);
}

gboolean
_lucida_torch_wire_demand (LucidaTorchWire *self, const LucidaTorchModule *module,
                           const LucidaTorchFlow *flow, int64_t features, GError **error)
{
  Demand demand = { flow->extent, flow->channels, features, module->path };

  if (flow->features == features)
    return TRUE;
  if (flow->features >= 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the layer “%s” takes %" G_GINT64_FORMAT " numbers, and %" G_GINT64_FORMAT
                   " come in",
                   module->path, features, flow->features);
      return FALSE;
    }
  g_array_append_val (self->demands, demand);
  return TRUE;
}

gboolean
_lucida_torch_wire_channels (LucidaTorchWire *self, const LucidaTorchModule *module,
                             LucidaTorchFlow *flow, int64_t channels, GError **error)
{
  if (flow->flat)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the layer “%s” needs a picture, and a list of numbers comes in", module->path);
      return FALSE;
    }
  if (flow->channels < 0)
    {
      flow->channels = channels;
      self->channels = channels;
    }
  if (flow->channels == channels)
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
               "the layer “%s” takes %" G_GINT64_FORMAT " channels, and %" G_GINT64_FORMAT
               " come in",
               module->path, channels, flow->channels);
  return FALSE;
}

/* How usual a size is as a network's input: the larger the better. */
static int
rate_side (int64_t side)
{
  static const int64_t usual[]
      = { 224, 32, 28, 64, 128, 256, 299, 96, 48, 227, 160, 192, 512, 150, 100, 300, 200, 50 };

  for (int i = 0; i < (int) G_N_ELEMENTS (usual); i++)
    if (side == usual[i])
      return 1000 - i;
  return side % 32 == 0 ? 6 : side % 10 == 0 ? 5 : side % 8 == 0 ? 4 : side % 4 == 0 ? 3 : 1;
}

static gboolean
side_fits (const LucidaTorchWire *self, int64_t side)
{
  for (guint i = 0; i < self->demands->len; i++)
    {
      const Demand *demand = &g_array_index (self->demands, Demand, i);

      if (features_at (demand->extent, demand->channels, side) != demand->features)
        return FALSE;
    }
  return TRUE;
}

/* The side of the square input that the dense layers ask for; %LUCIDA_FREE_SIZE: any. */
static gboolean
find_side (LucidaTorchWire *self, int64_t *side, GError **error)
{
  const Demand *first;
  int n = 0;

  *side = LUCIDA_FREE_SIZE;
  if (self->demands->len == 0)
    return TRUE;
  first = &g_array_index (self->demands, Demand, 0);
  for (int64_t s = 1; s <= MAX_SIDE; s++)
    if (side_fits (self, s))
      {
        n++;
        if (*side < 0 || rate_side (s) > rate_side (*side))
          *side = s;
      }
  if (*side < 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the layer “%s” takes %" G_GINT64_FORMAT " numbers, which no square picture "
                   "gives: export the network as ONNX (torch.onnx.export)",
                   first->path, first->features);
      return FALSE;
    }
  if (n > 1)
    {
      g_autofree char *warning = g_strdup_printf ("The file does not say how large its input is: "
                                                  "%d×%d was taken, one of %d sizes that fit.",
                                                  (int) *side, (int) *side, n);
      lucida_network_add_warning (self->network, warning);
    }
  return TRUE;
}

static gboolean
finish (LucidaTorchWire *self, const LucidaTorchModule *root, const LucidaTorchFlow *flow,
        GError **error)
{
  gboolean inception = root->type && strstr (root->type, ".inception.") != NULL;
  LucidaPreprocessing preprocessing;
  LucidaShape shape;
  int64_t side;

  if (self->channels < 0 || !find_side (self, &side, error))
    {
      if (self->channels < 0)
        g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                             "the network has no convolution, so there is nothing to explain");
      return FALSE;
    }
  shape = lucida_shape (4, (int64_t) 1, self->channels, side, side);
  lucida_network_set_input (self->network, self->input, &shape, LUCIDA_LAYOUT_NCHW);
  shape = lucida_shape (2, (int64_t) 1, flow->features);
  if (!flow->flat || flow->features < 0)
    shape.rank = -1;
  lucida_network_set_output (self->network, flow->value, &shape);
  preprocessing = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_TORCHVISION,
                                               (int) MIN (self->channels, LUCIDA_MAX_CHANNELS));
  preprocessing.height = inception ? INCEPTION_SIDE : side > 0 ? (int) side : PRESET_SIDE;
  preprocessing.width = preprocessing.height;
  preprocessing.assumed = TRUE;
  lucida_network_set_preprocessing (self->network, &preprocessing);
  return lucida_network_finish (self->network, error);
}

LucidaNetwork *
_lucida_torch_wire_build (LucidaTorchModule *root, const char *format, const char *name,
                          GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaNetwork) network = lucida_network_new (format, name);
  LucidaTorchWire wire = { .network = network, .cancellable = cancellable, .channels = -1 };
  LucidaTorchFlow flow = { .channels = -1, .features = -1 };
  gboolean good;

  wire.extents = g_ptr_array_new_with_free_func (g_free);
  wire.demands = g_array_new (FALSE, FALSE, sizeof (Demand));
  wire.tensors = g_hash_table_new (NULL, NULL);
  wire.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  wire.input = flow.value = lucida_network_add_value (network, "input", NULL);
  g_hash_table_add (wire.names, g_strdup ("input"));
  good
      = _lucida_torch_wire_module (&wire, root, &flow, error) && finish (&wire, root, &flow, error);
  g_ptr_array_unref (wire.extents);
  g_array_unref (wire.demands);
  g_hash_table_unref (wire.tensors);
  g_hash_table_unref (wire.names);
  return good ? g_steal_pointer (&network) : NULL;
}
