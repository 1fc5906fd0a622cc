#include "readers/torch/file-private.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <string.h>

/* The containers of torch.save(): a zip archive (PyTorch 1.6 and newer) or five pickles and the
 * storages behind them (older). Source: torch/serialization.py. */

#define MAX_TENSORS 1000000
#define MAX_UNWRAP 8
#define LEGACY_PROTOCOL 1001

static const guint8 legacy_magic[]
    = { 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19 }; /* little-endian */

typedef struct
{
  LucidaTorchElement element;
  gboolean untyped; /* numel counts bytes */
  guint64 numel;
  GBytes *bytes; /* (nullable) until it is needed */
} Storage;

static const struct
{
  const char *name;
  LucidaTorchElement element;
} storage_types[] = {
  { "FloatStorage", LUCIDA_TORCH_FLOAT32 }, { "DoubleStorage", LUCIDA_TORCH_FLOAT64 },
  { "HalfStorage", LUCIDA_TORCH_FLOAT16 },  { "BFloat16Storage", LUCIDA_TORCH_BFLOAT16 },
  { "LongStorage", LUCIDA_TORCH_INT64 },    { "IntStorage", LUCIDA_TORCH_INT32 },
  { "ShortStorage", LUCIDA_TORCH_INT16 },   { "CharStorage", LUCIDA_TORCH_INT8 },
  { "ByteStorage", LUCIDA_TORCH_UINT8 },    { "BoolStorage", LUCIDA_TORCH_BOOL },
  { "UntypedStorage", LUCIDA_TORCH_UINT8 },
};

static void
free_storage (gpointer data)
{
  Storage *storage = data;

  g_clear_pointer (&storage->bytes, g_bytes_unref);
  g_free (storage);
}

static gboolean
corrupt (GError **error, const char *problem)
{
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, problem);
  return FALSE;
}

/* "torch.FloatStorage", "torch.cuda.FloatStorage", "torch.storage.UntypedStorage". */
static LucidaTorchElement
element_of (const LucidaPickleValue *type)
{
  const char *name;

  if (!type || type->kind != LUCIDA_PICKLE_GLOBAL || !g_str_has_prefix (type->text, "torch."))
    return LUCIDA_TORCH_OTHER;
  name = strrchr (type->text, '.') + 1;
  for (gsize i = 0; i < G_N_ELEMENTS (storage_types); i++)
    if (strcmp (name, storage_types[i].name) == 0)
      return storage_types[i].element;
  return LUCIDA_TORCH_OTHER;
}

/* The persistent id ('storage', type, key, location, numel, …), or NULL. */
static const LucidaPickleValue *
storage_id (const LucidaPickleValue *persistent)
{
  const LucidaPickleValue *id = persistent->items[0];

  if (id->kind != LUCIDA_PICKLE_TUPLE || id->n < 5
      || g_strcmp0 (lucida_pickle_string (id->items[0]), "storage") != 0)
    return NULL;
  return id;
}

/* Keys are strings, in the oldest files numbers. (transfer full) (nullable) */
static char *
key_of (const LucidaPickleValue *value)
{
  const char *text = lucida_pickle_string (value);
  int64_t number;

  if (text)
    return g_strdup (text);
  return lucida_pickle_int (value, &number) ? g_strdup_printf ("%" G_GINT64_FORMAT, number) : NULL;
}

