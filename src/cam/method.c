#include "cam/method.h"

#include <math.h>

/* "Grad-CAM" is "gradcam" and "GRAD_CAM" alike. */
static char *
plain_name (const char *name)
{
  GString *plain = g_string_new (NULL);

  for (; *name; name++)
    if (*name != '-' && *name != '_' && *name != ' ')
      g_string_append_c (plain, g_ascii_tolower (*name));
  return g_string_free (plain, FALSE);
}

const LucidaMethod *
lucida_method_find (const char *name)
{
  g_autofree char *plain = plain_name (name);

  for (gsize i = 0; lucida_methods[i]; i++)
    if (g_str_equal (lucida_methods[i]->name, plain))
      return lucida_methods[i];
  return NULL;
}

LucidaHeatmap *
lucida_method_compute (const LucidaMethod *method, LucidaTensor *a, LucidaTensor *g)
{
  const int64_t *dim = lucida_tensor_get_shape (a)->dim;
  gsize count = (gsize) (dim[1] * dim[2]);
  g_autofree float *s = g_new0 (float, count);
  float signed_max = 0;

  g_return_val_if_fail (lucida_tensor_get_shape (a)->rank == 3, NULL);
  g_return_val_if_fail (
      lucida_shape_equal (lucida_tensor_get_shape (a), lucida_tensor_get_shape (g)), NULL);
  method->signed_sum (lucida_tensor_get_floats (a), lucida_tensor_get_floats (g), (int) dim[0],
                      (int) dim[1], (int) dim[2], s);
  /* M = ReLU(S), but a number that is none stays none */
  for (gsize i = 0; i < count; i++)
    {
      signed_max = isnan (s[i]) ? s[i] : MAX (signed_max, fabsf (s[i]));
      s[i] = s[i] > 0 || isnan (s[i]) ? s[i] : 0;
    }
  return lucida_heatmap_new (s, (int) dim[1], (int) dim[2], signed_max);
}

const LucidaMethod *
lucida_method_get_other (const LucidaMethod *method)
{
  return lucida_methods[0] != method || !lucida_methods[1] ? lucida_methods[0] : lucida_methods[1];
}
