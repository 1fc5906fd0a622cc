#pragma once

#include "network/network.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  LucidaTensor *constant; /* (nullable) */
  int producer;           /* node index, -1: none */
  int *consumers;         /* [n_consumers] node indices, ascending */
  int n_consumers;
} LucidaValue;

struct _LucidaNetwork
{
  gatomicrefcount references;
  char *format;
  char *name;
  GPtrArray *nodes;        /* LucidaNode */
  GArray *values;          /* LucidaValue */
  GHashTable *value_names; /* name → index; the first of a name */
  int input;
  int output;
  LucidaShape input_shape;
  LucidaShape output_shape;
  LucidaLayout input_layout;
  char **classes;       /* (nullable) */
  char *classes_source; /* (nullable) */
  LucidaPreprocessing preprocessing;
  char *preprocessing_source; /* (nullable) */
  char *loss;                 /* (nullable) */
  char *optimizer;            /* (nullable) */
  GPtrArray *warnings;        /* of strings, the last entry is NULL */
};

/* (transfer none) valid until the next value is added */
LucidaValue *_lucida_network_value (const LucidaNetwork *self, int value);

G_END_DECLS