static gboolean
add_storage (LucidaTorchFile *self, const LucidaPickleValue *id, GError **error)
{
  g_autofree char *key = key_of (id->items[2]);
  Storage *storage = key ? g_hash_table_lookup (self->storages, key) : NULL;
  LucidaTorchElement element = element_of (id->items[1]);
  int64_t numel;

  if (!key || !lucida_pickle_int (id->items[4], &numel) || numel < 0)
    return corrupt (error, "the file is damaged: a storage has no key or no size");
  if (storage && (storage->element != element || storage->numel != (guint64) numel))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the file is damaged: it describes the storage “%s” in two ways", key);
      return FALSE;
    }
  if (storage)
    return TRUE;
  if (g_hash_table_size (self->storages) >= MAX_TENSORS)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE, "it has more than %d storages",
                   MAX_TENSORS);
      return FALSE;
    }
  storage = g_new0 (Storage, 1);
  storage->element = element;
  storage->untyped = id->items[1]->kind == LUCIDA_PICKLE_GLOBAL
                     && g_str_has_suffix (id->items[1]->text, "UntypedStorage");
  storage->numel = (guint64) numel;
  g_hash_table_insert (self->storages, g_steal_pointer (&key), storage);
  return TRUE;
}

static gboolean
list_storages (LucidaTorchFile *self, GError **error)
{
  for (int i = 0; i < lucida_pickle_get_n_persistent (self->pickle); i++)
    {
      const LucidaPickleValue *id = storage_id (lucida_pickle_get_persistent (self->pickle, i));

      if (id && !add_storage (self, id, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_byte_order (LucidaTorchFile *self, GError **error)
{
  g_autofree char *name = g_strconcat (self->top, "byteorder", NULL);
  int entry = lucida_zip_find (self->zip, name);
  g_autoptr (GBytes) bytes = entry < 0 ? NULL : lucida_zip_read (self->zip, entry, 64, error);

  if (entry >= 0 && !bytes)
    return FALSE;
  if (!bytes || g_bytes_get_size (bytes) < 3
      || memcmp (g_bytes_get_data (bytes, NULL), "big", 3) != 0)
    return TRUE;
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                       "it was written by a big-endian machine: load it with PyTorch there and "
                       "export it as ONNX (torch.onnx.export)");
  return FALSE;
}

static gboolean
open_zip (LucidaTorchFile *self, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *constants = NULL;
  const char *name;
  gsize size;
  int entry;

  self->zip = lucida_zip_open (self->bytes, error);
  if (!self->zip)
    return FALSE;
  entry = lucida_zip_find_end (self->zip, "data.pkl");
  if (entry < 0)
    {
      gboolean old = lucida_zip_find_end (self->zip, "model.json") >= 0;

      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           old ? "it is a TorchScript archive from before PyTorch 1.0: export the "
                                 "network as ONNX (torch.onnx.export)"
                               : "it is a zip archive without “data.pkl”, so not of PyTorch");
      return FALSE;
    }
  name = lucida_zip_get_name (self->zip, entry);
  self->top = g_strndup (name, strlen (name) - strlen ("data.pkl"));
  constants = g_strconcat (self->top, "constants.pkl", NULL);
  self->script = lucida_zip_find (self->zip, constants) >= 0;
  if (!check_byte_order (self, error))
    return FALSE;
  bytes = lucida_zip_read (self->zip, entry, LUCIDA_PICKLE_MAX_SIZE, error);
  if (!bytes)
    return FALSE;
  self->pickle = lucida_pickle_parse (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes),
                                      NULL, error);
  return self->pickle && list_storages (self, error);
}

/* One of the small pickles around the object. (transfer full) */
static LucidaPickle *
next_pickle (LucidaTorchFile *self, gsize *at, GError **error)
{
  gsize size, used = 0;
  const guint8 *data = g_bytes_get_data (self->bytes, &size);
  LucidaPickle *pickle = lucida_pickle_parse (data + *at, size - *at, &used, error);

  *at += used;
  return pickle;
}

static gboolean
check_legacy_header (LucidaTorchFile *self, gsize *at, GError **error)
{
  g_autoptr (LucidaPickle) magic = next_pickle (self, at, error);
  g_autoptr (LucidaPickle) protocol = NULL;
  g_autoptr (LucidaPickle) system = NULL;
  const LucidaPickleValue *value;
  int64_t number = 0;

  if (!magic)
    return FALSE;
  value = lucida_pickle_get_result (magic);
  if (value->kind != LUCIDA_PICKLE_BIG || value->n != sizeof legacy_magic
      || memcmp (value->text, legacy_magic, sizeof legacy_magic) != 0)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNRECOGNISED,
                           "this is a pickle of Python, but not one that PyTorch wrote");
      return FALSE;
    }
  protocol = next_pickle (self, at, error);
  if (!protocol)
    return FALSE;
  if (!lucida_pickle_int (lucida_pickle_get_result (protocol), &number)
      || number != LEGACY_PROTOCOL)
    return corrupt (error, "the file is of a version of PyTorch's format that is not known");
  system = next_pickle (self, at, error);
  if (!system)
    return FALSE;
  if (lucida_pickle_int (lucida_pickle_lookup (lucida_pickle_get_result (system), "little_endian"),
                         &number)
      && number == 0)
    return corrupt (error, "it was written by a big-endian machine, which is not read");
  return TRUE;
}

