#include "readers/torch/torch.h"

#include "base/error.h"
#include "readers/file.h"
#include "readers/torch/recognise-private.h"
#include "readers/torch/torch-private.h"
#include "readers/torch/wire-private.h"

#include <string.h>

/* The front of the PyTorch reader: what torch.save() and torch.jit.save() write. */

#define MAX_NESTING 4 /* dicts around the network */
#define NAMED 6       /* keys in a message */

/* Where training scripts keep the network, the likeliest first. */
static const char *const checkpoint_keys[]
    = { "state_dict", "model_state_dict", "model", "net", "network", "ema", "weights", "module" };

static gboolean
holds (const guint8 *head, gsize size, const char *text)
{
  return memmem (head, size, text, strlen (text)) != NULL;
}

/* Before PyTorch 0.1.10. */
static gboolean
is_old_tar (const guint8 *head, gsize size)
{
  static const char *const names[] = { "storages", "tensors", "pickle", "sys_info" };

  if (size < 512 || memcmp (head + 257, "ustar", 5) != 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp ((const char *) head, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_torch_zip (const char *path, const guint8 *head, gsize size)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (LucidaZip) zip = NULL;

  if (size < 4 || memcmp (head, "PK\3\4", 4) != 0 || !(bytes = lucida_file_map (path, NULL)))
    return FALSE;
  zip = lucida_zip_open (bytes, NULL);
  if (!zip)
    return holds (head, size, "/data.pkl") || holds (head, size, "/data/0");
  return lucida_zip_find_end (zip, "data.pkl") >= 0
         || (lucida_zip_find_end (zip, "model.json") >= 0
             && lucida_zip_find_end (zip, "version") >= 0);
}

static gboolean
torch_recognise (const char *path, const guint8 *head, gsize size)
{
  if (size >= 3 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5)
    return TRUE;
  return is_old_tar (head, size) || is_torch_zip (path, head, size);
}

static guint32
count_tensors (const LucidaPickleValue *dict)
{
  guint32 n = 0;

  for (guint32 i = 0; dict && i + 1 < dict->n; i += 2)
    n += lucida_pickle_string (dict->items[i]) && _lucida_torch_is_tensor (dict->items[i + 1]);
  return n;
}

/* The module or the dict of tensors in @value: itself, or what a checkpoint has under a usual key,
 * or else under any. */
static const LucidaPickleValue *
find_network (const LucidaPickleValue *value, int depth)
{
  const LucidaPickleValue *dict = lucida_pickle_dict (value);
  const LucidaPickleValue *found = NULL;

  if (_lucida_torch_is_module (value) || count_tensors (dict) > 0)
    return value;
  if (!dict || depth >= MAX_NESTING)
    return NULL;
  for (gsize k = 0; k < G_N_ELEMENTS (checkpoint_keys) && !found; k++)
    {
      const LucidaPickleValue *inside = lucida_pickle_lookup (dict, checkpoint_keys[k]);

      found = inside ? find_network (inside, depth + 1) : NULL;
    }
  for (guint32 i = 0; i + 1 < dict->n && !found; i += 2)
    {
      const char *key = lucida_pickle_string (dict->items[i]);

      if (key && !strstr (key, "optim"))
        found = find_network (dict->items[i + 1], depth + 1);
    }
  return found;
}

static char *
describe_dict (const LucidaPickleValue *dict)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint32 n = 0;

  for (guint32 i = 0; i + 1 < dict->n && n < NAMED; i += 2)
    {
      const char *key = lucida_pickle_string (dict->items[i]);

      if (key)
        g_string_append_printf (text, "%s“%.40s”", n++ ? ", " : "", key);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What is in the file, where it is no network. */
static void
refuse_content (LucidaTorchFile *file, const LucidaPickleValue *root, GError **error)
{
  const LucidaPickleValue *dict = lucida_pickle_dict (root);
  const char *class_name = _lucida_torch_class_of (root);
  g_autofree char *keys = dict ? describe_dict (dict) : NULL;
  g_autoptr (LucidaTorchTensor) tensor
      = _lucida_torch_is_tensor (root) ? _lucida_torch_file_tensor (file, root, "", NULL) : NULL;
  g_autofree char *shape = tensor ? lucida_shape_to_string (&tensor->shape) : NULL;

  if (tensor)
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                 "it holds a tensor (%s) and no network: save the model itself, or its state_dict",
                 shape);
  else if (dict)
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                 "it holds a dictionary%s%s, but no network and no weights", *keys ? " with " : "",
                 keys);
  else if (class_name)
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                 "it holds an object of the class “%s”, which is no network", class_name);
  else if (root->kind == LUCIDA_PICKLE_LIST || root->kind == LUCIDA_PICKLE_TUPLE)
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                 "it holds a list of %u things and no network (a data set?)", root->n);
  else
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                         "it holds a single value and no network");
}

