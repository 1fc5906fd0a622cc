#include "base/error.h"

G_DEFINE_QUARK (lucida - error - quark, lucida_error)

gboolean
lucida_error_set_cancelled (GError **error, gboolean cancelled)
{
  if (cancelled)
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED, "stopped");
  return cancelled;
}
