#pragma once

#include "readers/torch/file-private.h"

G_BEGIN_DECLS

/* A state_dict: names to tensors. */

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

G_END_DECLS
