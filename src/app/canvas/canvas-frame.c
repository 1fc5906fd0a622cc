#include "config.h"

#include "app/canvas/canvas-frame.h"

#include "app/canvas/canvas-foot.h"
#include "app/canvas/canvas.h"
#include "app/canvas/compare-view.h"
#include "app/canvas/legend-bar.h"
#include "app/parts/template.h"
#include "app/parts/text.h"

#include <glib/gi18n.h>

#define PROBE_ABOVE 14 /* pixels from the upper edge */
#define PROBE_BELOW 66 /* the same, below what the halves are called */
#define CAPTION_LINES 3

struct _LucidaCanvasFrame
{
  GtkWidget parent_instance;

  LucidaCanvas *canvas;
  LucidaCompareView *compare;
  GtkLabel *caption;
  GtkLabel *probe;
  GtkLabel *note;
  LucidaLegendBar *legend;
  GtkToggleButton *bare_button;

  LucidaSession *session;
  gboolean bare_held; /* by a key or the pointer */
  gboolean presenting;
};

G_DEFINE_FINAL_TYPE (LucidaCanvasFrame, lucida_canvas_frame, GTK_TYPE_WIDGET)

/* A pill without words is not shown. */
static void
set_pill (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

static void
show_explanation (LucidaCanvasFrame *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  LucidaPicture *picture = lucida_session_get_picture (self->session);
  LucidaExplanation *explanation = lucida_session_get_explanation (self->session);
  LucidaPlacement placement = { 0 };
  gboolean compared = lucida_compare_view_is_active (self->compare);
  gboolean found = FALSE;
  g_autofree char *caption = NULL;
  g_autofree char *description = NULL;
  const char *note = NULL;

  if (explanation && model && picture && lucida_session_get_placement (self->session, &placement))
    {
      g_autofree char *class = lucida_text_class (model, explanation);
      g_autofree char *layer = lucida_text_layer (model, explanation);

      found = explanation->heatmap->evidence == LUCIDA_EVIDENCE_FOUND;
      if (!found && !compared)
        note = _ (lucida_evidence_get_note (explanation->heatmap->evidence));
      lucida_legend_bar_set_range (self->legend, explanation->heatmap->min,
                                   explanation->heatmap->max);
      if (compared)
        {
          LucidaExplanation *other = lucida_session_get_other_explanation (self->session);

          lucida_legend_bar_set_several (self->legend);
          found = found || (other && other->heatmap->evidence == LUCIDA_EVIDENCE_FOUND);
          caption = lucida_compare_view_dup_common (self->compare);
          description = lucida_compare_view_describe (self->compare);
        }
      if (!caption)
        caption = self->presenting ? g_strdup_printf ("%s  ·  %s  ·  %s", class,
                                                      explanation->method->title, layer)
                                   : g_strdup_printf ("%s  ·  %s", class, layer);
      if (!description)
        description = lucida_text_describe (model, explanation);
      lucida_canvas_set_map (self->canvas, LUCIDA_HALF_MAIN, explanation->heatmap, &placement);
    }
  else
    lucida_canvas_set_map (self->canvas, LUCIDA_HALF_MAIN, NULL, NULL);

  if (!picture && !lucida_session_get_busy (self->session, NULL, NULL))
    note = lucida_session_get_position (self->session) == LUCIDA_NO_POSITION
               ? _ ("Open a picture, or drop one here")
               : _ ("This picture cannot be shown");
  set_pill (self->caption, caption);
  set_pill (self->note, note);
  gtk_widget_set_visible (GTK_WIDGET (self->legend), found);
  gtk_widget_set_visible (GTK_WIDGET (self->bare_button), picture != NULL);
  if (!description)
    description
        = picture ? g_strdup_printf (_ ("Picture %s"), picture->name) : g_strdup (_ ("No picture"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->canvas), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  description, -1);
}

/* What lies on the canvas has other places when there are two halves. */
static void
show_view (LucidaCanvasFrame *self)
{
  gboolean compared = lucida_compare_view_is_active (self->compare);

  gtk_widget_set_halign (GTK_WIDGET (self->probe), compared ? GTK_ALIGN_CENTER : GTK_ALIGN_END);
  gtk_widget_set_margin_top (GTK_WIDGET (self->probe), compared ? PROBE_BELOW : PROBE_ABOVE);
  show_explanation (self);
}

static void
show_picture (LucidaCanvasFrame *self)
{
  lucida_canvas_set_picture (self->canvas, lucida_session_get_picture (self->session));
  show_view (self);
}

/* Without a picture there is a hint, but not while one is being opened. */
static void
busy_changed_cb (LucidaCanvasFrame *self)
{
  if (!lucida_session_get_picture (self->session))
    show_explanation (self);
}

static void
probe_changed_cb (LucidaCanvasFrame *self)
{
  g_autofree char *text = NULL;

  g_object_get (self->canvas, "probe-text", &text, NULL);
  set_pill (self->probe, text);
}

static void
bare_changed_cb (LucidaCanvasFrame *self)
{
  gboolean bare = self->bare_held || gtk_toggle_button_get_active (self->bare_button);

  if (bare)
    gtk_widget_add_css_class (GTK_WIDGET (self), "bare");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "bare");
  lucida_canvas_set_bare (self->canvas, bare);
}