/* Whether the names are those of a network's weights, rather than of a data set. */
static gboolean
has_weights (const LucidaTorchState *state)
{
  for (guint i = 0; i < state->names->len; i++)
    if (g_str_has_suffix (state->names->pdata[i], "weight")
        || g_str_has_suffix (state->names->pdata[i], "bias"))
      return TRUE;
  return FALSE;
}

LucidaNetwork *
_lucida_torch_build_state (LucidaTorchState *state, const char *format, const char *name,
                           GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaTorchModule) root = NULL;
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree char *found = NULL;

  if (!has_weights (state))
    {
      found = _lucida_torch_state_describe (state);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "it holds tensors that are no weights of a network (%s)",
                   *found ? found : "none at all");
      return NULL;
    }
  _lucida_torch_state_strip (state);
  root = _lucida_torch_recognise (state, error);
  if (!root)
    return NULL;
  network = _lucida_torch_wire_build (root, format, name, cancellable, error);
  if (network && strstr (root->type, "GoogLeNet"))
    lucida_network_add_warning (
        network, "The file does not say whether the network was made with transform_input, as "
                 "torchvision's trained GoogLeNet is: it was taken as off.");
  return g_steal_pointer (&network);
}

static LucidaNetwork *
build_module (LucidaTorchFile *file, const LucidaPickleValue *value, const char *name,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) tensors
      = g_ptr_array_new_with_free_func ((GDestroyNotify) _lucida_torch_tensor_free);
  g_autoptr (LucidaTorchModule) root
      = _lucida_torch_module_from_value (file, value, tensors, error);

  return root ? _lucida_torch_wire_build (root, "PyTorch", name, cancellable, error) : NULL;
}

static LucidaNetwork *
build (LucidaTorchFile *file, const char *name, GCancellable *cancellable, GError **error)
{
  const LucidaPickleValue *root = _lucida_torch_file_get_root (file);
  const LucidaPickleValue *value;
  g_autoptr (LucidaTorchState) state = NULL;

  if (file->script)
    {
      state = _lucida_torch_state_from_script (file, root, error);
      return state ? _lucida_torch_build_state (state, "TorchScript", name, cancellable, error)
                   : NULL;
    }
  value = find_network (root, 0);
  if (!value)
    {
      refuse_content (file, root, error);
      return NULL;
    }
  if (_lucida_torch_is_module (value))
    return build_module (file, value, name, cancellable, error);
  state = _lucida_torch_state_from_dict (file, value, error);
  return state ? _lucida_torch_build_state (state, "PyTorch state_dict", name, cancellable, error)
               : NULL;
}

static LucidaNetwork *
torch_read (const char *path, const LucidaReading *reading, GError **error)
{
  g_autoptr (GBytes) bytes = lucida_file_map (path, error);
  g_autoptr (LucidaTorchFile) file = NULL;
  g_autofree char *name = g_filename_display_basename (path);
  char *dot = strrchr (name, '.');

  if (!bytes)
    return NULL;
  if (is_old_tar (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "it was written before PyTorch 0.1.10: load it with an old PyTorch and "
                           "export it as ONNX (torch.onnx.export)");
      return NULL;
    }
  file = _lucida_torch_file_open (bytes, error);
  if (!file)
    return NULL;
  if (dot && dot != name)
    *dot = '\0';
  return build (file, name, lucida_reading_get_cancellable (reading), error);
}

const LucidaReader lucida_reader_torch = {
  .name = "torch",
  .recognise = torch_recognise,
  .read = torch_read,
};
