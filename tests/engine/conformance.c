#include "base/error.h"
#include "engine/ops/op.h"
#include "evaluate.h"
#include "readers/onnx/onnx.h"
#include "readers/parse/onnx-message.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* conformance DIR: runs ONNX's own test cases below DIR, each a model.onnx with folders
 * test_data_set_N of inputs and expected outputs, on the reader and the operators. A case is run,
 * or not run for exactly one of the reasons below; of cases whose operators are all claimed only
 * for one of the last four. */

typedef enum
{
  RUN,
  NOT_CLAIMED,
  ELEMENT_TYPE,
  RANK,
  TRAINING_MODE,
  MORE_OUTPUTS,
  N_REASONS
} Reason;

static const char *const reason_names[N_REASONS]
    = { "run", "operator not claimed", "element type", "rank", "training mode", "more outputs" };

/* ONNX's own comparison; halves carry fewer digits. */
#define RELATIVE 1e-3
#define ABSOLUTE 1e-6
#define ABSOLUTE_HALF 1e-3

enum
{
  ONNX_UINT8 = 2,
  ONNX_STRING = 8,
  ONNX_FLOAT16 = 10,
  ONNX_COMPLEX64 = 14,
  ONNX_COMPLEX128 = 15,
  ONNX_BFLOAT16 = 16,
};

typedef struct
{
  int counts[N_REASONS];
  int failed;
  GHashTable *unclaimed; /* operator → number of cases */
} Totals;

static LucidaSpan
span_of (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return (LucidaSpan){ data, size };
}

static GBytes *
load (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *data;
  gsize size;

  return g_file_get_contents (path, &data, &size, NULL) ? g_bytes_new_take (data, size) : NULL;
}

/* Whether something runs the operator; the reader turns Upsample into Resize. */
static gboolean
is_claimed (const LucidaOnnxNode *node)
{
  return *node->domain == '\0' && (lucida_op_find (node->op) || strcmp (node->op, "Upsample") == 0);
}

static const LucidaOnnxFunction *
find_function (const LucidaOnnxModel *model, const LucidaOnnxNode *node)
{
  for (guint i = 0; i < model->functions->len; i++)
    {
      const LucidaOnnxFunction *function = g_ptr_array_index (model->functions, i);

      if (strcmp (function->name, node->op) == 0 && strcmp (function->domain, node->domain) == 0)
        return function;
    }
  return NULL;
}

/* (nullable) The first operator that nothing runs. */
static const char *
find_unclaimed (const LucidaOnnxModel *model, GPtrArray *nodes, int depth)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (nodes, i);
      const LucidaOnnxFunction *function = find_function (model, node);
      const char *found = NULL;

      if (function && depth < 8)
        found = find_unclaimed (model, function->nodes, depth + 1);
      else if (!is_claimed (node))
        found = node->op;
      if (found)
        return found;
    }
  return NULL;
}

/* No array of numbers; or bfloat16, which these files state as the 16-bit integers it is kept in.
 */
static gboolean
is_foreign (const LucidaOnnxValue *value)
{
  return !value->is_tensor || value->element == ONNX_STRING || value->element == ONNX_BFLOAT16
         || value->element == ONNX_COMPLEX64 || value->element == ONNX_COMPLEX128;
}

static const LucidaOnnxValue *
find_value (GPtrArray *values, const char *name)
{
  for (guint i = 0; i < values->len; i++)
    {
      const LucidaOnnxValue *value = g_ptr_array_index (values, i);

      if (strcmp (value->name, name) == 0)
        return value;
    }
  return NULL;
}

static gboolean
has_foreign (const LucidaOnnxModel *model)
{
  const LucidaOnnxNode *first = g_ptr_array_index (model->nodes, 0);
  const LucidaOnnxValue *input = model->inputs->len ? g_ptr_array_index (model->inputs, 0) : NULL;

  /* Pictures are floats; so is what is pooled. */
  if (strcmp (first->op, "MaxPool") == 0 && input && input->element == ONNX_UINT8)
    return TRUE;
  for (guint i = 0; i < model->inputs->len; i++)
    if (is_foreign (g_ptr_array_index (model->inputs, i)))
      return TRUE;
  for (guint i = 0; i < model->outputs->len; i++)
    if (is_foreign (g_ptr_array_index (model->outputs, i)))
      return TRUE;
  return FALSE;
}

