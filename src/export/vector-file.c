#include "export/vector-file.h"

#include "base/atomic-file.h"
#include "base/error.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <string.h>

/* Cairo takes an empty text for no date at all: the time of day would make every file another. */
#define NO_DATE ""

/* What Cairo has written so far. */
typedef struct
{
  guint8 *data;
  gsize size;
  gsize capacity;
} Buffer;

static void
buffer_clear (Buffer *self)
{
  g_clear_pointer (&self->data, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Buffer, buffer_clear)

static gboolean
buffer_append (Buffer *self, const void *data, gsize size)
{
  gsize needed, capacity;
  guint8 *grown;

  if (!g_size_checked_add (&needed, self->size, size))
    return FALSE;
  if (needed > self->capacity)
    {
      capacity = MAX (needed, 4096);
      if (self->capacity < G_MAXSIZE / 2)
        capacity = MAX (capacity, self->capacity * 2);
      grown = g_try_realloc (self->data, capacity);
      if (!grown)
        return FALSE;
      self->data = grown;
      self->capacity = capacity;
    }
  memcpy (self->data + self->size, data, size);
  self->size = needed;
  return TRUE;
}

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  return buffer_append (closure, data, length) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

static cairo_surface_t *
create_surface (LucidaFileKind kind, double width, double height, Buffer *buffer)
{
  cairo_surface_t *surface;

  if (kind == LUCIDA_FILE_SVG)
    {
      surface = cairo_svg_surface_create_for_stream (write_cb, buffer, width, height);
      cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
      return surface;
    }
  surface = cairo_pdf_surface_create_for_stream (write_cb, buffer, width, height);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, NO_DATE);
  return surface;
}

/* The length of a name made of small letters and then digits ("image14"), 0 if there is none; it
 * must end at @stop. @digits: where those begin. */
static gsize
match_name (const char *text, const char *end, char stop, gsize *digits)
{
  const char *at = text;

  while (at < end && g_ascii_islower (*at))
    at++;
  *digits = (gsize) (at - text);
  while (at < end && g_ascii_isdigit (*at))
    at++;
  if (*digits == 0 || at == text + *digits || at == end || *at != stop)
    return 0;
  return (gsize) (at - text);
}

/* A name's own number: counted from 1 in the order in which the names with these letters come. */
static gboolean
append_name (Buffer *out, GHashTable *names, GHashTable *counts, const char *text, gsize length,
             gsize digits)
{
  g_autofree char *name = g_strndup (text, length);
  g_autofree char *letters = g_strndup (text, digits);
  g_autofree char *renamed = NULL;
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (names, name));

  if (number == 0)
    {
      number = GPOINTER_TO_UINT (g_hash_table_lookup (counts, letters)) + 1;
      g_hash_table_replace (counts, g_strdup (letters), GUINT_TO_POINTER (number));
      g_hash_table_replace (names, g_steal_pointer (&name), GUINT_TO_POINTER (number));
    }
  renamed = g_strdup_printf ("%s%u", letters, number);
  return buffer_append (out, renamed, strlen (renamed));
}

/* Cairo numbers surfaces through the whole life of the process, so the names of elements depend on
 * what was drawn before. Here they are numbered anew. Base64 knows neither quotes nor '#'. */
static gboolean
renumber_svg (const Buffer *in, Buffer *out)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *at = (const char *) in->data, *end = at + in->size, *copied = at;

  while (at < end)
    {
      gsize digits, length = 0;

      if (*at == '#' && at > copied && (at[-1] == '"' || at[-1] == '('))
        {
          char stop = at[-1] == '"' ? '"' : ')';
          at++;
          length = match_name (at, end, stop, &digits);
        }
      else if (*at == '"' && at - copied >= 4 && memcmp (at - 4, " id=", 4) == 0)
        {
          at++;
          length = match_name (at, end, '"', &digits);
        }
      else
        at++;
      if (length == 0)
        continue;
      if (!buffer_append (out, copied, (gsize) (at - copied))
          || !append_name (out, names, counts, at, length, digits))
        return FALSE;
      at += length;
      copied = at;
    }
  return buffer_append (out, copied, (gsize) (end - copied));
}

static gboolean
set_failed (const char *path, cairo_status_t status, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  if (status == CAIRO_STATUS_NO_MEMORY)
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                 "%s: there is not enough memory to write it", name);
  else
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "%s: cannot be written (%s)", name,
                 cairo_status_to_string (status));
  return FALSE;
}

gboolean
lucida_vector_file_write (const char *path, LucidaFileKind kind, double width, double height,
                          LucidaDrawFunc draw, gpointer data, GError **error)
{
  g_auto (Buffer) drawn = { 0 }, renumbered = { 0 };
  cairo_surface_t *surface;
  cairo_status_t status;
  cairo_t *cr;

  if (kind != LUCIDA_FILE_PDF && kind != LUCIDA_FILE_SVG)
    {
      g_autofree char *name = g_filename_display_name (path);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   "%s: drawings are written as .pdf or .svg", name);
      return FALSE;
    }
  surface = create_surface (kind, width, height, &drawn);
  cr = cairo_create (surface);
  draw (cr, data);
  cairo_show_page (cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    return set_failed (path, status, error);
  if (kind == LUCIDA_FILE_SVG)
    {
      if (!renumber_svg (&drawn, &renumbered))
        return set_failed (path, CAIRO_STATUS_NO_MEMORY, error);
      return lucida_atomic_file_write (path, renumbered.data, renumbered.size, error);
    }
  return lucida_atomic_file_write (path, drawn.data, drawn.size, error);
}