static void
bare_pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, LucidaCanvasFrame *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_set_state_flags (GTK_WIDGET (self->bare_button), GTK_STATE_FLAG_ACTIVE, FALSE);
  lucida_canvas_frame_set_bare (self, TRUE);
}

static void
bare_released_cb (LucidaCanvasFrame *self)
{
  gtk_widget_unset_state_flags (GTK_WIDGET (self->bare_button), GTK_STATE_FLAG_ACTIVE);
  gtk_toggle_button_set_active (self->bare_button, FALSE);
  lucida_canvas_frame_set_bare (self, FALSE);
}

/* Under the pointer the button springs back; its own gesture would leave it pressed. From the
 * keyboard it is switched on and off. */
static void
add_bare_gesture (LucidaCanvasFrame *self)
{
  GtkWidget *button = GTK_WIDGET (self->bare_button);
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (button);
  GtkGesture *click = gtk_gesture_click_new ();

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_GESTURE_CLICK (controller))
        gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_NONE);
    }
  g_signal_connect (click, "pressed", G_CALLBACK (bare_pressed_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (bare_released_cb), self);
  g_signal_connect_swapped (click, "cancel", G_CALLBACK (bare_released_cb), self);
  gtk_widget_add_controller (button, GTK_EVENT_CONTROLLER (click));
}

static void
lucida_canvas_frame_dispose (GObject *object)
{
  LucidaCanvasFrame *self = LUCIDA_CANVAS_FRAME (object);

  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  lucida_template_dispose (GTK_WIDGET (self));
  G_OBJECT_CLASS (lucida_canvas_frame_parent_class)->dispose (object);
}

static void
lucida_canvas_frame_class_init (LucidaCanvasFrameClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_canvas_frame_dispose;
  g_type_ensure (LUCIDA_TYPE_CANVAS);
  g_type_ensure (LUCIDA_TYPE_CANVAS_FOOT);
  g_type_ensure (LUCIDA_TYPE_COMPARE_VIEW);
  g_type_ensure (LUCIDA_TYPE_LEGEND_BAR);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/canvas-frame.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaCanvasFrame, canvas);
  gtk_widget_class_bind_template_child (widget_class, LucidaCanvasFrame, compare);
  gtk_widget_class_bind_template_child (widget_class, LucidaCanvasFrame, caption);
  gtk_widget_class_bind_template_child (widget_class, LucidaCanvasFrame, probe);
  gtk_widget_class_bind_template_child (widget_class, LucidaCanvasFrame, note);
  gtk_widget_class_bind_template_child (widget_class, LucidaCanvasFrame, legend);
  gtk_widget_class_bind_template_child (widget_class, LucidaCanvasFrame, bare_button);
  gtk_widget_class_bind_template_callback (widget_class, probe_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, bare_changed_cb);
}

