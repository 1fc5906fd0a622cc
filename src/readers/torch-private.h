#pragma once

#include "network/network.h"
#include "readers/parse/pickle.h"
#include "readers/parse/zip-entry.h"
#include "readers/reader.h"

G_BEGIN_DECLS

/* What the parts of the PyTorch reader share. A file becomes a tree of modules, from the module
 * saved in it or from the names of a state_dict, and the tree becomes a network. */

/* torch-tensor.c: weights as a file describes them. */

typedef enum
{
  LUCIDA_TORCH_FLOAT32,
  LUCIDA_TORCH_FLOAT64,
  LUCIDA_TORCH_FLOAT16,
  LUCIDA_TORCH_BFLOAT16,
  LUCIDA_TORCH_INT64,
  LUCIDA_TORCH_INT32,
  LUCIDA_TORCH_INT16,
  LUCIDA_TORCH_INT8,
  LUCIDA_TORCH_UINT8,
  LUCIDA_TORCH_BOOL,
  LUCIDA_TORCH_OTHER, /* known to exist, not read */
} LucidaTorchElement;

/* Memory that converted weights of one file may still take; shared by its tensors. */
typedef struct
{
  guint64 left; /* bytes */
} LucidaTorchBudget;

typedef struct
{
  LucidaTorchElement element;
  LucidaShape shape;
  int64_t stride[LUCIDA_MAX_RANK]; /* elements, none negative */
  guint64 offset;                  /* elements */
  GBytes *bytes;                   /* the storage */
  gboolean requires_grad;
  gboolean claimed; /* the network uses it, or knows why not */
  LucidaTorchBudget *budget;
} LucidaTorchTensor;

gsize _lucida_torch_element_size (LucidaTorchElement element); /* bytes; 0: not read */
void _lucida_torch_budget_init (LucidaTorchBudget *self, guint64 file_size);
/* Checks shape and strides against the storage. (transfer full) @bytes is referenced.
 * Errors: %LUCIDA_ERROR_CORRUPT, those of lucida_shape_check(). */
LucidaTorchTensor *_lucida_torch_tensor_new (LucidaTorchElement element, const LucidaShape *shape,
                                             const int64_t *stride, guint64 offset, GBytes *bytes,
                                             LucidaTorchBudget *budget, GError **error);
void _lucida_torch_tensor_free (LucidaTorchTensor *self);
/* The floats, row-major; not copied where the file has them so. (transfer full)
 * Errors: %LUCIDA_ERROR_UNSUPPORTED (no floats), %LUCIDA_ERROR_TOO_LARGE, %LUCIDA_ERROR_NO_MEMORY.
 */
LucidaTensor *_lucida_torch_tensor_load (const LucidaTorchTensor *self, GError **error);

/* torch-file.c: the containers. */

typedef struct
{
  GBytes *bytes;
  LucidaZip *zip;  /* (nullable) older files have none */
  char *top;       /* (nullable) folder in the zip, with "/" */
  gboolean script; /* TorchScript: code beside the weights */
  LucidaPickle *pickle;
  GHashTable *storages; /* key → its bytes and kind */
  LucidaTorchBudget budget;
} LucidaTorchFile;

/* Opens a zip archive or an older file of pickles. (transfer full)
 * Errors: those of the pickle, of the zip archive, and of storages that do not fit. */
LucidaTorchFile *_lucida_torch_file_open (GBytes *bytes, GError **error);
void _lucida_torch_file_free (LucidaTorchFile *self);
const LucidaPickleValue *_lucida_torch_file_get_root (const LucidaTorchFile *self);
/* Whether @value is a tensor or a parameter. */
gboolean _lucida_torch_is_tensor (const LucidaPickleValue *value);
/* (transfer full) @name is for messages. */
LucidaTorchTensor *_lucida_torch_file_tensor (LucidaTorchFile *self, const LucidaPickleValue *value,
                                              const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaTorchTensor, _lucida_torch_tensor_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaTorchFile, _lucida_torch_file_free)

/* torch-state.c: a state_dict, names to tensors. */

typedef struct
{
  GPtrArray *names;   /* char *, each once */
  GPtrArray *tensors; /* LucidaTorchTensor, of the same order */
  GHashTable *index;  /* name → place + 1 */
} LucidaTorchState;

