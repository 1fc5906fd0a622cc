#include "base/npy.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAGIC "\x93NUMPY"
#define MAGIC_SIZE 6
/* The data of a file that is written begin at a multiple of this many bytes. */
#define DATA_ALIGNMENT 64

typedef struct
{
  gboolean swapped; /* not the machine's own byte order */
  gboolean wide;    /* float64 */
  gboolean fortran;
  LucidaShape shape;
} Header;

/* A cursor over the header: a literal Python dictionary. */
typedef struct
{
  const char *at;
  const char *end;
} Scanner;

static gboolean
set_corrupt (GError **error, const char *what)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "the .npy file's %s", what);
  return FALSE;
}

static void
skip_space (Scanner *scanner)
{
  while (scanner->at < scanner->end && g_ascii_isspace (*scanner->at))
    scanner->at++;
}

static gboolean
accept (Scanner *scanner, char expected)
{
  skip_space (scanner);
  if (scanner->at == scanner->end || *scanner->at != expected)
    return FALSE;
  scanner->at++;
  return TRUE;
}

static gboolean
accept_word (Scanner *scanner, const char *word)
{
  gsize length = strlen (word);

  skip_space (scanner);
  if ((gsize) (scanner->end - scanner->at) < length || memcmp (scanner->at, word, length) != 0)
    return FALSE;
  scanner->at += length;
  return TRUE;
}

static char *
scan_string (Scanner *scanner)
{
  char quote = accept (scanner, '\'') ? '\'' : '"';
  const char *start, *stop;

  if (quote == '"' && !accept (scanner, '"'))
    return NULL;
  start = scanner->at;
  stop = memchr (start, quote, (gsize) (scanner->end - start));
  if (!stop)
    return NULL;
  scanner->at = stop + 1;
  return g_strndup (start, (gsize) (stop - start));
}

static gboolean
scan_size (Scanner *scanner, int64_t *size)
{
  const char *start;
  int64_t value = 0;

  skip_space (scanner);
  start = scanner->at;
  for (; scanner->at < scanner->end && g_ascii_isdigit (*scanner->at); scanner->at++)
    if (!lucida_int64_mul (value, 10, &value)
        || !lucida_int64_add (value, *scanner->at - '0', &value))
      return FALSE;
  if (scanner->at == start)
    return FALSE;
  /* Python 2 wrote long integers with an L. */
  if (scanner->at < scanner->end && *scanner->at == 'L')
    scanner->at++;
  *size = value;
  return TRUE;
}

static gboolean
scan_shape (Scanner *scanner, LucidaShape *shape, GError **error)
{
  if (!accept (scanner, '('))
    return set_corrupt (error, "header has no shape");
  shape->rank = 0;
  while (!accept (scanner, ')'))
    {
      int64_t size;

      if (!scan_size (scanner, &size))
        return set_corrupt (error, "shape cannot be read");
      if (shape->rank == LUCIDA_MAX_RANK)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                       "an array of more than %d dimensions is not supported", LUCIDA_MAX_RANK);
          return FALSE;
        }
      shape->dim[shape->rank++] = size;
      if (accept (scanner, ','))
        continue;
      if (!accept (scanner, ')'))
        return set_corrupt (error, "shape cannot be read");
      break;
    }
  return TRUE;
}

static gboolean
scan_kind (Scanner *scanner, Header *header, GError **error)
{
  g_autofree char *kind = scan_string (scanner);

  if (kind
      && (g_str_equal (kind + MIN (strlen (kind), 1), "f4")
          || g_str_equal (kind + MIN (strlen (kind), 1), "f8"))
      && strchr ("<>=|", kind[0]))
    {
      header->wide = kind[2] == '8';
      header->swapped = kind[0] == (G_BYTE_ORDER == G_LITTLE_ENDIAN ? '>' : '<');
      return TRUE;
    }
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "the array's elements are not float32 or float64; convert them with "
               "astype(numpy.float32)");
  return FALSE;
}

static gboolean
scan_header (Scanner *scanner, Header *header, GError **error)
{
  gboolean has_kind = FALSE, has_order = FALSE, has_shape = FALSE;

  if (!accept (scanner, '{'))
    return set_corrupt (error, "header is no dictionary");
  while (!accept (scanner, '}'))
    {
      g_autofree char *key = scan_string (scanner);

      if (!key || !accept (scanner, ':'))
        return set_corrupt (error, "header cannot be read");
      if (g_str_equal (key, "descr"))
        {
          if (!scan_kind (scanner, header, error))
            return FALSE;
          has_kind = TRUE;
        }
      else if (g_str_equal (key, "fortran_order"))
        {
          header->fortran = accept_word (scanner, "True");
          if (!header->fortran && !accept_word (scanner, "False"))
            return set_corrupt (error, "header cannot be read");
          has_order = TRUE;
        }
      else if (g_str_equal (key, "shape"))
        {
          if (!scan_shape (scanner, &header->shape, error))
            return FALSE;
          has_shape = TRUE;
        }
      else
        return set_corrupt (error, "header has an unknown key");
      if (!accept (scanner, ',') && (skip_space (scanner), scanner->at == scanner->end))
        return set_corrupt (error, "header ends early");
    }
  if (!has_kind || !has_order || !has_shape)
    return set_corrupt (error, "header lacks the element kind, the order or the shape");
  return TRUE;
}

static float
load_element (const guint8 *data, const Header *header)
{
  if (header->wide)
    {
      guint64 bits;
      double value;

      memcpy (&bits, data, sizeof bits);
      if (header->swapped)
        bits = GUINT64_SWAP_LE_BE (bits);
      memcpy (&value, &bits, sizeof value);
      return (float) value;
    }
  guint32 bits;
  float value;

  memcpy (&bits, data, sizeof bits);
  if (header->swapped)
    bits = GUINT32_SWAP_LE_BE (bits);
  memcpy (&value, &bits, sizeof value);
  return value;
}

