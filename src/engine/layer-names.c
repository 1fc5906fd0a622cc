#include "base/error.h"
#include "engine/engine.h"
#include "engine/plan-private.h"

#include <string.h>

/* lucida_plan_find_layer(): from what a person writes to a tensor. */

#define MAX_NAMED 6

/* Whether @name ends in the part @part: "block5_conv3" in "vgg16/block5_conv3". */
static gboolean
ends_in_part (const char *name, const char *part)
{
  gsize n = strlen (name), m = strlen (part);

  return m > 0 && n > m && strcmp (name + n - m, part) == 0
         && (name[n - m - 1] == '/' || name[n - m - 1] == '.');
}

/* Whether @name lies inside the module @container: "layer4.1.relu" in "layer4". */
static gboolean
lies_inside (const char *name, const char *container)
{
  gsize m = strlen (container);

  return m > 0 && strncmp (name, container, m) == 0 && (name[m] == '/' || name[m] == '.');
}

static int
not_explainable (const LucidaPlan *self, const char *name, int value, GError **error)
{
  int channels, height, width;

  if (self->values[value].scored
      && (!lucida_plan_get_size (self, value, &channels, &height, &width)
          || height * (gint64) width <= 1))
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                 "the layer “%s” has no height and width, so there is no map of it; choose an "
                 "earlier one",
                 name);
  else
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                 "the classes' scores do not depend on “%s”, so there is no map of it; choose "
                 "another layer",
                 name);
  return -1;
}

static int
unknown (const LucidaPlan *self, const char *name, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  int named = 0;

  for (guint i = self->layers->len; i-- > 0 && named < MAX_NAMED;)
    {
      const LucidaLayer *layer = &g_array_index (self->layers, LucidaLayer, i);

      if (!layer->explainable)
        continue;
      g_string_append_printf (text, "%s%s", named ? ", " : "", layer->name);
      named++;
    }
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND,
               "there is no layer “%s”; there are %s and others (`info` lists them)", name,
               text->str);
  return -1;
}

static int
ambiguous (const char *name, GPtrArray *candidates, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < candidates->len && i < MAX_NAMED; i++)
    g_string_append_printf (text, "%s%s", i ? ", " : "",
                            ((const LucidaLayer *) candidates->pdata[i])->name);
  if (candidates->len > MAX_NAMED)
    g_string_append (text, ", …");
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
               "“%s” could be any of the layers %s; write the name in full", name, text->str);
  return -1;
}

int
lucida_plan_find_layer (const LucidaPlan *self, const char *name, char **label, GError **error)
{
  int value = lucida_network_find_value (self->network, name);
  g_autoptr (GPtrArray) candidates = g_ptr_array_new ();
  const LucidaLayer *found = NULL, *inside = NULL;

  if (value >= 0 && self->values[value].known && !self->values[value].constant)
    {
      if (!lucida_plan_is_explainable (self, value))
        return not_explainable (self, name, value, error);
      if (label)
        *label = g_strdup (name);
      return value;
    }
  for (guint i = 0; i < self->layers->len && !found; i++)
    {
      const LucidaLayer *layer = &g_array_index (self->layers, LucidaLayer, i);

      if (strcmp (layer->name, name) == 0)
        found = layer;
      else if (ends_in_part (layer->name, name))
        g_ptr_array_add (candidates, (gpointer) layer);
      else if (lies_inside (layer->name, name) && layer->explainable)
        inside = layer;
    }
  if (!found && candidates->len == 1)
    found = candidates->pdata[0];
  if (!found && candidates->len > 1)
    return ambiguous (name, candidates, error);
  /* a module stands for the output of its last member */
  if (!found)
    found = inside;
  if (!found)
    return unknown (self, name, error);
  if (!found->explainable)
    return not_explainable (self, found->name, found->value, error);
  if (label)
    *label = g_strdup (found->name);
  return found->value;
}
