#include "target.h"

#include "base/error.h"
#include "engine/engine.h"
#include "readers/parse/crc32c.h"
#include "readers/parse/protobuf-bounds.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define HAVE_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif
#endif

#define MAX_WORK 4000000 /* multiplications of a forward pass, roughly */
#define SMALL 8          /* pixels a side where a network leaves its size open */
#define FOOTER_SIZE 48   /* bytes, of a sorted table */

/* A broken precondition is a finding, also where GLib would go on; but not inside GdkPixbuf's
 * decoders, which do not look what came of a damaged picture. */
static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  (void) data;
  if (!(level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) || g_strcmp0 (domain, "GdkPixbuf") == 0
      || g_strcmp0 (domain, "GLib-GObject") == 0)
    return;
  g_printerr ("%s: %s\n", domain, message);
  abort ();
}

static void
ignore_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) data;
}

/* A child process tries out what its parent does afterwards, where it counts. */
static void
child_cb (void)
{
  g_log_set_default_handler (ignore_cb, NULL);
#ifdef HAVE_ADDRESS_SANITIZER
  __sanitizer_set_death_callback (NULL);
#endif
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  (void) argc;
  (void) argv;
  pthread_atfork (NULL, NULL, child_cb);
  g_log_set_default_handler (log_cb, NULL);
  return 0;
}

void
fuzz_check_outcome (gboolean good, GError **error)
{
  if (good)
    g_assert_no_error (*error);
  else
    {
      g_assert_nonnull (*error);
      g_assert_true ((*error)->domain == LUCIDA_ERROR);
      g_assert_true ((*error)->message[0] != '\0');
      g_assert_true (g_utf8_validate ((*error)->message, -1, NULL));
    }
  g_clear_error (error);
}

void
fuzz_touch (gconstpointer data, gsize size)
{
  static volatile guint8 sum;

  for (gsize i = 0; i < size; i++)
    sum = (guint8) (sum + ((const guint8 *) data)[i]);
}

const char *
fuzz_file (const guint8 *data, gsize size)
{
  static int file = -1;
  static char path[64];

  /* A new one each time: the one before may still be mapped. */
  if (file >= 0)
    close (file);
  file = memfd_create ("input", MFD_CLOEXEC);
  g_assert_true (file >= 0);
  for (gsize at = 0; at < size;)
    {
      ssize_t n = write (file, data + at, size - at);

      g_assert_true (n > 0);
      at += (gsize) n;
    }
  g_snprintf (path, sizeof path, "/proc/self/fd/%d", file);
  return path;
}

void
fuzz_split (const guint8 *data, gsize size, GBytes **parts, int n)
{
  static const char mark[] = "\n--\n";

  for (int i = 0; i < n; i++)
    {
      const guint8 *end = i < n - 1 && size ? memmem (data, size, mark, sizeof mark - 1) : NULL;
      gsize length = end ? (gsize) (end - data) : size;

      parts[i] = g_bytes_new (data, length);
      if (end)
        length += sizeof mark - 1;
      data += length;
      size -= length;
    }
}

/* Sets the checksum of a block; %FALSE where there is none. @block: what it holds. */
static gboolean
repair_block (guint8 *table, gsize size, LucidaProto *handle, LucidaSpan *block)
{
  guint64 offset, length;
  guint32 crc;

  if (!lucida_proto_next_varint (handle, &offset) || !lucida_proto_next_varint (handle, &length)
      || offset > size || length > size - offset || size - offset - length < 5)
    return FALSE;
  crc = lucida_crc32c_mask (lucida_crc32c (0, table + offset, (gsize) length + 1));
  for (guint i = 0; i < 4; i++)
    table[offset + length + 1 + i] = (guint8) (crc >> 8 * i);
  *block = (LucidaSpan){ table + offset, (gsize) length };
  return TRUE;
}

