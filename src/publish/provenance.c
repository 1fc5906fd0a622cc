#include "config.h"

#include "publish/provenance.h"

#define SOFTWARE "CAM Lucida " LUCIDA_VERSION

struct _LucidaProvenance
{
  GPtrArray *keys; /* char *, ends with NULL */
  GPtrArray *values;
};

void
lucida_provenance_add (LucidaProvenance *self, const char *key, const char *value)
{
  g_ptr_array_insert (self->keys, (int) self->keys->len - 1, g_strdup (key));
  g_ptr_array_insert (self->values, (int) self->values->len - 1, g_utf8_make_valid (value, -1));
}

/* Which file it was, as exactly as is known. */
static void
add_file (LucidaProvenance *self, LucidaModel *model, gboolean any_size, GCancellable *cancellable)
{
  const LucidaStamp *stamp = lucida_model_get_stamp (model);
  g_autoptr (GDateTime) modified = NULL;
  const char *checksum;
  g_autofree char *size = NULL;
  g_autofree char *when = NULL;

  if (!stamp)
    return;
  checksum = lucida_model_get_checksum (model, any_size, cancellable);
  if (checksum)
    {
      lucida_provenance_add (self, "Model SHA-256", checksum);
      return;
    }
  size = g_strdup_printf ("%" G_GUINT64_FORMAT, stamp->size);
  modified = g_date_time_new_from_unix_utc (stamp->modified);
  when = modified ? g_date_time_format_iso8601 (modified) : NULL;
  lucida_provenance_add (self, "Model Size", size);
  if (when)
    lucida_provenance_add (self, "Model Modified", when);
}

LucidaProvenance *
lucida_provenance_new (LucidaModel *model, const LucidaExplanation *explanation, gboolean any_size,
                       GCancellable *cancellable)
{
  LucidaProvenance *self = g_new0 (LucidaProvenance, 1);

  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->values = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->keys, NULL);
  g_ptr_array_add (self->values, NULL);
  lucida_provenance_add (self, "Software", SOFTWARE);
  if (explanation)
    {
      const char *title = lucida_model_get_title (model);
      const char *name = lucida_model_get_class_name (model, explanation->class_index);
      g_autofree char *description
          = g_strdup_printf ("%s, %s, %s", title, explanation->layer, explanation->method->title);

      lucida_provenance_add (self, "Title", name);
      lucida_provenance_add (self, "Description", description);
      lucida_provenance_add (self, "Class", name);
      if (explanation->against_index != LUCIDA_NO_CLASS)
        lucida_provenance_add (self, "Against",
                               lucida_model_get_class_name (model, explanation->against_index));
      lucida_provenance_add (self, "Layer", explanation->layer);
      lucida_provenance_add (self, "Method", explanation->method->title);
    }
  if (model)
    {
      lucida_provenance_add (self, "Model", lucida_model_get_title (model));
      add_file (self, model, any_size, cancellable);
    }
  return self;
}

void
lucida_provenance_free (LucidaProvenance *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->values);
  g_free (self);
}

const char *const *
lucida_provenance_get_keys (const LucidaProvenance *self)
{
  return (const char *const *) self->keys->pdata;
}

const char *const *
lucida_provenance_get_values (const LucidaProvenance *self)
{
  return (const char *const *) self->values->pdata;
}
