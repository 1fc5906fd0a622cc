#pragma once

#include <glib.h>

G_BEGIN_DECLS

extern const guint8 _lucida_colormap_grey[256][3];
extern const guint8 _lucida_colormap_inferno[256][3];
extern const guint8 _lucida_colormap_jet[256][3];
extern const guint8 _lucida_colormap_turbo[256][3];
extern const guint8 _lucida_colormap_viridis[256][3];

G_END_DECLS
