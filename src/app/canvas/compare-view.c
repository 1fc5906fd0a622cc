#include "config.h"

#include "app/canvas/compare-view.h"

#include "app/canvas/compare-chooser.h"
#include "app/canvas/split-handle.h"
#include "app/parts/template.h"
#include "app/parts/text.h"

#include <glib/gi18n.h>

#define MARGIN 14 /* from the edges of a half to what lies on it */

struct _LucidaCompareView
{
  GtkWidget parent_instance;

  LucidaSplitHandle *handle;
  GtkLabel *main_pill;
  GtkMenuButton *other_pill;
  GtkLabel *other_text;
  GtkSpinner *spinner;
  LucidaCompareChooser *chooser;
  GtkLabel *main_note;
  GtkLabel *other_note;

  LucidaSession *session;
  LucidaCanvas *canvas; /* not owned */
  LucidaCanvasView view;
  LucidaQuestion *kept;   /* what was compared last; (nullable) */
  LucidaNetwork *network; /* that it was asked of; (nullable) */
};

G_DEFINE_FINAL_TYPE (LucidaCompareView, lucida_compare_view, GTK_TYPE_WIDGET)

/* What a half shows, in words. */
typedef struct
{
  char *why;    /* "why dog" */
  char *answer; /* "dog 19 %", or the same as why without an answer */
  const char *method;
  char *layer;
  const LucidaExplanation *explanation; /* (nullable) */
} Half;

typedef struct
{
  Half main;
  Half other;
} Halves;

static void
half_clear (Half *self)
{
  g_free (self->why);
  g_free (self->answer);
  g_free (self->layer);
}

static void
halves_clear (Halves *self)
{
  half_clear (&self->main);
  half_clear (&self->other);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Halves, halves_clear)

/* Fills in a half from its answer or, before there is one, from what is asked; %FALSE if neither is
 * known. */
static gboolean
half_init (Half *self, LucidaModel *model, const LucidaExplanation *explanation,
           const LucidaQuestion *question)
{
  if (!model || (!explanation && !question))
    return FALSE;
  self->explanation = explanation;
  if (explanation)
    {
      self->why = lucida_text_why (model, explanation->class_index, explanation->against_index);
      self->answer = lucida_text_class (model, explanation);
      self->layer = lucida_text_layer (model, explanation);
      self->method = explanation->method->title;
    }
  else
    {
      self->why = lucida_text_why (model, question->class_index, question->against_index);
      self->answer = g_strdup (self->why);
      self->layer = lucida_text_layers (model, question->layers);
      self->method = question->method->title;
    }
  return TRUE;
}

static gboolean
halves_init (Halves *halves, LucidaCompareView *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);

  return half_init (&halves->main, model, lucida_session_get_explanation (self->session), NULL)
         && half_init (&halves->other, model, lucida_session_get_other_explanation (self->session),
                       lucida_session_get_other_meant (self->session));
}

typedef enum
{
  ALIKE = 1 << 0,
  UNLIKE = 1 << 1,
} Parts;

/* What a half shows that the other one shows, too, or does not. */
static char *
join_parts (const Half *half, const Half *beside, Parts parts, const char *between)
{
  const char *texts[3][2] = {
    { half->why, beside->why },
    { half->method, beside->method },
    { half->layer, beside->layer },
  };
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gboolean alike = g_strcmp0 (texts[i][0], texts[i][1]) == 0;

      if (parts & (alike ? ALIKE : UNLIKE))
        g_string_append_printf (text, "%s%s", text->len ? between : "",
                                i == 0 && parts == ALIKE ? half->answer : texts[i][0]);
    }
  if (text->len == 0 && parts == UNLIKE)
    g_string_assign (text, half->why);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
