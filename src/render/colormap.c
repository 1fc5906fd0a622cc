#include "render/colormap.h"

#include "render/colormap-tables-private.h"

#include <glib/gi18n.h>

static const LucidaColormap jet = { "jet", "Jet", _lucida_colormap_jet };
static const LucidaColormap turbo = { "turbo", "Turbo", _lucida_colormap_turbo };
static const LucidaColormap viridis = { "viridis", "Viridis", _lucida_colormap_viridis };
static const LucidaColormap inferno = { "inferno", "Inferno", _lucida_colormap_inferno };
static const LucidaColormap grey = { "grey", N_ ("Grey"), _lucida_colormap_grey };

const LucidaColormap *const lucida_colormaps[] = { &jet, &turbo, &viridis, &inferno, &grey, NULL };

const LucidaColormap *
lucida_colormap_find (const char *name)
{
  for (gsize i = 0; lucida_colormaps[i]; i++)
    if (g_ascii_strcasecmp (lucida_colormaps[i]->name, name) == 0)
      return lucida_colormaps[i];
  return NULL;
}
