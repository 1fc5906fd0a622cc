#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 256 colours from cold to hot. */
typedef struct
{
  const char *name;       /* "turbo": on the command line */
  const char *title;      /* "Turbo": for people */
  const guint8 (*rgb)[3]; /* [256][3] */
} LucidaColormap;

/* jet, turbo, viridis, inferno, grey; ends with NULL. */
extern const LucidaColormap *const lucida_colormaps[];

/* By name, case ignored. (nullable) */
const LucidaColormap *lucida_colormap_find (const char *name);

G_END_DECLS