guint8 *
fuzz_repair_table (const guint8 *data, gsize size)
{
  guint8 *table = g_memdup2 (size ? data : (const guint8 *) "", MAX (size, 1));
  LucidaProto footer, index;
  LucidaSpan block, ignored;
  guint64 skipped, length;

  if (size < FOOTER_SIZE)
    return table;
  lucida_proto_init (&footer, (LucidaSpan){ table + size - FOOTER_SIZE, FOOTER_SIZE - 8 });
  if (!lucida_proto_next_varint (&footer, &skipped) || !lucida_proto_next_varint (&footer, &skipped)
      || !repair_block (table, size, &footer, &block))
    return table;
  lucida_proto_init (&index, block);
  /* entries: shared, more, length, key, value */
  while (lucida_proto_next_varint (&index, &skipped) && lucida_proto_next_varint (&index, &skipped)
         && lucida_proto_next_varint (&index, &length)
         && skipped <= (guint64) (index.end - index.at))
    {
      LucidaProto handle;

      index.at += skipped;
      if (length > (guint64) (index.end - index.at))
        break;
      lucida_proto_init (&handle, (LucidaSpan){ index.at, (gsize) length });
      repair_block (table, size, &handle, &ignored);
      index.at += length;
    }
  /* once more: the blocks may lie over the index */
  lucida_proto_init (&footer, (LucidaSpan){ table + size - FOOTER_SIZE, FOOTER_SIZE - 8 });
  if (lucida_proto_next_varint (&footer, &skipped) && lucida_proto_next_varint (&footer, &skipped))
    repair_block (table, size, &footer, &ignored);
  return table;
}

/* Multiplications that the plan's layers need, roughly. */
static double
estimate_work (const LucidaPlan *plan)
{
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);
  double work = 0;

  for (int i = 0; i < n; i++)
    {
      double pixels = MAX (1.0, (double) layers[i].height * layers[i].width);

      work += pixels * (layers[i].channels + (double) layers[i].parameters);
    }
  return work;
}

static void
run_plan (LucidaPlan *plan, LucidaPool *pool)
{
  g_autoptr (LucidaTensor) input = NULL;
  g_autoptr (LucidaActivations) activations = NULL;
  g_autoptr (LucidaGradients) gradients = NULL;
  g_autofree float *weights = NULL;
  GError *error = NULL;
  int layer = lucida_plan_get_default_layer (plan), n, value;

  input = lucida_tensor_new (LUCIDA_FLOAT32, lucida_plan_get_input_shape (plan), &error);
  if (!input)
    {
      fuzz_check_outcome (FALSE, &error);
      return;
    }
  activations = lucida_plan_forward (plan, input, TRUE, pool, NULL, NULL, NULL, &error);
  fuzz_check_outcome (activations != NULL, &error);
  if (!activations || layer < 0)
    return;
  value = lucida_plan_get_layers (plan, &n)[layer].value;
  weights = g_new0 (float, lucida_plan_get_n_classes (plan));
  weights[0] = 1;
  gradients = lucida_plan_backward (plan, activations, weights, &value, 1, pool, NULL, NULL, NULL,
                                    &error);
  fuzz_check_outcome (gradients != NULL, &error);
}

void
fuzz_run_network (LucidaNetwork *network)
{
  static LucidaPool *pool;
  g_autoptr (LucidaPlan) plan = NULL;
  GError *error = NULL;
  LucidaShape shape;
  int channels, height, width;

  for (int i = 0; i < lucida_network_get_n_nodes (network); i++)
    g_assert_true (
        g_utf8_validate (lucida_node_get_name (lucida_network_get_node (network, i)), -1, NULL));
  if (!pool)
    pool = lucida_pool_new (1);
  if (!lucida_network_get_input_size (network, &channels, &height, &width))
    return;
  shape = lucida_network_get_shape_for (network, height > 0 ? height : SMALL,
                                        width > 0 ? width : SMALL);
  for (int i = 0; i < shape.rank; i++)
    if (shape.dim[i] < 1 || shape.dim[i] > 4096)
      return;
  plan = lucida_plan_new (network, &shape, pool, NULL, &error);
  fuzz_check_outcome (plan != NULL, &error);
  if (plan && estimate_work (plan) <= MAX_WORK)
    run_plan (plan, pool);
}
