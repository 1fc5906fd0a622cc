#pragma once

#include "explorer/explanation.h"
#include "explorer/model.h"
#include "explorer/picture-list.h"
#include "explorer/trial.h"
#include "explorer/worker.h"
#include "picture/picture.h"

G_BEGIN_DECLS

/* What a person looks at: one model, one picture, one question, and the latest answer. Lives on the
 * main thread; everything long runs on its worker, newest request wins. What was shown before stays
 * until the new one is ready, and stays if the new one fails.
 *
 * Signals (no arguments unless said):
 *   "model-changed"        another model (or its preprocessing) is in force
 *   "picture-changed"      another picture is shown
 *   "scores-changed"       logits and probabilities of the present picture are there
 *   "question-changed"     class, against, layers or method of the question
 *   "explanation-changed"  another answer (or none) is in force
 *   "position-changed"     another one of the open pictures is selected, or it is elsewhere
 *   "layer-maps-changed"   lucida_session_get_layer_map() of some or all layers
 *   "other-changed"        the second question, what it means, or its answer
 *   "busy-changed"         lucida_session_get_busy(), its fraction or what it says
 *   "failed" (char *)      one sentence; the state before it stays
 */
#define LUCIDA_TYPE_SESSION (lucida_session_get_type ())
G_DECLARE_FINAL_TYPE (LucidaSession, lucida_session, LUCIDA, SESSION, GObject)

LucidaSession *lucida_session_new (void); /* (transfer full) */
/* Cancels everything and joins the worker; called before the last unref. */
void lucida_session_close (LucidaSession *self);
/* For jobs that are too long for a frame (exports, scaling a large picture). (transfer none) */
LucidaWorker *lucida_session_get_worker (LucidaSession *self);

/* Asynchronous; the answer comes as signals. */
void lucida_session_open_model (LucidaSession *self, const char *path);
/* The picture, among those of its folder. */
void lucida_session_open_picture (LucidaSession *self, const char *path);
/* Files and folders of pictures [NULL-terminated]; the first one is shown. One file alone is opened
 * among those of its folder. */
void lucida_session_open_pictures (LucidaSession *self, const char *const *paths);
/* Shows one of the open pictures; where it is shown already, asks what has not been answered. */
void lucida_session_select (LucidaSession *self, guint position);
/* Shows the one @delta further, or as far as there are any. %FALSE if there is no other. */
gboolean lucida_session_go (LucidaSession *self, int delta);
/* The rows of the open pictures that are seen, whose small pictures (@width × @height pixels) and
 * classes are wanted; @last before @first: none. */
void lucida_session_set_seen (LucidaSession *self, guint first, guint last, int width, int height);
/* Changes the question and asks it. Unknown layers fail with "failed". */
/* Changes the question and asks it; the same question again only if it was stopped before it was
 * answered, or failed. Unknown layers fail with "failed". Where the predicted class is the one that
 * it would be set against, the picture is explained without the contrast. */
void lucida_session_set_class (LucidaSession *self, int class_index);           /* or PREDICTED */
void lucida_session_set_against (LucidaSession *self, int class_index);         /* or NO_CLASS */
void lucida_session_set_layers (LucidaSession *self, const char *const *names); /* NULL: default */
void lucida_session_set_method (LucidaSession *self, const LucidaMethod *method);
/* The layers whose maps are wanted beside the answer: @values [n] (LucidaLayer.value) of the
 * present model, which are forgotten with it. They are computed after the answer, the deepest
 * first, from its gradients, and wait while anything else is asked. */
void lucida_session_show_layer_maps (LucidaSession *self, const int *values, int n);
/* Where a file keeps the method, the layers and a class chosen by hand that each model was last
 * looked at with; they are restored when it is opened again. Called once, before any model is
 * opened; without it nothing is kept. */
void lucida_session_keep_choices (LucidaSession *self, const char *path);
/* What may be kept to come back at once: activations and gradients of pictures, decoded pictures.
 * In bytes; 0: a quarter of the computer's memory. */
void lucida_session_set_memory_budget (LucidaSession *self, gsize budget);
/* Drops all of it but what is shown. */
void lucida_session_empty_memory (LucidaSession *self);
/* A second question, to compare: answered after the main one, about the same picture and model.
 * What it leaves open follows the main question: LUCIDA_SAME_CLASS or LUCIDA_RUNNER_UP as class
 * (where there is no other class: the same one by another method), NULL as method or layers. NULL:
 * none. Another network's class or layers are forgotten. Unknown ones fail with "failed". */