/* Windows slide over one or two dimensions here. */
static gboolean
has_other_rank (const LucidaOnnxModel *model)
{
  static const char *const windows[]
      = { "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool",
          NULL };

  for (guint i = 0; i < model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (model->nodes, i);
      const LucidaOnnxValue *value;

      if (!g_strv_contains (windows, node->op) || node->inputs->len == 0)
        continue;
      value = find_value (model->inputs, g_ptr_array_index (node->inputs, 0));
      if (!value)
        value = find_value (model->values, g_ptr_array_index (node->inputs, 0));
      if (value && value->shape.rank != 3 && value->shape.rank != 4)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_training (const LucidaOnnxNode *node)
{
  const LucidaOnnxAttribute *mode = lucida_onnx_find (node, "training_mode");

  if (strcmp (node->op, "Dropout") == 0)
    return node->inputs->len > 2 && *(const char *) g_ptr_array_index (node->inputs, 2);
  return strcmp (node->op, "BatchNormalization") == 0
         && ((mode && mode->i) || (!mode && node->outputs->len > 1));
}

static Reason
judge (const LucidaOnnxModel *model, const char **unclaimed)
{
  *unclaimed = find_unclaimed (model, model->nodes, 0);
  if (*unclaimed)
    return NOT_CLAIMED;
  if (has_foreign (model))
    return ELEMENT_TYPE;
  for (guint i = 0; i < model->nodes->len; i++)
    if (is_training (g_ptr_array_index (model->nodes, i)))
      return TRAINING_MODE;
  return has_other_rank (model) ? RANK : RUN;
}

static double
element_at (LucidaTensor *tensor, int64_t i)
{
  if (lucida_tensor_get_element (tensor) == LUCIDA_INT64)
    return (double) lucida_tensor_get_ints (tensor)[i];
  return (double) lucida_tensor_get_floats (tensor)[i];
}

/* (nullable) What is wrong with @found. (transfer full) */
static char *
compare (LucidaTensor *found, LucidaTensor *expected, int element)
{
  const LucidaShape *shape = lucida_tensor_get_shape (found);
  double absolute = element == ONNX_FLOAT16 ? ABSOLUTE_HALF : ABSOLUTE;

  if (!lucida_shape_equal (shape, lucida_tensor_get_shape (expected)))
    {
      g_autofree char *a = lucida_shape_to_string (shape);
      g_autofree char *b = lucida_shape_to_string (lucida_tensor_get_shape (expected));
      return g_strdup_printf ("shape %s instead of %s", a, b);
    }
  for (int64_t i = 0; i < lucida_tensor_get_count (found); i++)
    {
      double a = element_at (found, i), b = element_at (expected, i);

      if (isnan (a) && isnan (b))
        continue;
      if (!(a == b || fabs (a - b) <= absolute + RELATIVE * fabs (b)))
        return g_strdup_printf ("element %" G_GINT64_FORMAT " is %.9g instead of %.9g", i, a, b);
    }
  return NULL;
}

/* Inputs or outputs of one data set. */
static GPtrArray *
load_tensors (const char *folder, const char *kind, GError **error)
{
  GPtrArray *tensors = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_tensor_unref);

  for (int i = 0;; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s_%d.pb", kind, i);
      g_autoptr (GBytes) bytes = load (folder, name);
      g_autoptr (LucidaTensor) mapped = NULL;
      LucidaTensor *tensor;

      if (!bytes)
        return tensors;
      mapped = lucida_onnx_read_tensor (bytes, error);
      tensor = mapped ? lucida_tensor_align (mapped, error) : NULL;
      if (!tensor)
        {
          g_ptr_array_unref (tensors);
          return NULL;
        }
      g_ptr_array_add (tensors, tensor);
    }
}

/* Runs one data set. @reason becomes MORE_OUTPUTS where one is checked that nothing makes.
 * (transfer full) (nullable): what is wrong. */
static char *
run_set (GBytes *model, const LucidaOnnxModel *parsed, const char *folder, Reason *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) inputs = load_tensors (folder, "input", &error);
  g_autoptr (GPtrArray) outputs = inputs ? load_tensors (folder, "output", &error) : NULL;

  if (!outputs)
    return g_strdup_printf ("test data: %s", error->message);
  for (guint i = 0; i < outputs->len; i++)
    {
      const LucidaOnnxValue *stated = g_ptr_array_index (parsed->outputs, i);
      g_autoptr (LucidaTensor) result = NULL;
      g_autoptr (LucidaNetwork) network = lucida_onnx_read_bound (
          model, (LucidaTensor *const *) inputs->pdata, (int) inputs->len, (int) i, &error);
      char *problem;

      if (!network || !evaluate_network (network, &result, &error))
        return g_strdup (error->message);
      if (!result)
        {
          *reason = MORE_OUTPUTS;
          continue;
        }
      problem = compare (result, g_ptr_array_index (outputs, i), stated->element);
      if (problem)
        return problem;
    }
  return NULL;
}

