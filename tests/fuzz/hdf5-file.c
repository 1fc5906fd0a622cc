#include "target.h"

#include "readers/parse/hdf5-file.h"
#include "recipe.h"

#include <string.h>

/* FUZZ_RAW: the input is the file. Otherwise it is a recipe for one, see recipe.h. */

static void
read_place (LucidaHdf5 *file, const char *path)
{
  static const char *const attributes[] = { "weight_names", "layer_names", "model_config" };
  g_auto (GStrv) names = lucida_hdf5_list (file, path);
  g_autoptr (LucidaTensor) tensor = NULL;
  GError *error = NULL;

  for (char **name = names; name && *name; name++)
    fuzz_touch (*name, strlen (*name));
  for (gsize i = 0; i < G_N_ELEMENTS (attributes); i++)
    {
      g_auto (GStrv) texts = NULL;
      g_autofree char *text = NULL;

      lucida_hdf5_has_attribute (file, path, attributes[i]);
      text = lucida_hdf5_get_text (file, path, attributes[i], &error);
      g_clear_error (&error);
      texts = lucida_hdf5_get_texts (file, path, attributes[i], &error);
      fuzz_check_outcome (texts != NULL, &error);
    }
  tensor = lucida_hdf5_read (file, path, &error);
  fuzz_check_outcome (tensor != NULL, &error);
  if (tensor)
    fuzz_touch (lucida_tensor_get_floats (tensor),
                MIN (lucida_tensor_get_size (tensor), FUZZ_MAX_COUNT));
}

static void
read_file (const guint8 *data, gsize size)
{
  g_autoptr (LucidaHdf5) file = NULL;
  g_auto (GStrv) paths = NULL;
  GError *error = NULL;

  file = lucida_hdf5_open_image (data, size, &error);
  fuzz_check_outcome (file != NULL, &error);
  if (!file)
    return;
  read_place (file, "");
  paths = lucida_hdf5_find (file, 4, &error);
  fuzz_check_outcome (paths != NULL, &error);
  for (char **path = paths; path && *path; path++)
    read_place (file, *path);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size > FUZZ_MAX_SIZE)
    return 0;
#ifdef FUZZ_RAW
  read_file (data, size);
#else
  g_autoptr (GByteArray) made = fuzz_make_hdf5 (data, size);

  read_file (made->data, made->len);
#endif
  return 0;
}