set_name (gpointer widget, const char *format, const char *text)
{
  g_autofree char *name = g_strdup_printf (format, text);

  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* Why a half shows no heat. */
static void
set_note (GtkLabel *label, const LucidaExplanation *explanation)
{
  const char *note = explanation ? lucida_evidence_get_note (explanation->heatmap->evidence) : NULL;

  gtk_label_set_text (label, note ? _ (note) : "");
  gtk_widget_set_visible (GTK_WIDGET (label), note != NULL);
}

static gboolean
is_computing (LucidaCompareView *self)
{
  return !lucida_session_get_other_explanation (self->session)
         && lucida_session_get_busy (self->session, NULL, NULL);
}

static void
show_computing (LucidaCompareView *self)
{
  gboolean computing = lucida_compare_view_is_active (self) && is_computing (self);

  gtk_widget_set_visible (GTK_WIDGET (self->spinner), computing);
  gtk_spinner_set_spinning (self->spinner, computing);
}

static void
show_pills (LucidaCompareView *self)
{
  g_auto (Halves) halves = { 0 };
  const Half *a = &halves.main;
  const Half *b = &halves.other;
  gboolean known = halves_init (&halves, self);

  gtk_widget_set_visible (GTK_WIDGET (self->main_pill), known);
  if (known)
    {
      g_autofree char *main_text = join_parts (a, b, UNLIKE, "  ·  ");
      g_autofree char *other_text = join_parts (b, a, UNLIKE, "  ·  ");
      g_autofree char *main_name = join_parts (a, b, ALIKE | UNLIKE, ", ");
      g_autofree char *other_name = join_parts (b, a, ALIKE | UNLIKE, ", ");

      gtk_label_set_text (self->main_pill, main_text);
      gtk_label_set_text (self->other_text, other_text);
      /* Translators: what the one half of a comparison shows: "why dog, LayerCAM, conv5". */
      set_name (self->main_pill, _ ("Main half: %s"), main_name);
      /* Translators: what the other half of a comparison shows: "why dog, LayerCAM, conv5". */
      set_name (self->other_pill,
                is_computing (self) ? _ ("Other half, computing: %s") : _ ("Other half: %s"),
                other_name);
      gtk_widget_set_tooltip_text (GTK_WIDGET (self->other_pill), other_name);
    }
  else
    {
      gtk_label_set_text (self->other_text, _ ("Compare with"));
      set_name (self->other_pill, "%s", _ ("Compare with"));
      gtk_widget_set_tooltip_text (GTK_WIDGET (self->other_pill), NULL);
    }
  set_note (self->main_note, a->explanation);
  set_note (self->other_note, b->explanation);
}

static void
update (LucidaCompareView *self)
{
  LucidaExplanation *other = lucida_session_get_other_explanation (self->session);
  LucidaPlacement placement = { 0 };
  gboolean active = lucida_compare_view_is_active (self);

  if (other && lucida_session_get_placement (self->session, &placement))
    lucida_canvas_set_map (self->canvas, LUCIDA_HALF_OTHER, other->heatmap, &placement);
  else
    lucida_canvas_set_map (self->canvas, LUCIDA_HALF_OTHER, NULL, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), active);
  if (active)
    show_pills (self);
  show_computing (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* What was compared means nothing to another network. */
static void
model_changed_cb (LucidaCompareView *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);

  if (model && self->network != lucida_model_get_network (model))
    {
      g_clear_pointer (&self->network, lucida_network_unref);
      self->network = lucida_network_ref (lucida_model_get_network (model));
      g_clear_pointer (&self->kept, lucida_question_free);
    }
}

static void
position_changed_cb (LucidaCompareView *self)
{
  lucida_canvas_set_split (self->canvas, lucida_split_handle_get_position (self->handle));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* Where things lie. */

static void
allocate (gpointer child, int x, int y, int width, int height)
{
  gtk_widget_size_allocate (child, &(GtkAllocation){ x, y, width, height }, -1);
}

/* A menu button does not say how high it is at a width; the button inside does. */
static int
measure_height (gpointer pill, int width)
{
  GtkWidget *widget = GTK_IS_MENU_BUTTON (pill) ? gtk_widget_get_first_child (pill) : pill;
  int height;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  return height;
}

/* A pill lies at the upper outer corner of its half. Without room it is not shown, unless it is to
 * be @kept. */
static void
allocate_pill (LucidaCompareView *self, gpointer pill, LucidaHalf half, gboolean kept)
{
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  GdkRectangle area;
  int minimum, natural, room;

  if (!gtk_widget_get_visible (pill))
    return;
  lucida_canvas_get_half (self->canvas, half, &area);
  room = area.width - 2 * MARGIN;
  gtk_widget_measure (pill, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  gtk_widget_set_child_visible (pill, kept || room >= minimum);
  natural = MAX (minimum, MIN (natural, room));
  allocate (pill,
            (half == LUCIDA_HALF_MAIN) == mirrored ? area.x + area.width - MARGIN - natural
                                                   : area.x + MARGIN,
            MARGIN, natural, measure_height (pill, natural));
}

static void
allocate_note (LucidaCompareView *self, gpointer note, LucidaHalf half)
{
  GdkRectangle area;
  int minimum, natural, height, room;

  if (!gtk_widget_get_visible (note))
    return;
  lucida_canvas_get_half (self->canvas, half, &area);
  room = area.width - 2 * MARGIN;
  gtk_widget_measure (note, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  gtk_widget_set_child_visible (note, room >= minimum);
  natural = MAX (minimum, MIN (natural, room));
  gtk_widget_measure (note, GTK_ORIENTATION_VERTICAL, natural, NULL, &height, NULL, NULL);
  allocate (note, area.x + (area.width - natural) / 2, area.y + (area.height - height) / 2, natural,
            height);
}

static void
lucida_compare_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  LucidaCompareView *self = LUCIDA_COMPARE_VIEW (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  if (!self->canvas)
    return;
  if (gtk_widget_get_visible (GTK_WIDGET (self->handle)))
    {
      GdkRectangle area;
      int line;

      lucida_canvas_get_half (self->canvas, LUCIDA_HALF_MAIN, &area);
      line = mirrored ? area.x : area.x + area.width;
      gtk_widget_measure (GTK_WIDGET (self->handle), GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL,
                          NULL, NULL);
      allocate (self->handle,
                CLAMP (line - LUCIDA_SPLIT_HANDLE_WIDTH / 2, 0,
                       MAX (0, width - LUCIDA_SPLIT_HANDLE_WIDTH)),
                0, LUCIDA_SPLIT_HANDLE_WIDTH, MAX (height, LUCIDA_SPLIT_HANDLE_WIDTH));
    }
  allocate_pill (self, self->main_pill, LUCIDA_HALF_MAIN, FALSE);
  allocate_pill (self, self->other_pill, LUCIDA_HALF_OTHER, TRUE);
  allocate_note (self, self->main_note, LUCIDA_HALF_MAIN);
  allocate_note (self, self->other_note, LUCIDA_HALF_OTHER);
}

static void
lucida_compare_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                             int *minimum, int *natural, int *minimum_baseline,
                             int *natural_baseline)
{
  *minimum = *natural = 0;
}

static gboolean
lucida_compare_view_contains (GtkWidget *widget, double x, double y)
{
  return FALSE;
}

static void
lucida_compare_view_dispose (GObject *object)
{
  LucidaCompareView *self = LUCIDA_COMPARE_VIEW (object);

  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  self->canvas = NULL;
  g_clear_pointer (&self->kept, lucida_question_free);
  g_clear_pointer (&self->network, lucida_network_unref);
  lucida_template_dispose (GTK_WIDGET (self));
  G_OBJECT_CLASS (lucida_compare_view_parent_class)->dispose (object);
}

static void
lucida_compare_view_class_init (LucidaCompareViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_compare_view_dispose;
  widget_class->size_allocate = lucida_compare_view_size_allocate;
  widget_class->measure = lucida_compare_view_measure;
  widget_class->contains = lucida_compare_view_contains;
  g_type_ensure (LUCIDA_TYPE_COMPARE_CHOOSER);
  g_type_ensure (LUCIDA_TYPE_SPLIT_HANDLE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/compare-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareView, handle);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareView, main_pill);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareView, other_pill);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareView, other_text);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareView, spinner);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareView, chooser);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareView, main_note);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareView, other_note);
  gtk_widget_class_bind_template_callback (widget_class, position_changed_cb);
}

