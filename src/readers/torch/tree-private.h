#pragma once

#include "readers/torch/state-private.h"

G_BEGIN_DECLS

/* A tree of modules, from the module saved in a file or from the names of a state_dict. */

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

G_END_DECLS
