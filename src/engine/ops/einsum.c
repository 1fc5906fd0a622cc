#include "base/checked-size.h"
#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"

#include <string.h>

/* Einstein's sums: Y[output axes] = Σ over all other axes of Π_k X_k[its axes]. */

#define MAX_OPERANDS 4
#define MAX_AXES 16                      /* of all loops together */
#define MAX_PRODUCTS ((int64_t) 1 << 36) /* of one sum; more would run for minutes */
#define N_LETTERS 52
#define N_LABELS                                                                                   \
  (N_LETTERS + LUCIDA_MAX_RANK) /* letters, then what "..." stands for, from right                 \
                                 */

typedef struct
{
  int n;                                 /* operands */
  int rank;                              /* axes: first those of the output, then those summed */
  int n_output;                          /* how many are the output's */
  int64_t size[MAX_AXES];                /* 1 until an operand says more */
  int64_t steps[MAX_OPERANDS][MAX_AXES]; /* elements from one to the next in the operand */
  int axis[N_LABELS];                    /* of each label, -1: none */
} Einsum;

static gboolean
fail (GError **error, const char *equation)
{
  g_autofree char *text = g_utf8_make_valid (equation, -1);

  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "the equation “%s” does not fit the inputs, or is not one that is known", text);
  return FALSE;
}

static int
label_of (char letter)
{
  return g_ascii_islower (letter)   ? letter - 'a'
         : g_ascii_isupper (letter) ? letter - 'A' + 26
                                    : -1;
}

/* The labels of "bi...j", of an array of @rank axes (-1: as many as "..." needs, @dots of them).
 * @labels: [LUCIDA_MAX_RANK]; their number, or -1. */
static int
read_term (const char *term, int rank, int dots, int *labels)
{
  int letters = 0, n = 0;

  for (const char *c = term; *c; c++)
    letters += label_of (*c) >= 0;
  if (rank >= 0)
    dots = rank - letters;
  if (dots < 0)
    return -1;
  for (const char *c = term; *c; c++)
    {
      if (strncmp (c, "...", 3) == 0)
        {
          for (int i = dots; i-- > 0;)
            {
              if (n == LUCIDA_MAX_RANK)
                return -1;
              labels[n++] = N_LETTERS + i;
            }
          c += 2;
          dots = 0;
        }
      else if (label_of (*c) < 0 || n == LUCIDA_MAX_RANK)
        return -1;
      else
        labels[n++] = label_of (*c);
    }
  return rank < 0 || n == rank ? n : -1;
}

static gboolean
add_axis (Einsum *self, int label)
{
  if (self->axis[label] >= 0)
    return TRUE;
  if (self->rank == MAX_AXES)
    return FALSE;
  self->size[self->rank] = 1;
  self->axis[label] = self->rank++;
  return TRUE;
}

/* Without "->": what "..." stands for, then every letter that occurs once, in alphabetical order.
 */
