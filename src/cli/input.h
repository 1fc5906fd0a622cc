#pragma once

#include "cli/options.h"
#include "explorer/explanation.h"
#include "render/overlay.h"

G_BEGIN_DECLS

/* What several commands need. Whatever returns NULL, FALSE or a code other than %CLI_DONE has said
 * on stderr what is wrong. */

/* (transfer full) (nullable) */
LucidaModel *cli_open_model (const char *path, LucidaPool *pool);
/* The pictures that the arguments from the second on name, folders in place of theirs. @failed is
 * set to %TRUE if a folder has none. (transfer full) */
GPtrArray *cli_list_pictures (const CliOptions *options, gboolean *failed);
/* The network's input from a .npy file, its batch of one added where it is missing. */
int cli_read_tensor (const LucidaModel *model, const char *path, LucidaTensor **tensor);
/* (transfer full) (nullable) */
LucidaPicture *cli_open_picture (const char *path);
/* @path is for the error. (transfer full) (nullable) */
LucidaAnalysis *cli_analyse_picture (LucidaModel *model, LucidaPicture *picture, const char *path,
                                     gboolean keep, LucidaPool *pool);
/* (transfer full) (nullable) */
LucidaAnalysis *cli_analyse_tensor (LucidaModel *model, LucidaTensor *tensor, const char *path,
                                    gboolean keep, LucidaPool *pool);
/* The index of the class, -1 if there is none. */
int cli_find_class (const LucidaModel *model, const char *text);
/* (nullable): wrong usage */
const LucidaMethod *cli_find_method (const char *command, const char *name);
/* %FALSE: wrong usage */
gboolean cli_find_style (const char *command, const CliOptions *options, LucidaOverlayStyle *style);
/* Whether @output may be written: of one of @kinds (ends with LUCIDA_FILE_UNKNOWN) and none of the
 * files in @inputs. @option names it. NULL is fine. %FALSE: wrong usage. */
gboolean cli_check_output (const char *command, const char *option, const char *output,
                           const int *kinds, const GPtrArray *inputs);

G_END_DECLS
