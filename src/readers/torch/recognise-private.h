#pragma once

#include "readers/torch/tree-private.h"

G_BEGIN_DECLS

/* From the names and shapes of a state_dict to modules: the file has no architecture, so every name
 * and shape must be that of a known family, with nothing left over. */

/* The modules of @state's network, typed and complete; the state must outlive them. (transfer full)
 * Errors: %LUCIDA_ERROR_UNSUPPORTED, naming the first weights that do not fit. */
LucidaTorchModule *_lucida_torch_recognise (LucidaTorchState *state, GError **error);
/* A sentence's beginning: the first names and shapes of @state. (transfer full) */
char *_lucida_torch_state_describe (const LucidaTorchState *state);

/* For the families. The first thing that does not fit is kept, and everything after it skipped. */

typedef struct
{
  const char *name; /* "ResNet" */
  LucidaTorchModule *root;
  gboolean failed;
  GError **error;
} LucidaTorchFamily;

typedef struct
{
  int kernel[2];
  int stride;
  int padding[2];
  enum
  {
    LUCIDA_TORCH_NO_BIAS,
    LUCIDA_TORCH_BIAS,
  } bias;
  enum
  {
    LUCIDA_TORCH_ONE_GROUP,
    LUCIDA_TORCH_DEPTHWISE,  /* as many as channels */
    LUCIDA_TORCH_ANY_GROUPS, /* as many channels go in as come out */
  } groups;
} LucidaTorchConv;

#define LUCIDA_TORCH_SEQUENTIAL "torch.nn.modules.container.Sequential"

/* Each takes a child of @parent, puts it behind those that were taken before, and gives it its type
 * and attributes; NULL where it does not fit. */
LucidaTorchModule *_lucida_torch_family_container (LucidaTorchFamily *self,
                                                   LucidaTorchModule *parent, const char *name,
                                                   const char *type);
LucidaTorchModule *_lucida_torch_family_conv (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                              const char *name, const LucidaTorchConv *conv);
LucidaTorchModule *_lucida_torch_family_norm (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                              const char *name, double epsilon);
LucidaTorchModule *_lucida_torch_family_linear (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                                const char *name);
/* Each adds a child without weights; there must be none of that name. */
void _lucida_torch_family_relu (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                const char *name);
void _lucida_torch_family_relu6 (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                 const char *name);
void _lucida_torch_family_dropout (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                   const char *name);
void _lucida_torch_family_max_pool (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                    const char *name, int kernel, int stride, int padding,
                                    gboolean ceil_mode);
void _lucida_torch_family_average_pool (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                        const char *name, int kernel, int stride);
void _lucida_torch_family_adaptive_pool (LucidaTorchFamily *self, LucidaTorchModule *parent,
                                         const char *name, int size);
/* Says that the weights of @module, or what is below it, do not fit. */
void _lucida_torch_family_misfit (LucidaTorchFamily *self, LucidaTorchModule *module);
/* Marks the weights below the root's child @name as of no use, if there is such a child. */
void _lucida_torch_family_leave_out (LucidaTorchFamily *self, const char *name);
/* The weights @name of the module @path below @module, or NULL. */
const LucidaTorchTensor *_lucida_torch_family_look (const LucidaTorchModule *module,
                                                    const char *path, const char *name);

/* Each completes the modules of one family: families-plain.c, …-residual.c, …-inception.c. */
typedef struct
{
  const char *name;
  const char *type; /* of the root */
  gboolean (*looks_like) (const LucidaTorchModule *root);
  void (*complete) (LucidaTorchFamily *self);
} LucidaTorchFamilyClass;

extern const LucidaTorchFamilyClass _lucida_torch_alexnet;
extern const LucidaTorchFamilyClass _lucida_torch_vgg;
extern const LucidaTorchFamilyClass _lucida_torch_squeezenet;
extern const LucidaTorchFamilyClass _lucida_torch_resnet;
extern const LucidaTorchFamilyClass _lucida_torch_densenet;
extern const LucidaTorchFamilyClass _lucida_torch_mobilenet;
extern const LucidaTorchFamilyClass _lucida_torch_googlenet;

G_END_DECLS