LucidaTorchState *_lucida_torch_state_new (void);
void _lucida_torch_state_free (LucidaTorchState *self);
/* Takes the tensor over. Errors: %LUCIDA_ERROR_CORRUPT for a second one of the same name. */
gboolean _lucida_torch_state_add (LucidaTorchState *self, const char *name,
                                  LucidaTorchTensor *tensor, GError **error);
/* (nullable) */
LucidaTorchTensor *_lucida_torch_state_find (const LucidaTorchState *self, const char *name);
/* Takes "module." and the like off, where all names begin with it. */
void _lucida_torch_state_strip (LucidaTorchState *self);
/* The tensors of a dict; other values in it are left out. */
LucidaTorchState *_lucida_torch_state_from_dict (LucidaTorchFile *file,
                                                 const LucidaPickleValue *dict, GError **error);
/* The tensors in the objects of a TorchScript archive, by their paths. */
LucidaTorchState *_lucida_torch_state_from_script (LucidaTorchFile *file,
                                                   const LucidaPickleValue *root, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaTorchState, _lucida_torch_state_free)

/* torch-tree.c: modules. */

typedef struct _LucidaTorchModule LucidaTorchModule;

struct _LucidaTorchModule
{
  char *path;                     /* "features.0"; "" for the root */
  char *name;                     /* "0" */
  char *type;                     /* (nullable) "torch.nn.modules.conv.Conv2d" */
  const LucidaPickleValue *state; /* (nullable) what was saved of the object */
  GHashTable *attributes;         /* (nullable) name → numbers that a family gives */
  GPtrArray *children;            /* LucidaTorchModule, in order */
  GPtrArray *names;               /* of the tensors: "weight" */
  GPtrArray *tensors;             /* LucidaTorchTensor (transfer none) */
  int calls;                      /* how often it has been wired */
};

/* The root of an empty tree, or a child of @parent (nullable). (transfer none) for a child */
LucidaTorchModule *_lucida_torch_module_new (LucidaTorchModule *parent, const char *name,
                                             const char *type);
void _lucida_torch_module_free (LucidaTorchModule *self); /* of a root */
/* (nullable) */
LucidaTorchModule *_lucida_torch_module_child (const LucidaTorchModule *self, const char *name);
LucidaTorchTensor *_lucida_torch_module_tensor (const LucidaTorchModule *self, const char *name);
/* The tree of a saved module; its tensors go to @owner. (transfer full) */
LucidaTorchModule *_lucida_torch_module_from_value (LucidaTorchFile *file,
                                                    const LucidaPickleValue *value,
                                                    GPtrArray *owner, GError **error);
/* The tree that the names of @state make; the modules have no types yet. (transfer full) */
LucidaTorchModule *_lucida_torch_module_from_state (LucidaTorchState *state, GError **error);
/* The class of a saved object, or NULL. */
const char *_lucida_torch_class_of (const LucidaPickleValue *value);
/* Whether @value is an object with modules inside. */
gboolean _lucida_torch_is_module (const LucidaPickleValue *value);

void _lucida_torch_module_set (LucidaTorchModule *self, const char *name, double a, double b);
/* One number or @n of them; one is repeated. Errors: %LUCIDA_ERROR_CORRUPT where it is missing, of
 * another kind, or beyond 65535 either way. */
gboolean _lucida_torch_module_ints (const LucidaTorchModule *self, const char *name, int n,
                                    int64_t *values, GError **error);
/* The attribute, or @fallback where it is missing or no number. */
double _lucida_torch_module_number (const LucidaTorchModule *self, const char *name,
                                    double fallback);
const char *_lucida_torch_module_string (const LucidaTorchModule *self, const char *name);
/* (nullable) as saved */
const LucidaPickleValue *_lucida_torch_module_attribute (const LucidaTorchModule *self,
                                                         const char *name);
gboolean _lucida_torch_module_is_none (const LucidaTorchModule *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaTorchModule, _lucida_torch_module_free)

/* torch.c */

extern const LucidaReader lucida_reader_torch;

/* The network whose weights @state holds, if it is of a known family. (transfer full) */
LucidaNetwork *_lucida_torch_build_state (LucidaTorchState *state, const char *format,
                                          const char *name, GCancellable *cancellable,
                                          GError **error);

/* safetensors.c */

extern const LucidaReader lucida_reader_safetensors;

G_END_DECLS
