#pragma once

#include "app/window.h"
#include "explorer/session.h"
#include "publish/overlay-file.h"

G_BEGIN_DECLS

typedef struct _LucidaCanvasFrame LucidaCanvasFrame;
typedef struct _LucidaClassList LucidaClassList;
typedef struct _LucidaErrorBar LucidaErrorBar;
typedef struct _LucidaFileWatch LucidaFileWatch;
typedef struct _LucidaFilmStrip LucidaFilmStrip;
typedef struct _LucidaLayerList LucidaLayerList;
typedef struct _LucidaMethodSwitch LucidaMethodSwitch;
typedef struct _LucidaOverlayPanel LucidaOverlayPanel;
typedef struct _LucidaPresentation LucidaPresentation;
typedef struct _LucidaStatusBar LucidaStatusBar;

struct _LucidaWindow
{
  GtkApplicationWindow parent_instance;

  GtkLabel *model_name;
  GtkMenuButton *model_menu;
  LucidaMethodSwitch *method_switch;
  LucidaErrorBar *error_bar;
  LucidaErrorBar *changed_bar;
  GtkWidget *content;
  LucidaFilmStrip *film_strip;
  LucidaCanvasFrame *frame;
  LucidaClassList *class_list;
  LucidaLayerList *layer_list;
  LucidaOverlayPanel *overlay_panel;
  LucidaStatusBar *status_bar;

  LucidaSession *session;
  GSettings *settings; /* (nullable) */
  gboolean closed;
  gboolean show_strip;     /* where there are several pictures */
  gboolean picture_failed; /* what the bar says is that the selected picture cannot be read */
  gboolean picture_asked;  /* something has been opened, or is being opened */
  gboolean model_asked;
  LucidaFileWatch *picture_watch;
  LucidaFileWatch *model_watch;
  LucidaNetwork *watched_network; /* read from the model's file as it is watched; (nullable) */
  gboolean picture_stale;         /* the file is another one by now */
  gboolean model_stale;
  GMenu *recent_models;             /* in the menu beside the model's name */
  char *recent_picture;             /* was asked for by hand and may be remembered; (nullable) */
  GtkWidget *editor;                /* (nullable) */
  GtkWidget *preferences;           /* (nullable) */
  char *folder;                     /* where the last file was chosen; (nullable) */
  LucidaPresentation *presentation; /* while it lasts; (nullable) */
  GtkWidget *export_options;        /* (nullable) */
  GtkWidget *export_folder;         /* (nullable) */
  GtkWidget *export_sheet;          /* (nullable) */
  LucidaOverlayOptions options;     /* of what is to be exported */
};

/* window-actions.c */
void _lucida_window_install_actions (GtkWidgetClass *klass);
void _lucida_window_update_actions (LucidaWindow *self);

/* Asks for a file, and writes what is shown to it; @options but for the style. */
void _lucida_window_export (LucidaWindow *self, GtkWindow *parent, const char *suffix,
                            const LucidaOverlayOptions *options);

/* window-export.c */
void _lucida_window_install_export_actions (GtkWidgetClass *klass);
/* The style has changed, which what is exported follows. */
void _lucida_window_pass_style (LucidaWindow *self);
/* window-compare.c */
void _lucida_window_install_compare (GtkWidgetClass *klass);
void _lucida_window_add_compare (LucidaWindow *self);

/* window-dnd.c */
void _lucida_window_add_drop_target (LucidaWindow *self);

/* window-strip.c */
void _lucida_window_install_strip (GtkWidgetClass *klass);
void _lucida_window_add_strip (LucidaWindow *self);
/* Shows it or not: as is wished, where there are several pictures, but not in a presentation. */
void _lucida_window_update_strip (LucidaWindow *self);

/* Opens pictures and folders of pictures that a person has asked for. */
void _lucida_window_open_pictures (LucidaWindow *self, const char *const *paths);
/* Says where a picture has come without its neighbours. */
void _lucida_window_hint (LucidaWindow *self);

/* window-recent.c */
void _lucida_window_install_recent (GtkWidgetClass *klass);
void _lucida_window_add_recent (LucidaWindow *self);

/* window-preferences.c */
void _lucida_window_install_preferences (GtkWidgetClass *klass);
/* Lets models be shown as they were looked at last; before any is opened. */
void _lucida_window_remember_choices (LucidaWindow *self);
/* After the settings are there. */
void _lucida_window_apply_preferences (LucidaWindow *self);
/* window-present.c */
void _lucida_window_add_presentation (LucidaWindow *self);
/* Begins one, or ends it. */
void _lucida_window_present (LucidaWindow *self);
void _lucida_window_end_presentation (LucidaWindow *self);

/* window-watch.c */
void _lucida_window_add_watches (LucidaWindow *self);
void _lucida_window_drop_watches (LucidaWindow *self);
/* Opens again what has changed on disk. */
void _lucida_window_reload (LucidaWindow *self);

G_END_DECLS