/* Finds the storage number @i of the list in the file: int64 numel, then the elements. */
static gboolean
place_storage (LucidaTorchFile *self, const LucidaPickleValue *key_value, gsize *at, GError **error)
{
  g_autofree char *key = key_of (key_value);
  Storage *storage = key ? g_hash_table_lookup (self->storages, key) : NULL;
  gsize total = g_bytes_get_size (self->bytes), size;
  const guint8 *data = g_bytes_get_data (self->bytes, NULL);
  guint64 numel;

  if (!storage || storage->element == LUCIDA_TORCH_OTHER)
    return corrupt (error, "the file is damaged: it lists a storage of an unknown kind");
  if (!lucida_size_inside (*at, sizeof numel, total))
    return corrupt (error, "the file is cut off: weights are missing");
  memcpy (&numel, data + *at, sizeof numel);
  numel = GUINT64_FROM_LE (numel);
  *at += sizeof numel;
  if (numel != storage->numel || storage->bytes)
    return corrupt (error, "the file is damaged: a storage is not as long as it says");
  if (!lucida_size_mul ((gsize) numel, _lucida_torch_element_size (storage->element), &size)
      || !lucida_size_inside (*at, size, total))
    return corrupt (error, "the file is cut off: weights are missing");
  storage->bytes = g_bytes_new_from_bytes (self->bytes, *at, size);
  *at += size;
  return TRUE;
}

static gboolean
open_legacy (LucidaTorchFile *self, GError **error)
{
  g_autoptr (LucidaPickle) keys = NULL;
  const LucidaPickleValue *list;
  gsize at = 0;

  if (!check_legacy_header (self, &at, error))
    return FALSE;
  self->pickle = next_pickle (self, &at, error);
  if (!self->pickle || !list_storages (self, error) || !(keys = next_pickle (self, &at, error)))
    return FALSE;
  list = lucida_pickle_get_result (keys);
  if (list->kind != LUCIDA_PICKLE_LIST)
    return corrupt (error, "the file is damaged: the list of its storages is missing");
  for (guint32 i = 0; i < list->n; i++)
    if (!place_storage (self, list->items[i], &at, error))
      return FALSE;
  return TRUE;
}

LucidaTorchFile *
_lucida_torch_file_open (GBytes *bytes, GError **error)
{
  g_autoptr (LucidaTorchFile) self = g_new0 (LucidaTorchFile, 1);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  self->bytes = g_bytes_ref (bytes);
  self->storages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_storage);
  _lucida_torch_budget_init (&self->budget, size);
  if (size >= 4 && memcmp (data, "PK\3\4", 4) == 0 ? open_zip (self, error)
                                                   : open_legacy (self, error))
    return g_steal_pointer (&self);
  return NULL;
}

void
_lucida_torch_file_free (LucidaTorchFile *self)
{
  g_clear_pointer (&self->zip, lucida_zip_free);
  g_clear_pointer (&self->pickle, lucida_pickle_free);
  g_hash_table_unref (self->storages);
  g_bytes_unref (self->bytes);
  g_free (self->top);
  g_free (self);
}

