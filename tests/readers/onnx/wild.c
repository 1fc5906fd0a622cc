#include "readers/onnx/wild.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

float
wild_input (int64_t i)
{
  return (float) (i % 7 + 1) / 8.0f;
}

static LucidaTensor *
make_input (const LucidaShape *shape, double *mean)
{
  LucidaTensor *input = lucida_tensor_new (LUCIDA_FLOAT32, shape, NULL);
  float *values = lucida_tensor_get_data (input);
  int64_t n = lucida_tensor_get_count (input);
  double sum = 0;

  for (int64_t i = 0; i < n; i++)
    sum += values[i] = wild_input (i);
  *mean = sum / (double) n;
  return input;
}

/* Σ A · G at the default layer. */
static double
sum_of_products (const Outcome *self, int class_index)
{
  int n_layers, n = lucida_plan_get_n_classes (self->plan);
  int layer = lucida_plan_get_default_layer (self->plan);
  const LucidaLayer *layers = lucida_plan_get_layers (self->plan, &n_layers);
  g_autofree float *weights = g_new0 (float, n);
  g_autoptr (LucidaGradients) gradients = NULL;
  g_autoptr (LucidaTensor) a = NULL;
  g_autoptr (LucidaTensor) g = NULL;
  g_autoptr (LucidaPool) pool = lucida_pool_new (1);
  g_autoptr (GError) error = NULL;
  double sum = 0;
  int value;

  g_assert_cmpint (layer, >=, 0);
  value = layers[layer].value;
  weights[class_index] = 1;
  gradients = lucida_plan_backward (self->plan, self->activations, weights, &value, 1, pool, NULL,
                                    NULL, NULL, &error);
  g_assert_no_error (error);
  a = lucida_activations_dup (self->activations, value, &error);
  g_assert_no_error (error);
  g = lucida_gradients_dup (gradients, value, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lucida_tensor_get_count (a), ==,
                   (gint64) layers[layer].channels * layers[layer].height * layers[layer].width);
  g_assert_true (lucida_shape_equal (lucida_tensor_get_shape (a), lucida_tensor_get_shape (g)));
  for (int64_t i = 0; i < lucida_tensor_get_count (a); i++)
    sum += (double) lucida_tensor_get_floats (a)[i] * lucida_tensor_get_floats (g)[i];
  return sum;
}

Outcome
wild_run_with_constants (Model *model, int height, int width)
{
  Outcome self = { assert_read (model) };
  LucidaShape shape = lucida_network_get_shape_for (self.network, height, width);
  g_autoptr (LucidaTensor) input = make_input (&shape, &self.mean);
  g_autoptr (LucidaPool) pool = lucida_pool_new (1);
  g_autoptr (GError) error = NULL;

  self.plan = lucida_plan_new (self.network, &shape, pool, NULL, &error);
  g_assert_no_error (error);
  self.activations = lucida_plan_forward (self.plan, input, TRUE, pool, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (int k = 0; k < lucida_plan_get_n_classes (self.plan); k++)
    g_assert_true (isfinite (sum_of_products (&self, k)));
  return self;
}

Outcome
wild_run (Model *model, int height, int width)
{
  Outcome self = wild_run_with_constants (model, height, width);
  const float *logits = lucida_activations_get_logits (self.activations);

  for (int k = 0; k < lucida_plan_get_n_classes (self.plan); k++)
    g_assert_cmpfloat_with_epsilon (sum_of_products (&self, k), logits[k],
                                    1e-4 * (1 + fabs (logits[k])));
  return self;
}

void
wild_clear (Outcome *self)
{
  g_clear_pointer (&self->activations, lucida_activations_unref);
  g_clear_pointer (&self->plan, lucida_plan_unref);
  g_clear_pointer (&self->network, lucida_network_unref);
}

void
wild_expect (Outcome outcome, const double *logits, int n)
{
  const float *found = lucida_activations_get_logits (outcome.activations);

  g_assert_cmpint (lucida_plan_get_n_classes (outcome.plan), ==, n);
  for (int k = 0; k < n; k++)
    g_assert_cmpfloat_with_epsilon (found[k], logits[k], 1e-4 * (1 + fabs (logits[k])));
  wild_clear (&outcome);
}

void
wild_expect_means (Outcome outcome, int n)
{
  g_autofree double *logits = g_new (double, n);

  for (int k = 0; k < n; k++)
    logits[k] = (k + 1) * outcome.mean;
  wild_expect (outcome, logits, n);
}

char *
wild_refuse (Model *model, int code)
{
  g_autoptr (GBytes) bytes = model_bytes (model);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = lucida_onnx_read_bytes (bytes, NULL, NULL, &error);
  g_autoptr (LucidaPlan) plan = NULL;
  g_autoptr (LucidaPool) pool = lucida_pool_new (1);

  if (network)
    {
      LucidaShape shape = lucida_network_get_shape_for (network, 4, 4);

      plan = lucida_plan_new (network, &shape, pool, NULL, &error);
    }
  g_assert_null (plan);
  g_assert_error (error, LUCIDA_ERROR, code);
  g_assert_null (strchr (error->message, '\n'));
  return g_strdup (error->message);
}

Message *
wild_begin (const char *op, const char *inputs, const char *output)
{
  if (*inputs)
    return node_message (op, "", inputs, output);
  else
    {
      Message *node = message_new ();

      put_string (node, 2, output);
      put_string (node, 4, op);
      return node;
    }
}

void
wild_put (Model *model, Message *node)
{
  put_message (model->graph, 1, node);
}

void
wild_node (Model *model, const char *op, const char *inputs, const char *output)
{
  wild_put (model, wild_begin (op, inputs, output));
}

void
wild_ints (Model *model, const char *name, const gint64 *values, gint64 n)
{
  const gint64 dims[] = { n, -1 };

  put_message (model->graph, 5, tensor_message (name, 7, dims, values, (gsize) n * sizeof *values));
}

void
wild_scalar (Model *model, const char *name, float value)
{
  static const gint64 none[] = { -1 };

  put_message (model->graph, 5, tensor_message (name, 1, none, &value, sizeof value));
}

void
wild_weights (Model *model, const char *name, const gint64 *dims)
{
  put_message (model->graph, 5, float_tensor (name, dims));
}

void
wild_ends (Model *model, const gint64 *x, const gint64 *y)
{
  put_message (model->graph, 11, value_message ("x", x));
  put_message (model->graph, 12, value_message ("y", y));
}

void
wild_head (Model *model, const char *from, const char *to, gint64 n)
{
  const gint64 w[] = { n, 1, 1, 1, -1 };
  g_autofree char *inputs = g_strconcat (from, ",head_w", NULL);

  wild_weights (model, "head_w", w);
  wild_node (model, "Conv", inputs, "head_c");
  wild_node (model, "GlobalAveragePool", "head_c", "head_p");
  wild_node (model, "Flatten", "head_p", to);
}
