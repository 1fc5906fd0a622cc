#pragma once

#include "explorer/explanation.h"

G_BEGIN_DECLS

/* Sentences and numbers as the window shows them, in the user's language. In a window from right to
 * left numbers are isolated, so that signs and units stay on their side; so they are put into
 * sentences as they are. */

/* @text, isolated in a window from right to left: numbers that are not formatted here, names.
 * (transfer full) */
char *lucida_text_isolate (const char *text);

/* "19 %", "0.4 %", "< 0.1 %". (transfer full) */
char *lucida_text_percent (double probability);
/* 0 … 1 as "60 %", without a fraction. (transfer full) */
char *lucida_text_share (double share);
/* "-3.25". (transfer full) */
char *lucida_text_logit (double logit);
/* "9 ms", "1.2 s". (transfer full) */
char *lucida_text_seconds (double seconds);
/* "256 × 10 × 10". (transfer full) */
char *lucida_text_shape (int channels, int height, int width);
/* "160 × 160": two sides, in the order in which they are said. (transfer full) */
char *lucida_text_size (int first, int second);
/* "760 × 420 → 160 × 160, squashed, RGB, ImageNet mean and std"; @picture may be NULL.
 * (transfer full) */
char *lucida_text_preprocessing (const LucidaPicture *picture, const LucidaPreprocessing *value,
                                 int channels);
/* "forward 9 ms · gradients 8 ms · map 0.1 ms". (transfer full) */
char *lucida_text_timing (const LucidaSeconds *seconds);
/* "dog 19 %", "why dog rather than cat"; the class that was explained. (transfer full) */
char *lucida_text_class (LucidaModel *model, const LucidaExplanation *explanation);
/* "why dog", "why dog rather than cat"; @against may be LUCIDA_NO_CLASS. (transfer full) */
char *lucida_text_why (LucidaModel *model, int class_index, int against);
/* Layers that a question names; NULL: the network's own one. (transfer full) */
char *lucida_text_layers (LucidaModel *model, char *const *names);
/* The layer's name for people; several are joined by " + ". (transfer full) */
char *lucida_text_layer (LucidaModel *model, const LucidaExplanation *explanation);
/* "the upper left": the ninth of the map in which it is strongest. (transfer none) */
const char *lucida_text_place (const LucidaHeatmap *map);
/* "Heat map of class dog, strongest at the upper left": for those who cannot see it.
 * (transfer full) */
char *lucida_text_describe (LucidaModel *model, const LucidaExplanation *explanation);

G_END_DECLS
