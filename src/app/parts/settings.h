#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The settings kept from one start to the next; NULL where their schema is not installed: then
 * nothing is remembered and everything else works. (transfer full) (nullable) */
GSettings *lucida_settings_new (void);

G_END_DECLS
