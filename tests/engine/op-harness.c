#include "op-harness.h"

#include "network/network.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64

static void *
allocate (gsize bytes)
{
  void *data = NULL;

  if (posix_memalign (&data, ALIGNMENT, MAX (bytes, 1)) != 0)
    g_error ("out of memory");
  memset (data, 0xa5, bytes); /* nothing may rely on zeros */
  return data;
}

static gsize
value_bytes (const LucidaOpValue *value)
{
  return (gsize) lucida_shape_count (&value->shape) * lucida_element_size (value->element);
}

/* Numbers with commas between, up to anything else; returns how many. */
static int
parse_numbers (const char *text, double *numbers, int most)
{
  int n = 0;

  while (n < most)
    {
      char *end;

      numbers[n] = g_ascii_strtod (text, &end);
      if (end == text)
        break;
      n++;
      if (*end != ',')
        break;
      text = end + 1;
    }
  return n;
}

/* Random order of 0 … n-1. */
static void
shuffle (GRand *rand, int64_t *order, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    order[i] = i;
  for (int64_t i = n - 1; i > 0; i--)
    {
      int64_t k = g_rand_int_range (rand, 0, (gint32) i + 1), swap = order[i];

      order[i] = order[k];
      order[k] = swap;
    }
}

static void
fill (GRand *rand, char kind, LucidaOpValue *value)
{
  int64_t n = lucida_shape_count (&value->shape);
  g_autofree int64_t *order = g_new (int64_t, n + 1);
  float *floats = value->data;

  shuffle (rand, order, n);
  for (int64_t i = 0; i < n; i++)
    switch (kind)
      {
      case 'x':
      case 'c':
        floats[i] = (float) g_rand_double_range (rand, -1, 1);
        break;
      case 'p':
      case 'v':
        floats[i] = (float) g_rand_double_range (rand, 0.5, 2);
        break;
      case 'q':
        floats[i] = (float) g_rand_double_range (rand, 1.5, 3);
        break;
      case 'k':
        floats[i] = ((float) (order[i] - n / 2) + 0.5f) / 10;
        break;
      default:
        ((int64_t *) value->data)[i] = g_rand_int_range (rand, 0, 2);
      }
}

/* One word of OpCase.inputs: a letter, then [shape], (numbers), both, or =number. */
static void
parse_input (OpRun *self, GRand *rand, int i, const char *word)
{
  LucidaOpValue *value = &self->values[i];
  const char *list = strpbrk (word, "(=");
  double numbers[64];
  int n;

  if (*word == '-')
    return;
  self->in[i] = value;
  value->element = strchr ("bi", *word) ? LUCIDA_INT64 : LUCIDA_FLOAT32;
  value->constant = strchr ("xpqk", *word) == NULL;
  self->wanted[i] = !value->constant;
  n = list ? parse_numbers (list + 1, numbers, G_N_ELEMENTS (numbers)) : 0;
  value->shape.rank = list && *list == '(' ? 1 : 0;
  value->shape.dim[0] = n;
  if (word[1] == '[')
    {
      double sizes[LUCIDA_MAX_RANK];

      value->shape.rank = parse_numbers (word + 2, sizes, LUCIDA_MAX_RANK);
      for (int k = 0; k < value->shape.rank; k++)
        value->shape.dim[k] = (int64_t) sizes[k];
    }
  value->data = allocate (value_bytes (value));
  if (!list)
    fill (rand, *word, value);
  for (int k = 0; k < n; k++)
    if (value->element == LUCIDA_INT64)
      ((int64_t *) value->data)[k] = (int64_t) numbers[k];
    else
      ((float *) value->data)[k] = (float) numbers[k];
}

static void
parse_attribute (LucidaNode *node, const char *word)
{
  g_auto (GStrv) sides = g_strsplit (word, "=", 2);
  double numbers[32];
  int n;

  if (g_ascii_isalpha (sides[1][0]))
    {
      lucida_node_set_string (node, sides[0], sides[1]);
      return;
    }
  n = parse_numbers (sides[1], numbers, G_N_ELEMENTS (numbers));
  if (strchr (sides[1], ','))
    {
      int64_t ints[32];

      for (int i = 0; i < n; i++)
        ints[i] = (int64_t) numbers[i];
      lucida_node_set_ints (node, sides[0], ints, n);
    }
  else if (strchr (sides[1], '.'))
    lucida_node_set_float (node, sides[0], numbers[0]);
  else
    lucida_node_set_int (node, sides[0], (int64_t) numbers[0]);
}

