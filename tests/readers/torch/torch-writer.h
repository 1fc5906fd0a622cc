#pragma once

#include "network/network.h"
#include "readers/parse/zip-writer.h"

G_BEGIN_DECLS

/* Writes PyTorch's files opcode by opcode; all tensors are views of one storage of zeros. */

#define TORCH_STORAGE 4096 /* floats */
#define TORCH_ALEXNET 16

typedef struct
{
  const char *storage; /* "FloatStorage" */
  const char *key;
  gint64 numel;
  gint64 offset;
  gint64 shape[9];
  int rank;
  gint64 stride; /* of the last axis; the others follow from it and the shape */
} TorchView;

typedef struct
{
  char *folder;
  char *path;
} TorchFile;

typedef struct
{
  const char *name;
  int rank;
  int shape[4];
} TorchWeights;

extern const char torch_zeros[TORCH_STORAGE * 4];
/* A narrow AlexNet: two channels everywhere, three classes. */
extern const TorchWeights torch_alexnet[TORCH_ALEXNET];

/* Appending to a pickle. */

void torch_text (GByteArray *p, const char *opcodes);
void torch_byte (GByteArray *p, guint8 value);
void torch_string (GByteArray *p, const char *value);
void torch_integer (GByteArray *p, gint64 value);
void torch_begin (GByteArray *p);
void torch_tuple (GByteArray *p, const gint64 *numbers, int n);
void torch_view (GByteArray *p, const TorchView *v);
void torch_tensor (GByteArray *p, int rank, ...);

/* Files in folders of their own. */

TorchFile torch_write_bytes (const char *name, const guint8 *data, gsize size);
TorchFile torch_write_archive (ZipPart *parts, guint n, const char *name);
/* An archive of @p, which is freed, and one storage. */
TorchFile torch_write (GByteArray *p);
void torch_file_remove (TorchFile *file);
/* Each removes the file. */
void torch_assert_refused (TorchFile file, const char *part);
LucidaNetwork *torch_assert_read (TorchFile file);

/* state_dicts */

void torch_state_dict (GByteArray *p, const char *prefix, const TorchWeights *weights, int n);
TorchFile torch_write_state (const TorchWeights *weights, int n);

G_END_DECLS
