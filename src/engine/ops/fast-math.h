#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* exp, ln (1 + x), tanh and erf to float accuracy without branches or calls, so that loops over
 * them are turned into vector code. NaN stays NaN. */

static inline float
lucida_power_of_two (guint32 exponent) /* biased: 127 is 1 */
{
  guint32 bits = exponent << 23;
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* e^x = 2^n·e^r with n = round (x/ln 2), |r| <= ln 2/2; ln 2 in two parts; error below 2 ulp.
 * Polynomial: Cephes' expf. */
static inline float
lucida_exp (float x)
{
  const float magic = 12582912.0f; /* 1.5·2^23: adding it rounds to whole numbers */
  float shifted, n, r, y;
  guint32 bits, half;

  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  shifted = x * 1.44269504088896341f + magic;
  memcpy (&bits, &shifted, sizeof bits);
  bits -= 0x4b400000u; /* n as a number in two's complement */
  n = shifted - magic;
  r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  y = 1.9875691500e-4f;
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1.0f;
  /* 2^n in two factors, for it may lie outside the normal numbers where y·2^n does not. */
  half = ((bits + 256u) >> 1) - 128u;
  return y * lucida_power_of_two ((half + 127u) & 255u)
         * lucida_power_of_two ((bits - half + 127u) & 255u);
}

/* ln (1 + x) for 0 <= x <= 1: ln u by Cephes' logf with u = 1 + x between √½ and √2 after at most
 * one halving, and what rounding u took away. */
static inline float
lucida_log1p (float x)
{
  float u = 1.0f + x, lost = (u - 1.0f) - x, f, z, y;
  float half = u > 1.41421356f ? 0.6931471806f : 0.0f;

  f = (u > 1.41421356f ? 0.5f * u : u) - 1.0f;
  z = f * f;
  y = 7.0376836292e-2f;
  y = y * f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  y = y * f * z - 0.5f * z;
  return f + y + half - lost / u;
}

static inline float
lucida_sigmoid (float x)
{
  return 1.0f / (1.0f + lucida_exp (-x));
}

/* Below 0.625 Cephes' polynomial, above 1 - 2/(e^2x + 1). */
static inline float
lucida_tanh (float x)
{
  float size = x < 0 ? -x : x, z = x * x, small, large;

  small = -5.70498872745e-3f;
  small = small * z + 2.06390887954e-2f;
  small = small * z - 5.37397155531e-2f;
  small = small * z + 1.33314422036e-1f;
  small = small * z - 3.33332819422e-1f;
  small = small * z * x + x;
  large = 1.0f - 2.0f / (lucida_exp (2.0f * size) + 1.0f);
  large = x < 0 ? -large : large;
  return size < 0.625f ? small : large;
}

/* x·P(x²)/Q(x²), a minimax fit on [-4, 4]; beyond, erf is ±1 in float. */
static inline float
lucida_erf (float x)
{
  float z, p, q;

  x = x > 4.0f ? 4.0f : x;
  x = x < -4.0f ? -4.0f : x;
  z = x * x;
  p = -2.72614225801306e-10f;
  p = p * z + 2.77068142495902e-08f;
  p = p * z - 2.10102402082508e-06f;
  p = p * z - 5.69250639462346e-05f;
  p = p * z - 7.34990630326855e-04f;
  p = p * z - 2.95459980854025e-03f;
  p = p * z - 1.60960333262415e-02f;
  q = -1.45660718464996e-05f;
  q = q * z - 2.13374055278905e-04f;
  q = q * z - 1.68282697438203e-03f;
  q = q * z - 7.37332916720468e-03f;
  q = q * z - 1.42647390514189e-02f;
  return x * p / q;
}

G_END_DECLS