static LucidaNode *
make_node (OpRun *self, int n_in, int n_out)
{
  LucidaNetwork *network = lucida_network_new ("test", "test");
  g_auto (GStrv) attributes
      = g_strsplit (self->test->attributes ? self->test->attributes : "", " ", -1);
  int inputs[OP_CASE_INPUTS], outputs[8];
  LucidaNode *node;

  for (int i = 0; i < n_in; i++)
    inputs[i] = self->in[i] ? lucida_network_add_value (network, "in", NULL) : LUCIDA_NO_VALUE;
  for (int i = 0; i < n_out; i++)
    outputs[i] = lucida_network_add_value (network, "out", NULL);
  node = lucida_network_add_node (network, self->test->op, "node", inputs, n_in, outputs, n_out);
  for (int i = 0; attributes[i]; i++)
    if (*attributes[i])
      parse_attribute (node, attributes[i]);
  self->network = network;
  return node;
}

OpRun *
op_run_new (const OpCase *test, LucidaPool *pool, GError **error)
{
  g_auto (GStrv) words = g_strsplit (test->inputs, " ", -1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_str_hash (test->inputs));
  int n_in = *test->inputs ? (int) g_strv_length (words) : 0, n_out = MAX (test->n_outputs, 1);
  g_autoptr (OpRun) self = g_new0 (OpRun, 1);

  self->test = test;
  self->op = lucida_op_find (test->op);
  g_assert_nonnull (self->op);
  g_assert_cmpint (n_in, <=, OP_CASE_INPUTS);
  for (int i = 0; i < n_in; i++)
    parse_input (self, rand, i, words[i]);
  for (int i = 0; i < n_out; i++)
    self->out[i] = &self->values[OP_CASE_INPUTS + i];
  self->call = (LucidaOpCall){
    .node = make_node (self, n_in, n_out),
    .n_in = n_in,
    .in = self->in,
    .n_out = n_out,
    .out = self->out,
    .pool = pool,
  };
  if (!self->op->infer (&self->call, error))
    return NULL;
  for (int i = 0; i < n_out; i++)
    self->out[i]->data = allocate (value_bytes (self->out[i]));
  if (self->op->workspace)
    {
      self->forward_space = allocate (self->op->workspace (&self->call, FALSE));
      self->backward_space = allocate (self->op->workspace (&self->call, TRUE));
    }
  return g_steal_pointer (&self);
}

void
op_run_free (OpRun *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->values); i++)
    {
      free (self->values[i].data);
      free (self->values[i].grad);
    }
  free (self->forward_space);
  free (self->backward_space);
  if (self->network)
    lucida_network_unref (self->network);
  g_free (self);
}

gboolean
op_run_forward (OpRun *self, GError **error)
{
  self->call.workspace = self->forward_space;
  return self->op->forward (&self->call, error);
}

void
op_run_backward (OpRun *self, float before)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (int i = 0; i < self->call.n_out; i++)
    {
      LucidaOpValue *out = self->out[i];

      if (out->element != LUCIDA_FLOAT32)
        continue;
      if (!out->grad)
        out->grad = allocate (value_bytes (out));
      for (int64_t k = 0; k < lucida_shape_count (&out->shape); k++)
        out->grad[k] = (float) g_rand_double_range (rand, -1, 1);
    }
  for (int i = 0; i < self->call.n_in; i++)
    if (self->wanted[i])
      {
        LucidaOpValue *in = self->in[i];

        if (!in->grad)
          in->grad = allocate (value_bytes (in));
        for (int64_t k = 0; k < lucida_shape_count (&in->shape); k++)
          in->grad[k] = before;
      }
  self->call.workspace = self->backward_space;
  if (self->op->backward)
    self->op->backward (&self->call);
}

double
op_run_score (const OpRun *self)
{
  double score = 0;

  for (int i = 0; i < self->call.n_out; i++)
    {
      const LucidaOpValue *out = self->out[i];

      if (out->element != LUCIDA_FLOAT32 || !out->grad)
        continue;
      for (int64_t k = 0; k < lucida_shape_count (&out->shape); k++)
        score += (double) ((const float *) out->data)[k] * (double) out->grad[k];
    }
  return score;
}