/* out[i_0, …, i_n] = data[Σ i_k · step_k], the steps growing from the left in Fortran's order. */
static void
load_elements (const guint8 *data, const Header *header, float *out)
{
  const LucidaShape *shape = &header->shape;
  int64_t count = lucida_shape_count (shape);
  gsize size = header->wide ? sizeof (double) : sizeof (float);
  int64_t index[LUCIDA_MAX_RANK] = { 0 }, step[LUCIDA_MAX_RANK], at = 0;

  if (!header->fortran)
    {
      for (int64_t i = 0; i < count; i++)
        out[i] = load_element (data + (gsize) i * size, header);
      return;
    }
  for (int k = 0; k < shape->rank; k++)
    step[k] = k == 0 ? 1 : step[k - 1] * shape->dim[k - 1];
  for (int64_t i = 0; i < count; i++)
    {
      out[i] = load_element (data + (gsize) at * size, header);
      for (int k = shape->rank - 1; k >= 0; k--)
        {
          at += step[k];
          if (++index[k] < shape->dim[k])
            break;
          at -= step[k] * shape->dim[k];
          index[k] = 0;
        }
    }
}

/* Finds the header's text and where the data begin. */
static gboolean
find_header (const guint8 *data, gsize size, Scanner *scanner, gsize *offset, GError **error)
{
  gsize length, start;

  if (size < MAGIC_SIZE + 4 || memcmp (data, MAGIC, MAGIC_SIZE) != 0)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "this is no .npy file");
      return FALSE;
    }
  if (data[MAGIC_SIZE] == 1)
    {
      length = (gsize) data[8] | (gsize) data[9] << 8;
      start = 10;
    }
  else if (data[MAGIC_SIZE] == 2 || data[MAGIC_SIZE] == 3)
    {
      if (size < 12)
        return set_corrupt (error, "header ends early");
      length = (gsize) data[8] | (gsize) data[9] << 8 | (gsize) data[10] << 16
               | (gsize) data[11] << 24;
      start = 12;
    }
  else
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   ".npy format version %u is not supported", data[MAGIC_SIZE]);
      return FALSE;
    }
  if (!lucida_size_inside (start, length, size))
    return set_corrupt (error, "header ends early");
  scanner->at = (const char *) data + start;
  scanner->end = scanner->at + length;
  *offset = start + length;
  return TRUE;
}

LucidaTensor *
lucida_npy_parse (GBytes *bytes, GError **error)
{
  LucidaTensor *tensor;
  Header header = { 0 };
  Scanner scanner;
  gsize size, offset, length;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (!find_header (data, size, &scanner, &offset, error) || !scan_header (&scanner, &header, error)
      || !lucida_shape_check (&header.shape, error))
    return NULL;
  length = (gsize) lucida_shape_count (&header.shape)
           * (header.wide ? sizeof (double) : sizeof (float));
  if (!lucida_size_inside (offset, length, size))
    {
      set_corrupt (error, "data end early");
      return NULL;
    }
  tensor = lucida_tensor_new (LUCIDA_FLOAT32, &header.shape, error);
  if (tensor)
    load_elements (data + offset, &header, lucida_tensor_get_data (tensor));
  return tensor;
}

LucidaTensor *
lucida_npy_read (const char *path, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = g_filename_display_name (path);
  LucidaTensor *tensor = NULL;
  GStatBuf status;
  char *contents;
  gsize size;

  if (g_stat (path, &status) != 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "%s: cannot be read: %s", name,
                   g_strerror (errno));
      return NULL;
    }
  /* A device may never end. */
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "%s: this is not a file of data", name);
      return NULL;
    }
  if (!g_file_get_contents (path, &contents, &size, &failure))
    {
      /* GLib's own sentence names the file a second time. */
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "%s: cannot be read: %s", name,
                   g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? g_strerror (EACCES)
                                                                               : g_strerror (EIO));
      return NULL;
    }
  bytes = g_bytes_new_take (contents, size);
  tensor = lucida_npy_parse (bytes, error);
  if (!tensor)
    g_prefix_error (error, "%s: ", name);
  return tensor;
}

GBytes *
lucida_npy_format (const float *data, const LucidaShape *shape)
{
  g_autoptr (GString) header = g_string_new ("{'descr': '<f4', 'fortran_order': False, 'shape': (");
  gsize count = (gsize) lucida_shape_count (shape);
  gsize start = MAGIC_SIZE + 4, total, size;
  guint8 *bytes;

  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (header, "%s%" G_GINT64_FORMAT, i ? ", " : "", shape->dim[i]);
  g_string_append (header, shape->rank == 1 ? ",), }" : "), }");
  while ((start + header->len + 1) % DATA_ALIGNMENT != 0)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');

  if (!lucida_size_mul (count, sizeof (float), &size)
      || !lucida_size_add (size, start + header->len, &total))
    return NULL;
  bytes = g_try_malloc (total);
  if (!bytes)
    return NULL;
  memcpy (bytes, MAGIC "\x01\x00", MAGIC_SIZE + 2);
  bytes[8] = (guint8) (header->len & 0xff);
  bytes[9] = (guint8) (header->len >> 8);
  memcpy (bytes + start, header->str, header->len);
  start += header->len;
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      if (size > 0)
        memcpy (bytes + start, data, size);
    }
  else
    for (gsize i = 0; i < count; i++)
      {
        guint32 bits;

        memcpy (&bits, data + i, sizeof bits);
        bits = GUINT32_TO_LE (bits);
        memcpy (bytes + start + i * sizeof bits, &bits, sizeof bits);
      }
  return g_bytes_new_take (bytes, total);
}