static char *
run_sets (GBytes *model, const LucidaOnnxModel *parsed, const char *folder, Reason *reason)
{
  for (int set = 0;; set++)
    {
      g_autofree char *name = g_strdup_printf ("test_data_set_%d", set);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      char *problem;

      if (!g_file_test (path, G_FILE_TEST_IS_DIR))
        return set > 0 ? NULL : g_strdup ("no test data");
      problem = run_set (model, parsed, path, reason);
      if (problem)
        return problem;
    }
}

/* One line of the Test Anything Protocol. */
static void
report (int number, const char *name, const char *problem, Reason reason)
{
  if (problem)
    g_print ("not ok %d - %s: %s\n", number, name, problem);
  else if (reason != RUN)
    g_print ("ok %d - %s # SKIP %s\n", number, name, reason_names[reason]);
  else
    g_print ("ok %d - %s\n", number, name);
}

static void
run_case (const char *folder, int number, Totals *totals)
{
  g_autoptr (GBytes) bytes = load (folder, "model.onnx");
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaOnnxModel) model = lucida_onnx_model_parse (span_of (bytes), &error);
  g_autofree char *name = g_path_get_basename (folder);
  const char *unclaimed = NULL;
  g_autofree char *problem = NULL;
  Reason reason;

  if (!model)
    {
      totals->failed++;
      report (number, name, error->message, RUN);
      return;
    }
  reason = judge (model, &unclaimed);
  if (unclaimed)
    {
      int before = GPOINTER_TO_INT (g_hash_table_lookup (totals->unclaimed, unclaimed));

      g_hash_table_insert (totals->unclaimed, g_strdup (unclaimed), GINT_TO_POINTER (before + 1));
    }
  if (reason == RUN)
    problem = run_sets (bytes, model, folder, &reason);
  totals->failed += problem != NULL;
  report (number, name, problem, reason);
  totals->counts[reason]++;
}

/* Every folder below @folder that holds a model, in the order of names. */
static void
find_cases (const char *folder, GPtrArray *cases)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *model = g_build_filename (folder, "model.onnx", NULL);
  const char *name;

  if (g_file_test (model, G_FILE_TEST_EXISTS))
    {
      g_ptr_array_add (cases, g_strdup (folder));
      return;
    }
  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        find_cases (path, cases);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
print_totals (const Totals *totals, guint n_cases)
{
  g_autoptr (GList) names
      = g_list_sort (g_hash_table_get_keys (totals->unclaimed), (GCompareFunc) strcmp);
  g_autoptr (GString) list = g_string_new (NULL);

  for (GList *l = names; l; l = l->next)
    g_string_append_printf (list, " %s (%d)", (const char *) l->data,
                            GPOINTER_TO_INT (g_hash_table_lookup (totals->unclaimed, l->data)));
  g_print ("# operators not claimed:%s\n", list->str);
  for (int i = NOT_CLAIMED; i < N_REASONS; i++)
    g_print ("# not run, %s: %d\n", reason_names[i], totals->counts[i]);
  g_print ("# %u cases, %d run, %d of them failed\n", n_cases, totals->counts[RUN], totals->failed);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) cases = g_ptr_array_new_with_free_func (g_free);
  Totals totals = { .unclaimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  int failed;

  if (argc != 2)
    {
      g_printerr ("usage: conformance DIR\n");
      return 2;
    }
  find_cases (argv[1], cases);
  if (cases->len == 0)
    {
      g_print ("1..0 # SKIP not present\n");
      return 0;
    }
  g_ptr_array_sort (cases, compare_names);
  g_print ("1..%u\n", cases->len);
  for (guint i = 0; i < cases->len; i++)
    run_case (g_ptr_array_index (cases, i), (int) i + 1, &totals);
  print_totals (&totals, cases->len);
  failed = totals.failed;
  g_hash_table_unref (totals.unclaimed);
  return failed > 0;
}
