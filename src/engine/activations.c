#include "base/error.h"
#include "engine/engine.h"
#include "engine/plan-private.h"

/* What passes leave behind. */

static void
free_values (LucidaPlan *plan, LucidaTensor **values)
{
  for (int v = 0; values && v < lucida_network_get_n_values (plan->network); v++)
    g_clear_pointer (&values[v], lucida_tensor_unref);
  g_free (values);
}

static gsize
size_of (const LucidaPlan *plan, LucidaTensor *const *values)
{
  gsize size = 0;

  for (int v = 0; v < lucida_network_get_n_values (plan->network); v++)
    if (values[v])
      size += lucida_tensor_get_size (values[v]);
  return size;
}

LucidaActivations *
lucida_activations_ref (LucidaActivations *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_activations_unref (LucidaActivations *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  free_values (self->plan, self->values);
  g_free (self->logits);
  g_free (self->probabilities);
  lucida_plan_unref (self->plan);
  g_free (self);
}

const float *
lucida_activations_get_logits (const LucidaActivations *self)
{
  return self->logits;
}

const float *
lucida_activations_get_probabilities (const LucidaActivations *self)
{
  return self->probabilities;
}

gsize
lucida_activations_get_size (const LucidaActivations *self)
{
  return size_of (self->plan, self->values);
}

LucidaTensor *
lucida_activations_dup (const LucidaActivations *self, int value, GError **error)
{
  if (!self->values[value])
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID, "the tensor “%s” was not kept",
                   lucida_network_get_value_name (self->plan->network, value));
      return NULL;
    }
  return _lucida_plan_to_chw (self->plan, value, lucida_tensor_get_floats (self->values[value]),
                              error);
}

LucidaGradients *
lucida_gradients_ref (LucidaGradients *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_gradients_unref (LucidaGradients *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  free_values (self->plan, self->values);
  lucida_plan_unref (self->plan);
  g_free (self);
}

gsize
lucida_gradients_get_size (const LucidaGradients *self)
{
  return size_of (self->plan, self->values);
}

gboolean
lucida_gradients_has (const LucidaGradients *self, int value)
{
  return self->values[value] != NULL;
}

LucidaTensor *
lucida_gradients_dup (const LucidaGradients *self, int value, GError **error)
{
  if (!self->values[value])
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   "the gradient at the tensor “%s” was not asked for",
                   lucida_network_get_value_name (self->plan->network, value));
      return NULL;
    }
  return _lucida_plan_to_chw (self->plan, value, lucida_tensor_get_floats (self->values[value]),
                              error);
}
