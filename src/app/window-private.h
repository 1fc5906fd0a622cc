#pragma once

#include "app/canvas-frame.h"
#include "app/class-list.h"
#include "app/error-bar.h"
#include "app/layer-list.h"
#include "app/method-switch.h"
#include "app/overlay-panel.h"
#include "app/status-bar.h"
#include "app/window.h"
#include "explorer/session.h"

G_BEGIN_DECLS

struct _LucidaWindow
{
  GtkApplicationWindow parent_instance;

  GtkLabel *model_name;
  LucidaMethodSwitch *method_switch;
  LucidaErrorBar *error_bar;
  GtkWidget *content;
  LucidaCanvasFrame *frame;
  LucidaClassList *class_list;
  LucidaLayerList *layer_list;
  LucidaOverlayPanel *overlay_panel;
  LucidaStatusBar *status_bar;

  LucidaSession *session;
  GSettings *settings; /* (nullable) */
  gboolean closed;
  gboolean picture_asked; /* something has been opened, or is being opened */
  gboolean model_asked;
  char *folder; /* where the last file was chosen; (nullable) */
};

/* window-actions.c */
void _lucida_window_install_actions (GtkWidgetClass *klass);
void _lucida_window_update_actions (LucidaWindow *self);

/* window-dnd.c */
void _lucida_window_add_drop_target (LucidaWindow *self);

G_END_DECLS