const LucidaPickleValue *
_lucida_torch_file_get_root (const LucidaTorchFile *self)
{
  return lucida_pickle_get_result (self->pickle);
}

/* The bytes of a storage in the zip, as many as it says. */
static gboolean
map_storage (LucidaTorchFile *self, const char *key, Storage *storage, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize item = storage->untyped ? 1 : _lucida_torch_element_size (storage->element), size;
  int entry;

  if (storage->bytes)
    return TRUE;
  if (!self->zip)
    return corrupt (error, "its data is missing from the file");
  name = g_strconcat (self->top, "data/", key, NULL);
  entry = lucida_zip_find (self->zip, name);
  if (entry < 0)
    return corrupt (error, "its data is missing from the file");
  bytes = lucida_zip_is_stored (self->zip, entry)
              ? lucida_zip_map (self->zip, entry, error)
              : lucida_zip_read (self->zip, entry, (gsize) MIN (self->budget.left, G_MAXINT32),
                                 error);
  if (!bytes)
    return FALSE;
  if (!lucida_size_mul ((gsize) storage->numel, item, &size) || size > g_bytes_get_size (bytes))
    return corrupt (error, "its data is shorter than it says");
  if (!lucida_zip_is_stored (self->zip, entry))
    self->budget.left -= MIN (self->budget.left, g_bytes_get_size (bytes));
  storage->bytes = g_bytes_new_from_bytes (bytes, 0, size);
  return TRUE;
}

/* Older files: (key, offset, numel) of a storage that is part of another one, in elements. */
static GBytes *
view_storage (const Storage *storage, const LucidaPickleValue *view, GError **error)
{
  gsize item = MAX (_lucida_torch_element_size (storage->element), 1);
  int64_t offset, numel;

  if (!view || view->kind == LUCIDA_PICKLE_NONE)
    return g_bytes_ref (storage->bytes);
  if (view->kind != LUCIDA_PICKLE_TUPLE || view->n != 3
      || !lucida_pickle_int (view->items[1], &offset) || !lucida_pickle_int (view->items[2], &numel)
      || offset < 0 || numel < 0
      || !lucida_size_inside ((guint64) offset, (guint64) numel,
                              g_bytes_get_size (storage->bytes) / item))
    {
      corrupt (error, "its part of a larger storage lies outside of it");
      return NULL;
    }
  return g_bytes_new_from_bytes (storage->bytes, (gsize) offset * item, (gsize) numel * item);
}

static const char *
function_of (const LucidaPickleValue *value)
{
  if (!value || value->kind != LUCIDA_PICKLE_OBJECT
      || value->object->callable->kind != LUCIDA_PICKLE_GLOBAL
      || value->object->arguments->kind != LUCIDA_PICKLE_TUPLE)
    return NULL;
  return value->object->callable->text;
}

static gboolean
is_rebuild (const char *function)
{
  return function
         && (g_str_has_prefix (function, "torch._utils._rebuild_")
             || g_str_equal (function, "torch._tensor._rebuild_from_type_v2")
             || g_str_equal (function, "torch._tensor._rebuild_from_type"));
}

gboolean
_lucida_torch_is_tensor (const LucidaPickleValue *value)
{
  return is_rebuild (function_of (value));
}

