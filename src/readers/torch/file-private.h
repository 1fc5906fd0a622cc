#pragma once

#include "readers/parse/pickle.h"
#include "readers/parse/zip-entry.h"
#include "readers/torch/tensor-private.h"

G_BEGIN_DECLS

/* The containers of PyTorch's files. */

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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaTorchFile, _lucida_torch_file_free)

G_END_DECLS
