#include "readers/torch/wire-private.h"

#include "base/error.h"

#include <string.h>

/* Containers, and what is done with classes whose wiring is not known. */

#define MAX_DEPTH 128

static gboolean
wire_sequence (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
               GError **error)
{
  for (guint i = 0; i < module->children->len; i++)
    if (!_lucida_torch_wire_module (wire, module->children->pdata[i], flow, error))
      return FALSE;
  return TRUE;
}

gboolean
_lucida_torch_wire_optional (LucidaTorchWire *wire, LucidaTorchModule *module, const char *name,
                             LucidaTorchFlow *flow, GError **error)
{
  LucidaTorchModule *child = _lucida_torch_module_child (module, name);

  return !child || _lucida_torch_wire_module (wire, child, flow, error);
}

gboolean
_lucida_torch_wire_child (LucidaTorchWire *wire, LucidaTorchModule *module, const char *name,
                          LucidaTorchFlow *flow, GError **error)
{
  if (_lucida_torch_module_child (module, name))
    return _lucida_torch_wire_optional (wire, module, name, flow, error);
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "the %s in it has no “%s”: it is not the network of that name",
               module->type ? module->type : "part", name);
  return FALSE;
}

/* nn.DataParallel and the like around the whole network. */
static gboolean
wire_wrapped (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
              GError **error)
{
  return _lucida_torch_wire_child (wire, module, "module", flow, error);
}

static const struct
{
  const char *type;
  LucidaTorchWireFunc function;
} containers[] = {
  { "torch.nn.modules.container.Sequential", wire_sequence },
  { "torch.nn.parallel.data_parallel.DataParallel", wire_wrapped },
  { "torch.nn.parallel.distributed.DistributedDataParallel", wire_wrapped },
  { "torchvision.ops.misc.ConvNormActivation", wire_sequence },
  { "torchvision.ops.misc.Conv2dNormActivation", wire_sequence },
  { "torchvision.ops.misc.MLP", wire_sequence },
  { "torchvision.models.mobilenet.ConvBNReLU", wire_sequence },
  { "torchvision.models.mobilenetv2.ConvBNReLU", wire_sequence },
  { "torchvision.models.mobilenetv2.ConvBNActivation", wire_sequence },
};

static LucidaTorchWireFunc
find_function (const char *type)
{
  LucidaTorchWireFunc function = NULL;

  if (!type)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (containers) && !function; i++)
    if (strcmp (type, containers[i].type) == 0)
      function = containers[i].function;
  if (!function)
    function = _lucida_torch_find_layer (type);
  if (!function)
    function = _lucida_torch_find_pointwise (type);
  return function ? function : _lucida_torch_find_family (type);
}

static gboolean
is_one_of (const char *name, const char *const *names)
{
  return g_strv_contains (names, name);
}

/* A user's class whose members are all called as AlexNet's are called, or are numbered: its code is
 * not in the file, but it hardly says anything else than they do. */
static gboolean
can_be_guessed (const LucidaTorchModule *module, gboolean *numbered)
{
  static const char *const first[] = { "features", "backbone", NULL };
  static const char *const middle[] = { "avgpool", "pool", "flatten", NULL };
  static const char *const last[] = { "classifier", "fc", "head", NULL };
  gboolean first_there = FALSE, last_there = FALSE;

  *numbered = module->children->len > 0;
  for (guint i = 0; i < module->children->len; i++)
    {
      const LucidaTorchModule *child = module->children->pdata[i];
      g_autofree char *number = g_strdup_printf ("%u", i);

      *numbered &= strcmp (child->name, number) == 0;
    }
  if (*numbered)
    return TRUE;
  for (guint i = 0; i < module->children->len; i++)
    {
      const LucidaTorchModule *child = module->children->pdata[i];

      if (is_one_of (child->name, first))
        first_there = TRUE;
      else if (is_one_of (child->name, last))
        last_there = TRUE;
      else if (!is_one_of (child->name, middle))
        return FALSE;
    }
  return first_there && last_there && module->names->len == 0;
}

static gboolean
wire_guess (LucidaTorchWire *wire, LucidaTorchModule *module, gboolean numbered,
            LucidaTorchFlow *flow, GError **error)
{
  static const char *const order[]
      = { "features", "backbone", "avgpool", "pool", "flatten", "", "classifier", "fc", "head" };
  g_autofree char *warning = g_strdup_printf (
      "The code of the class “%s” is not in the file: it was guessed that it passes the picture "
      "through its parts in order.",
      module->type);

  lucida_network_add_warning (wire->network, warning);
  if (numbered)
    return wire_sequence (wire, module, flow, error);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (!*order[i])
      _lucida_torch_wire_flatten (wire, module, "flatten", flow);
    else if (!_lucida_torch_wire_optional (wire, module, order[i], flow, error))
      return FALSE;
  return TRUE;
}

static gboolean
wire_unknown (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
              GError **error)
{
  const char *type = module->type ? module->type : "?";
  const char *where = *module->path ? module->path : NULL;
  gboolean numbered;

  if (!g_str_has_prefix (type, "torch.") && !g_str_has_prefix (type, "torchvision.")
      && can_be_guessed (module, &numbered))
    return wire_guess (wire, module, numbered, flow, error);
  g_set_error (
      error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
      "%s%s%s of the class “%s”, whose code is not in the file: load it with that code and "
      "export it as ONNX, torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), "
      "\"model.onnx\")",
      where ? "the part “" : "it is a network", where ? where : "", where ? "” is" : "", type);
  return FALSE;
}

gboolean
_lucida_torch_wire_module (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                           GError **error)
{
  LucidaTorchWireFunc function = find_function (module->type);
  gboolean good;

  if (wire->cancellable
      && lucida_error_set_cancelled (error, g_cancellable_is_cancelled (wire->cancellable)))
    return FALSE;
  if (wire->depth >= MAX_DEPTH)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                   "its modules are nested more than %d levels deep", MAX_DEPTH);
      return FALSE;
    }
  wire->depth++;
  good = function ? function (wire, module, flow, error) : wire_unknown (wire, module, flow, error);
  wire->depth--;
  return good;
}
