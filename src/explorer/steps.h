#pragma once

#include "explorer/session.h"

G_BEGIN_DECLS

/* Long work in steps, on the session's worker behind everything that a person waits for: a step
 * that runs when something is asked of the session is broken off, and done again later. */
typedef struct _LucidaSteps LucidaSteps;

/* Does step @index; on the worker's thread, which may use @pool. Whether it was done; an @error
 * ends all, but for %LUCIDA_ERROR_CANCELLED once @cancellable is. */
typedef gboolean (*LucidaStepFunc) (guint index, gpointer data, LucidaPool *pool,
                                    GCancellable *cancellable, GError **error);
/* On the main context, after each step: @done of @total are. */
typedef void (*LucidaStepsProgress) (guint done, guint total, gpointer data);
/* On the main context, once, unless the session is closed before. @error (nullable). It may free
 * the steps. */
typedef void (*LucidaStepsDone) (gboolean stopped, const GError *error, gpointer data);

/* Starts @total steps. @data (transfer full) is freed with @free_data when the last use of it is
 * over. @kind: of its jobs; one at a time in a session. (transfer full) */
LucidaSteps *lucida_steps_start (LucidaSession *session, const char *kind, guint total,
                                 LucidaStepFunc function, LucidaStepsProgress progress,
                                 LucidaStepsDone done, gpointer data, GDestroyNotify free_data);
/* Ends after what runs now is broken off; a step that is past that is still done. */
void lucida_steps_stop (LucidaSteps *self);
/* Whether the steps are not over yet. */
gboolean lucida_steps_are_running (const LucidaSteps *self);
/* Nothing is called any more. */
void lucida_steps_free (LucidaSteps *self);

G_END_DECLS