static gboolean
imply_output (Einsum *self, char **terms, int dots)
{
  for (int i = dots; i-- > 0;)
    if (!add_axis (self, N_LETTERS + i))
      return FALSE;
  for (char letter = 'A'; letter <= 'z'; letter++)
    {
      int n = 0;

      for (char **term = terms; label_of (letter) >= 0 && *term; term++)
        for (const char *c = *term; *c; c++)
          n += *c == letter;
      if (n == 1 && !add_axis (self, label_of (letter)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_output (Einsum *self, const char *term, int dots)
{
  int labels[LUCIDA_MAX_RANK];
  int n = read_term (term, -1, strstr (term, "...") ? dots : 0, labels);

  for (int i = 0; i < n; i++)
    if (self->axis[labels[i]] >= 0 || !add_axis (self, labels[i]))
      return FALSE;
  return n >= 0;
}

static gboolean
add_operand (Einsum *self, int k, const char *term, const LucidaShape *shape)
{
  int labels[LUCIDA_MAX_RANK];
  int64_t step = 1;

  if (read_term (term, shape->rank, 0, labels) < 0)
    return FALSE;
  for (int i = shape->rank; i-- > 0;)
    {
      int axis;

      if (!add_axis (self, labels[i]))
        return FALSE;
      axis = self->axis[labels[i]];
      if (shape->dim[i] != 1 && self->size[axis] != 1 && self->size[axis] != shape->dim[i])
        return FALSE;
      if (shape->dim[i] != 1)
        {
          self->size[axis] = shape->dim[i];
          /* the same letter twice is the diagonal */
          self->steps[k][axis] += step;
        }
      step *= shape->dim[i];
    }
  return TRUE;
}

static gboolean
einsum_read (const LucidaOpCall *call, Einsum *self, GError **error)
{
  const char *equation = lucida_node_get_string (call->node, "equation", "");
  g_auto (GStrv) words = g_strsplit (equation, " ", -1);
  g_autofree char *joined = g_strjoinv ("", words);
  g_auto (GStrv) sides = g_strsplit (joined, "->", 2);
  g_auto (GStrv) terms = g_strsplit (sides[0] ? sides[0] : "", ",", -1);
  int dots = 0;

  *self = (Einsum){ .n = call->n_in };
  for (int i = 0; i < N_LABELS; i++)
    self->axis[i] = -1;
  if ((int) g_strv_length (terms) != self->n)
    return fail (error, equation);
  for (int k = 0; k < self->n; k++)
    if (strstr (terms[k], "..."))
      {
        int letters = 0;

        for (const char *c = terms[k]; *c; c++)
          letters += label_of (*c) >= 0;
        dots = MAX (dots, call->in[k]->shape.rank - letters);
      }
  if (!(sides[0] && sides[1] ? add_output (self, sides[1], dots)
                             : imply_output (self, terms, dots)))
    return fail (error, equation);
  self->n_output = self->rank;
  for (int k = 0; k < self->n; k++)
    if (!add_operand (self, k, terms[k], &call->in[k]->shape))
      return fail (error, equation);
  return self->n_output <= LUCIDA_MAX_RANK || fail (error, equation);
}

static gboolean
einsum_infer (LucidaOpCall *call, GError **error)
{
  Einsum self;
  LucidaShape output = { 0 };
  int64_t products = 1;

  if (!lucida_op_check_inputs (call, 1, MAX_OPERANDS, error))
    return FALSE;
  for (int k = 0; k < call->n_in; k++)
    if (!lucida_op_input (call, k) || !lucida_op_check_float (call, k, 0, LUCIDA_MAX_RANK, error))
      return FALSE;
  if (!einsum_read (call, &self, error))
    return FALSE;
  for (int i = 0; i < self.rank; i++)
    {
      if (self.size[i] > 0
          && (!lucida_int64_mul (products, self.size[i], &products) || products > MAX_PRODUCTS))
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                               "the sum has more parts than this program adds up");
          return FALSE;
        }
      if (i < self.n_output)
        output.dim[output.rank++] = self.size[i];
    }
  if (!lucida_shape_check (&output, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &output);
  return TRUE;
}

/* Where a place among the axes [@from, @to) lies in each operand. */
static void
find_places (const Einsum *self, int from, int to, int64_t index, int64_t *places)
{
  for (int i = to; i-- > from;)
    {
      for (int k = 0; k < self->n; k++)
        places[k] += index % self->size[i] * self->steps[k][i];
      index /= self->size[i];
    }
}

static int64_t
count_axes (const Einsum *self, int from, int to)
{
  int64_t count = 1;

  for (int i = from; i < to; i++)
    count *= self->size[i];
  return count;
}

typedef struct
{
  const LucidaOpCall *call;
  const Einsum *einsum;
  int64_t summed, inner; /* products of an output's element, and of its innermost loop */
} Work;

static Work
make_work (const LucidaOpCall *call, const Einsum *einsum)
{
  int last = einsum->rank - 1;

  return (Work){ call, einsum, count_axes (einsum, einsum->n_output, einsum->rank),
                 last >= einsum->n_output ? einsum->size[last] : 1 };
}

/* The steps of the innermost sum. */
static int64_t
inner_step (const Einsum *self, int k)
{
  return self->rank > self->n_output ? self->steps[k][self->rank - 1] : 0;
}

static void
sum_range (int64_t begin, int64_t end, gpointer data)
{
  const Work *work = data;
  const Einsum *self = work->einsum;
  float *y = work->call->out[0]->data;

  for (int64_t o = begin; o < end; o++)
    {
      double sum = 0;

      for (int64_t s = 0; s < work->summed; s += work->inner)
        {
          int64_t places[MAX_OPERANDS] = { 0 };

          find_places (self, 0, self->n_output, o, places);
          find_places (self, self->n_output, self->rank, s, places);
          for (int64_t i = 0; i < work->inner; i++)
            {
              float product = 1;

              for (int k = 0; k < self->n; k++)
                product *= ((const float *) work->call->in[k]
                                ->data)[places[k] + i * inner_step (self, k)];
              sum += product;
            }
        }
      y[o] = (float) sum;
    }
}

static gboolean
einsum_forward (LucidaOpCall *call, GError **error)
{
  Einsum self;
  Work work;

  if (!einsum_read (call, &self, error))
    return FALSE;
  work = make_work (call, &self);
  lucida_loop (call->pool, count_axes (&self, 0, self.n_output),
               lucida_loop_grain (MAX (work.summed, 1)), sum_range, &work);
  return TRUE;
}

/* ∂/∂X_k = Σ over all axes that X_k lacks of G · Π_j≠k X_j */
static void
add_gradient (const Work *work, int k)
{
  const Einsum *self = work->einsum;
  const float *g = work->call->out[0]->grad;
  float *to = work->call->in[k]->grad;
  int64_t n = count_axes (self, 0, self->n_output);

  for (int64_t o = 0; o < n; o++)
    for (int64_t s = 0; s < work->summed; s += work->inner)
      {
        int64_t places[MAX_OPERANDS] = { 0 };

        find_places (self, 0, self->n_output, o, places);
        find_places (self, self->n_output, self->rank, s, places);
        for (int64_t i = 0; i < work->inner; i++)
          {
            float product = g[o];

            for (int j = 0; j < self->n; j++)
              if (j != k)
                product *= ((const float *) work->call->in[j]
                                ->data)[places[j] + i * inner_step (self, j)];
            to[places[k] + i * inner_step (self, k)] += product;
          }
      }
}

static void
einsum_backward (LucidaOpCall *call)
{
  Einsum self;
  Work work;

  if (!einsum_read (call, &self, NULL))
    return;
  work = make_work (call, &self);
  for (int k = 0; k < self.n; k++)
    if (call->in[k]->grad)
      add_gradient (&work, k);
}

const LucidaOp lucida_op_Einsum = {
  "Einsum", LUCIDA_OP_DEFAULT, einsum_infer, einsum_forward, einsum_backward, NULL,
};