static void
lucida_compare_view_init (LucidaCompareView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lucida_compare_view_set_session (LucidaCompareView *self, LucidaSession *session,
                                 LucidaCanvas *canvas)
{
  g_return_if_fail (LUCIDA_IS_COMPARE_VIEW (self) && self->session == NULL);

  self->session = g_object_ref (session);
  self->canvas = canvas;
  lucida_compare_chooser_set_session (self->chooser, session);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (model_changed_cb), self);
  g_signal_connect_swapped (session, "picture-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (session, "explanation-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (session, "other-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (session, "busy-changed", G_CALLBACK (show_computing), self);
  model_changed_cb (self);
  update (self);
}

void
lucida_compare_view_set_view (LucidaCompareView *self, LucidaCanvasView view)
{
  static const LucidaQuestion runner_up = { LUCIDA_RUNNER_UP, LUCIDA_NO_CLASS, NULL, NULL };
  gboolean two = view != LUCIDA_VIEW_SINGLE;

  g_return_if_fail (LUCIDA_IS_COMPARE_VIEW (self));

  self->view = view;
  lucida_canvas_set_view (self->canvas, view);
  gtk_widget_set_visible (GTK_WIDGET (self->handle), view == LUCIDA_VIEW_SPLIT);
  if (two && !lucida_session_get_other (self->session))
    lucida_session_set_other (self->session, self->kept ? self->kept : &runner_up);
  else if (!two && lucida_session_get_other (self->session))
    {
      g_clear_pointer (&self->kept, lucida_question_free);
      self->kept = lucida_question_copy (lucida_session_get_other (self->session));
      lucida_session_set_other (self->session, NULL);
    }
  update (self);
}

gboolean
lucida_compare_view_is_active (LucidaCompareView *self)
{
  g_return_val_if_fail (LUCIDA_IS_COMPARE_VIEW (self), FALSE);

  return self->view != LUCIDA_VIEW_SINGLE && lucida_session_get_picture (self->session) != NULL;
}

char *
lucida_compare_view_dup_common (LucidaCompareView *self)
{
  g_auto (Halves) halves = { 0 };

  g_return_val_if_fail (LUCIDA_IS_COMPARE_VIEW (self), NULL);

  if (!lucida_compare_view_is_active (self) || !halves_init (&halves, self))
    return NULL;
  return join_parts (&halves.main, &halves.other, ALIKE, "  ·  ");
}

char *
lucida_compare_view_describe (LucidaCompareView *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  g_auto (Halves) halves = { 0 };
  const Half *a = &halves.main;
  const Half *b = &halves.other;
  g_autofree char *main_text = NULL;
  g_autofree char *other_text = NULL;
  g_autofree char *main_map = NULL;
  g_autofree char *other_map = NULL;

  g_return_val_if_fail (LUCIDA_IS_COMPARE_VIEW (self), NULL);

  if (!lucida_compare_view_is_active (self) || !halves_init (&halves, self))
    return NULL;
  main_text = join_parts (a, b, UNLIKE, ", ");
  other_text = join_parts (b, a, UNLIKE, ", ");
  main_map = lucida_text_describe (model, a->explanation);
  other_map = b->explanation ? lucida_text_describe (model, b->explanation)
                             : g_strdup (_ ("not computed yet"));
  /* Translators: two halves: what each shows ("why cat"), and its map in a sentence. */
  return g_strdup_printf (_ ("%s: %s; compared with %s: %s"), main_text, main_map, other_text,
                          other_map);
}
