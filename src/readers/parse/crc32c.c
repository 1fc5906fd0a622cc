#include "readers/parse/crc32c.h"

#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* bits reversed */
#define MASK_DELTA 0xa282ead8u

/* tables[k][b]: the checksum of byte b followed by k zeros. */
static guint32 tables[8][256];

static void
fill_tables (void)
{
  for (guint b = 0; b < 256; b++)
    {
      guint32 crc = b;

      for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
      tables[0][b] = crc;
    }
  for (int k = 1; k < 8; k++)
    for (guint b = 0; b < 256; b++)
      tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 255];
}

#if defined(__x86_64__)
/* The processor's own instruction. */
__attribute__ ((target ("sse4.2"))) static guint32
crc_by_instruction (guint32 crc, const guint8 *data, gsize size)
{
  guint64 wide = crc;

  for (; size >= 8; size -= 8, data += 8)
    {
      guint64 word;

      memcpy (&word, data, sizeof word);
      wide = __builtin_ia32_crc32di (wide, word);
    }
  crc = (guint32) wide;
  for (; size > 0; size--, data++)
    crc = __builtin_ia32_crc32qi (crc, *data);
  return crc;
}
#endif

static guint32
crc_by_tables (guint32 crc, const guint8 *data, gsize size)
{
  static gsize filled = 0;

  if (g_once_init_enter (&filled))
    {
      fill_tables ();
      g_once_init_leave (&filled, 1);
    }
  for (; size >= 8; size -= 8, data += 8)
    {
      crc ^= (guint32) data[0] | (guint32) data[1] << 8 | (guint32) data[2] << 16
             | (guint32) data[3] << 24;
      crc = tables[7][crc & 255] ^ tables[6][crc >> 8 & 255] ^ tables[5][crc >> 16 & 255]
            ^ tables[4][crc >> 24] ^ tables[3][data[4]] ^ tables[2][data[5]] ^ tables[1][data[6]]
            ^ tables[0][data[7]];
    }
  for (; size > 0; size--, data++)
    crc = tables[0][(crc ^ *data) & 255] ^ crc >> 8;
  return crc;
}

guint32
lucida_crc32c (guint32 crc, const guint8 *data, gsize size)
{
  crc = ~crc;
#if defined(__x86_64__)
  if (__builtin_cpu_supports ("sse4.2"))
    return ~crc_by_instruction (crc, data, size);
#endif
  return ~crc_by_tables (crc, data, size);
}

guint32
lucida_crc32c_mask (guint32 crc)
{
  return (crc >> 15 | crc << 17) + MASK_DELTA;
}