/* The plain tensor inside parameters and subclasses. */
static const LucidaPickleValue *
unwrap (const LucidaPickleValue *value, gboolean *requires_grad)
{
  for (int i = 0; i < MAX_UNWRAP; i++)
    {
      const char *function = function_of (value);
      const LucidaPickleValue *arguments = function ? value->object->arguments : NULL;
      int64_t flag;

      if (!function)
        return NULL;
      if (g_str_has_prefix (function, "torch._utils._rebuild_parameter"))
        {
          if (arguments->n < 2)
            return NULL;
          if (lucida_pickle_int (arguments->items[1], &flag))
            *requires_grad = flag != 0;
          value = arguments->items[0];
        }
      else if (g_str_has_prefix (function, "torch._tensor._rebuild_from_type"))
        {
          /* (function, type, arguments, state): as if that function had been called */
          if (arguments->n < 3 || arguments->items[2]->kind != LUCIDA_PICKLE_TUPLE
              || arguments->items[0]->kind != LUCIDA_PICKLE_GLOBAL)
            return NULL;
          if (g_str_has_prefix (arguments->items[0]->text, "torch._utils._rebuild_tensor"))
            return arguments->items[2];
          return NULL;
        }
      else
        return g_str_has_prefix (function, "torch._utils._rebuild_tensor") ? arguments : NULL;
    }
  return NULL;
}

/* The numbers of a tuple, list or torch.Size. */
static gboolean
read_ints (const LucidaPickleValue *value, int64_t *numbers, guint32 *n)
{
  if (value->kind == LUCIDA_PICKLE_OBJECT
      && lucida_pickle_is_global (value->object->callable, "torch.Size")
      && value->object->arguments->kind == LUCIDA_PICKLE_TUPLE && value->object->arguments->n == 1)
    value = value->object->arguments->items[0];
  if ((value->kind != LUCIDA_PICKLE_TUPLE && value->kind != LUCIDA_PICKLE_LIST)
      || value->n > LUCIDA_MAX_RANK)
    return FALSE;
  for (guint32 i = 0; i < value->n; i++)
    if (!lucida_pickle_int (value->items[i], &numbers[i]))
      return FALSE;
  *n = value->n;
  return TRUE;
}

static LucidaTorchTensor *
make_tensor (LucidaTorchFile *self, const LucidaPickleValue *arguments, GError **error)
{
  const LucidaPickleValue *id = NULL;
  g_autofree char *key = NULL;
  g_autoptr (GBytes) bytes = NULL;
  Storage *storage = NULL;
  LucidaShape shape = { 0 };
  int64_t stride[LUCIDA_MAX_RANK] = { 0 };
  int64_t offset;
  guint32 rank, n_strides;

  if (arguments->n >= 4 && arguments->items[0]->kind == LUCIDA_PICKLE_PERSISTENT)
    id = storage_id (arguments->items[0]);
  if (id && (key = key_of (id->items[2])))
    storage = g_hash_table_lookup (self->storages, key);
  if (!storage || !lucida_pickle_int (arguments->items[1], &offset) || offset < 0
      || !read_ints (arguments->items[2], shape.dim, &rank)
      || !read_ints (arguments->items[3], stride, &n_strides) || rank != n_strides)
    {
      corrupt (error, "its description is damaged");
      return NULL;
    }
  shape.rank = (int) rank;
  if (storage->untyped)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "its elements are of a kind that is not read");
      return NULL;
    }
  if (!map_storage (self, key, storage, error))
    return NULL;
  bytes = view_storage (storage, id->n > 5 ? id->items[5] : NULL, error);
  if (!bytes)
    return NULL;
  return _lucida_torch_tensor_new (storage->element, &shape, stride, (guint64) offset, bytes,
                                   &self->budget, error);
}

LucidaTorchTensor *
_lucida_torch_file_tensor (LucidaTorchFile *self, const LucidaPickleValue *value, const char *name,
                           GError **error)
{
  gboolean requires_grad = TRUE;
  const LucidaPickleValue *arguments = unwrap (value, &requires_grad);
  LucidaTorchTensor *tensor = NULL;

  if (arguments)
    tensor = make_tensor (self, arguments, error);
  else
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                         "it is quantised, sparse or of a class of its own: export the network as "
                         "ONNX (torch.onnx.export)");
  if (!tensor)
    {
      g_prefix_error (error, "the weights “%s”: ", name);
      return NULL;
    }
  tensor->requires_grad = requires_grad;
  return tensor;
}