static void
lucida_canvas_frame_init (LucidaCanvasFrame *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  add_bare_gesture (self);
}

void
lucida_canvas_frame_set_session (LucidaCanvasFrame *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_CANVAS_FRAME (self) && self->session == NULL);

  self->session = g_object_ref (session);
  lucida_canvas_set_worker (self->canvas, lucida_session_get_worker (session));
  lucida_compare_view_set_session (self->compare, session, self->canvas);
  g_signal_connect_swapped (session, "picture-changed", G_CALLBACK (show_picture), self);
  g_signal_connect_swapped (session, "explanation-changed", G_CALLBACK (show_explanation), self);
  g_signal_connect_swapped (session, "other-changed", G_CALLBACK (show_explanation), self);
  g_signal_connect_swapped (session, "busy-changed", G_CALLBACK (busy_changed_cb), self);
  show_picture (self);
}

void
lucida_canvas_frame_set_style (LucidaCanvasFrame *self, const LucidaOverlayStyle *style)
{
  g_return_if_fail (LUCIDA_IS_CANVAS_FRAME (self));

  lucida_legend_bar_set_colormap (self->legend, style->colormap);
  lucida_canvas_set_style (self->canvas, style);
}

void
lucida_canvas_frame_set_view (LucidaCanvasFrame *self, LucidaCanvasView view)
{
  g_return_if_fail (LUCIDA_IS_CANVAS_FRAME (self));

  lucida_compare_view_set_view (self->compare, view);
  show_view (self);
}

void
lucida_canvas_frame_close (LucidaCanvasFrame *self)
{
  g_return_if_fail (LUCIDA_IS_CANVAS_FRAME (self));

  lucida_canvas_set_worker (self->canvas, NULL);
}

void
lucida_canvas_frame_zoom_in (LucidaCanvasFrame *self)
{
  lucida_canvas_zoom_in (self->canvas);
}

void
lucida_canvas_frame_zoom_out (LucidaCanvasFrame *self)
{
  lucida_canvas_zoom_out (self->canvas);
}

void
lucida_canvas_frame_zoom_fit (LucidaCanvasFrame *self)
{
  lucida_canvas_zoom_fit (self->canvas);
}

void
lucida_canvas_frame_zoom_one (LucidaCanvasFrame *self)
{
  lucida_canvas_zoom_one (self->canvas);
}

void
lucida_canvas_frame_pan (LucidaCanvasFrame *self, int right, int down)
{
  lucida_canvas_pan (self->canvas, right, down);
}

void
lucida_canvas_frame_set_bare (LucidaCanvasFrame *self, gboolean bare)
{
  g_return_if_fail (LUCIDA_IS_CANVAS_FRAME (self));

  self->bare_held = bare;
  bare_changed_cb (self);
}

void
lucida_canvas_frame_set_presenting (LucidaCanvasFrame *self, gboolean presenting)
{
  g_return_if_fail (LUCIDA_IS_CANVAS_FRAME (self));

  self->presenting = presenting;
  if (presenting)
    gtk_widget_add_css_class (GTK_WIDGET (self), "presenting");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "presenting");
  /* of what is shown in large type nothing may be lost */
  gtk_label_set_lines (self->caption, presenting ? -1 : CAPTION_LINES);
  gtk_label_set_ellipsize (self->caption, presenting ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  show_explanation (self);
}

void
lucida_canvas_frame_set_idle (LucidaCanvasFrame *self, gboolean idle)
{
  g_return_if_fail (LUCIDA_IS_CANVAS_FRAME (self));

  if (idle)
    gtk_widget_add_css_class (GTK_WIDGET (self), "idle");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "idle");
  lucida_canvas_hide_pointer (self->canvas, idle);
}