void lucida_session_set_other (LucidaSession *self, const LucidaQuestion *question);
/* Lets main and second question change places. */
void lucida_session_swap (LucidaSession *self);
/* Other preprocessing for the present model; runs the picture again. */
void lucida_session_set_preprocessing (LucidaSession *self, const LucidaPreprocessing *value);
/* Other names for the present model's classes, at once; NULL: those that it was opened with. As
 * many as there are classes, or it fails with "failed". */
void lucida_session_set_class_names (LucidaSession *self, const char *const *names);
/* Keeps what was set for the next time the model is opened; preprocessing that is not yet in force
 * is kept once it is. Fails with "failed". */
void lucida_session_remember (LucidaSession *self);
/* Drops what is kept, and opens the model as its file is. Fails with "failed". */
void lucida_session_forget (LucidaSession *self);
/* On the main context; @trials (transfer full) (nullable) of LucidaTrial, or @error. */
typedef void (*LucidaTrialsDone) (GPtrArray *trials, const GError *error, gpointer data);
/* Lets the network answer for the present picture under each of @values [n]; what is shown stays.
 * @done is not called if a newer call takes the place of this one, or after
 * lucida_session_stop_trying() or lucida_session_close(). %FALSE if there is no model or picture.
 */
gboolean lucida_session_try (LucidaSession *self, const LucidaPreprocessing *values, int n,
                             LucidaTrialsDone done, gpointer data);
void lucida_session_stop_trying (LucidaSession *self);
/* Stops what runs; what is shown stays. */
void lucida_session_stop (LucidaSession *self);

LucidaModel *lucida_session_get_model (LucidaSession *self);       /* (transfer none) (nullable) */
LucidaPicture *lucida_session_get_picture (LucidaSession *self);   /* (transfer none) (nullable) */
const char *lucida_session_get_picture_path (LucidaSession *self); /* (nullable) */
/* Whether the picture's file has changed, or gone, since it began to be read. Looks at the file. */
gboolean lucida_session_is_picture_stale (LucidaSession *self);
/* The open pictures, in natural order; they follow what happens in their folders. (transfer none)
 */
LucidaPictureList *lucida_session_get_pictures (LucidaSession *self);
/* Of the selected one, which is shown or will be; %LUCIDA_NO_POSITION: none. */
guint lucida_session_get_position (LucidaSession *self);
/* Of the present picture and model; NULL until they are computed. [n_classes] */
const float *lucida_session_get_logits (LucidaSession *self);
const float *lucida_session_get_probabilities (LucidaSession *self);
int lucida_session_get_predicted (LucidaSession *self); /* -1 until computed */
const LucidaQuestion *lucida_session_get_question (LucidaSession *self);
/* The answer to the present question, or the one before it while the worker runs. NULL where there
 * is none for the present picture and model. */
LucidaExplanation *lucida_session_get_explanation (LucidaSession *self);
/* The map of one layer for the class and method of the answer, at most 64 cells a side; until it is
 * computed, that of the class and method before, or NULL. (transfer none) */
LucidaHeatmap *lucida_session_get_layer_map (LucidaSession *self, int value);
/* Bytes that are kept, and (nullable) how many may be. */
gsize lucida_session_get_memory (LucidaSession *self, gsize *budget);
/* The second question as it was put; NULL: none. */
const LucidaQuestion *lucida_session_get_other (LucidaSession *self);
/* What it means at present; NULL while there are no scores that tell. */
const LucidaQuestion *lucida_session_get_other_meant (LucidaSession *self);
/* The answer to just that; NULL until it is computed. (transfer none) */
LucidaExplanation *lucida_session_get_other_explanation (LucidaSession *self);
/* The part of the present picture that the network sees. */
gboolean lucida_session_get_placement (LucidaSession *self, LucidaPlacement *placement);
/* Whether the worker runs for this session; @what (nullable) (transfer none): a gettext key such as
 * "Opening the model"; @fraction (nullable): 0 … 1, or -1 if unknown. */
gboolean lucida_session_get_busy (LucidaSession *self, const char **what, double *fraction);

G_END_DECLS
