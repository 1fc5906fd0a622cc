#include "readers/keras/keras-private.h"

#include <string.h>

/* The classes of layers, by name. */

static const LucidaKerasClass *const families[]
    = { _lucida_keras_convolutions, _lucida_keras_dense_layers, _lucida_keras_normalizations,
        _lucida_keras_activations,  _lucida_keras_shapes,       _lucida_keras_merges,
        _lucida_keras_pictures,     _lucida_keras_functions };

/* Random changes of the picture, which are made in training only. */
static gboolean
augmentation (LucidaKerasCall *call, GError **error)
{
  (void) error;
  call->output = call->inputs[0];
  return TRUE;
}

LucidaKerasFunc
_lucida_keras_find_layer (const char *class_name)
{
  static const char *const changing_size[] = { "RandomCrop", "RandomHeight", "RandomWidth" };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    for (const LucidaKerasClass *c = families[i]; c->class_name; c++)
      if (strcmp (c->class_name, class_name) == 0)
        return c->func;
  for (gsize i = 0; i < G_N_ELEMENTS (changing_size); i++)
    if (strcmp (changing_size[i], class_name) == 0)
      return NULL;
  return g_str_has_prefix (class_name, "Random") ? augmentation : NULL;
}
