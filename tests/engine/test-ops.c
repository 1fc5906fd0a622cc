#include "op-harness.h"

#include <math.h>
#include <string.h>

/* Step of the finite differences; corners are at least three steps away from k[…] inputs. */
#define STEP (1.0 / 64)
/* Against the largest element: of the gradient, and of the output. */
#define GRADIENT_TOLERANCE 5e-4
#define FORWARD_TOLERANCE 2e-6

static char *
case_name (const OpCase *test)
{
  return g_strdup_printf ("%s %s %s", test->op, test->inputs, test->attributes);
}

static OpRun *
run_case (const OpCase *test, LucidaPool *pool)
{
  g_autoptr (GError) error = NULL;
  OpRun *run = op_run_new (test, pool, &error);

  g_assert_no_error (error);
  g_assert_true (op_run_forward (run, &error));
  g_assert_no_error (error);
  return run;
}

static void
check_reference (OpRun *run)
{
  int64_t count = lucida_shape_count (&run->out[0]->shape);
  g_autofree double *expected = g_new (double, count);
  double largest = 0, worst = 0;

  run->test->reference (run, expected);
  for (int64_t i = 0; i < count; i++)
    {
      largest = MAX (largest, fabs (expected[i]));
      worst = MAX (worst, fabs (expected[i] - (double) ((const float *) run->out[0]->data)[i]));
    }
  g_test_message ("forward: error %.2g of %.2g", worst, largest);
  g_assert_cmpfloat (worst, <=, FORWARD_TOLERANCE * MAX (largest, 1));
}

static double
score_at (OpRun *run, float *element, float value)
{
  float before = *element;
  double score;

  *element = value;
  g_assert_true (op_run_forward (run, NULL));
  score = op_run_score (run);
  *element = before;
  return score;
}

/* The central difference over @step, with the places that float really has. */
static double
difference (OpRun *run, float *element, double step)
{
  float low = (float) ((double) *element - step), high = (float) ((double) *element + step);

  return (score_at (run, element, high) - score_at (run, element, low))
         / ((double) high - (double) low);
}

/* Richardson: the error of one step's square cancels. */
static void
check_gradient (OpRun *run, int i)
{
  const float before = 0.25f; /* gradients are added to what is there */
  LucidaOpValue *in = run->in[i];
  int64_t count = lucida_shape_count (&in->shape);
  g_autofree float *found = g_new (float, count);
  double largest = 0, worst = 0;

  op_run_forward (run, NULL);
  op_run_backward (run, before);
  memcpy (found, in->grad, (gsize) count * sizeof (float));
  for (int64_t k = 0; k < count; k++)
    {
      float *element = (float *) in->data + k;
      double expected
          = (4 * difference (run, element, STEP) - difference (run, element, 2 * STEP)) / 3;

      largest = MAX (largest, fabs (expected));
      worst = MAX (worst, fabs (expected - (double) (found[k] - before)));
    }
  g_test_message ("input %d: gradient error %.2g of %.2g", i, worst, largest);
  g_assert_cmpfloat (worst, <=, GRADIENT_TOLERANCE * MAX (largest, 1));
}

static void
test_case (gconstpointer data)
{
  const OpCase *test = data;
  g_autoptr (OpRun) run = run_case (test, NULL);

  if (test->reference)
    check_reference (run);
  for (int i = 0; i < run->call.n_in; i++)
    if (run->wanted[i])
      check_gradient (run, i);
}

/* Whatever is in lucida_ops[] has a case with a gradient, or is named as having none. */
static void
test_all_have_cases (void)
{
  for (int i = 0; lucida_ops[i]; i++)
    {
      const LucidaOp *op = lucida_ops[i];
      gboolean found = FALSE;

      for (int k = 0; op_cases[k].op; k++)
        found |= strcmp (op_cases[k].op, op->name) == 0
                 && strpbrk (op_cases[k].inputs, "xpqk") != NULL;
      if (g_strv_contains (op_without_gradient, op->name))
        g_assert_null (op->backward);
      else if (!g_strv_contains (op_tested_apart, op->name))
        {
          if (!found || !op->backward)
            g_error ("%s has no finite-difference case", op->name);
        }
    }
}

/* Large enough for every loop to be split. */
static const OpCase large_cases[] = {
  { "Relu", "x[1,8,100,90]", "" },
  { "Sigmoid", "x[1,8,100,90]", "" },
  { "Add", "x[1,8,100,90] x[1,8,100,90]", "" },
  { "Mul", "x[1,8,100,90] x[1,8,1,1]", "" },
  { "Mul", "x[1,8,100,90] x[1]", "" },
  { "Max", "x[1,8,100,90] x[90] x[8,1,1]", "" },
  { "Transpose", "x[1,8,100,90]", "perm=0,2,3,1" },
  { "Expand", "x[8,1,90] i(8,100,90)", "" },
  { "Concat", "x[1,8,100,90] x[1,3,100,90]", "axis=1" },
  { "Slice", "x[1,8,100,90] i(1,3) i(8,90) i(1,3)", "" },
  { "Pad", "x[1,8,100,90] i(0,0,2,1,0,0,1,2)", "mode=reflect" },
  { "Resize", "x[1,8,50,45] - f(1,1,2,2)", "mode=linear" },
  { "Softmax", "x[8,300,90]", "axis=1" },
  { "ReduceMean", "x[1,8,100,90]", "axes=2,3" },
  { "ReduceMax", "x[1,8,100,90]", "axes=1," },
  { "BatchNormalization", "x[1,8,100,90] c[8] c[8] c[8] v[8]", "" },
  { "LayerNormalization", "x[800,90] c[90] c[90]", "" },
  { "LRN", "x[1,40,50,90]", "size=5" },
  { "Conv", "x[1,8,50,45] c[16,8,3,3] c[16]", "pads=1,1,1,1" },
  { "MaxPool", "x[1,8,100,90]", "kernel_shape=3,3 strides=2,2" },
  { "Gemm", "x[64,300] c[300,200] c[200]", "" },
  { NULL },
};

/* With one thread or three, to the bit. */
static void
test_threads (gconstpointer data)
{
  const OpCase *test = data;
  g_autoptr (LucidaPool) pool = lucida_pool_new (3);
  g_autoptr (OpRun) alone = run_case (test, NULL);
  g_autoptr (OpRun) shared = run_case (test, pool);
  gsize bytes = (gsize) lucida_shape_count (&alone->out[0]->shape) * sizeof (float);

  op_run_backward (alone, 0);
  op_run_backward (shared, 0);
  g_assert_cmpmem (alone->out[0]->data, bytes, shared->out[0]->data, bytes);
  for (int i = 0; i < alone->call.n_in; i++)
    if (alone->wanted[i])
      {
        bytes = (gsize) lucida_shape_count (&alone->in[i]->shape) * sizeof (float);
        g_assert_cmpmem (alone->in[i]->grad, bytes, shared->in[i]->grad, bytes);
      }
}

/* y = round (x/0.03) + 200 within 0 … 255; the gradient is g/0.03 inside. */
static void
test_quantize (void)
{
  const OpCase test = { "QuantizeLinear", "k[60] f=0.03 i=200", "" };
  g_autoptr (OpRun) run = run_case (&test, NULL);

  op_run_backward (run, 0);
  for (int i = 0; i < 60; i++)
    {
      double x = (double) ((const float *) run->in[0]->data)[i];
      double whole = rint (x / (double) 0.03f) + 200;
      gboolean inside = whole >= 0 && whole <= 255;

      g_assert_cmpfloat ((double) ((const float *) run->out[0]->data)[i], ==,
                         CLAMP (whole, 0, 255));
      g_assert_cmpfloat_with_epsilon ((double) run->in[0]->grad[i],
                                      inside ? (double) run->out[0]->grad[i] / (double) 0.03f : 0,
                                      1e-4);
    }
}

/* Corners: no gradient at 0 for Relu, full gradient at the bounds of Clip, halves where two inputs
 * of Max tie, the first of equals in ReduceMax. */
static void
test_corners (void)
{
  const OpCase relu = { "Relu", "x[1]", "" }, clip = { "Clip", "x[2] f=-1 f=2", "" };
  const OpCase max = { "Max", "x[1] x[1]", "" }, reduce = { "ReduceMax", "x[3]", "" };
  OpRun *run = run_case (&relu, NULL);

  *(float *) run->in[0]->data = 0;
  op_run_forward (run, NULL);
  op_run_backward (run, 0);
  g_assert_cmpfloat ((double) run->in[0]->grad[0], ==, 0);
  op_run_free (run);

  run = run_case (&clip, NULL);
  ((float *) run->in[0]->data)[0] = -1;
  ((float *) run->in[0]->data)[1] = 2;
  op_run_forward (run, NULL);
  op_run_backward (run, 0);
  g_assert_cmpmem (run->in[0]->grad, 8, run->out[0]->grad, 8);
  op_run_free (run);

  run = run_case (&max, NULL);
  *(float *) run->in[0]->data = *(float *) run->in[1]->data = 3;
  op_run_forward (run, NULL);
  op_run_backward (run, 0);
  g_assert_cmpfloat ((double) run->in[0]->grad[0], ==, (double) run->out[0]->grad[0] / 2);
  g_assert_cmpfloat ((double) run->in[1]->grad[0], ==, (double) run->out[0]->grad[0] / 2);
  op_run_free (run);

  run = run_case (&reduce, NULL);
  ((float *) run->in[0]->data)[0] = 1;
  ((float *) run->in[0]->data)[1] = ((float *) run->in[0]->data)[2] = 3;
  op_run_forward (run, NULL);
  op_run_backward (run, 0);
  g_assert_cmpfloat ((double) run->in[0]->grad[1], ==, (double) run->out[0]->grad[0]);
  g_assert_cmpfloat ((double) run->in[0]->grad[2], ==, 0);
  op_run_free (run);
}

/* What a function does not choose gets no gradient even where that is infinite, as behind √ at 0;
 * the values are PyTorch's. */
static void
test_flat (void)
{
  static const struct
  {
    OpCase test;
    float x[3];
    double gradient[3]; /* of x where the output's is ∞ */
  } cases[] = {
    { { "Relu", "x[3]", "" }, { -1, 0, 4 }, { 0, 0, INFINITY } },
    { { "ThresholdedRelu", "x[3]", "alpha=2." }, { -1, 1, 4 }, { 0, 0, INFINITY } },
    { { "Clip", "x[3] f=0 f=6", "" }, { -1, 4, 7 }, { 0, INFINITY, 0 } },
    { { "HardSigmoid", "x[3]", "alpha=0.2" }, { -4, 0, 4 }, { 0, INFINITY, 0 } },
    { { "HardSwish", "x[3]", "" }, { -4, 1, 4 }, { 0, INFINITY, INFINITY } },
    { { "Max", "x[3] f=0", "" }, { -1, -2, 4 }, { 0, 0, INFINITY } },
    { { "Where", "i(0,0,1) x[3] f=0", "" }, { -1, 0, 4 }, { 0, 0, INFINITY } },
    { { "Sign", "x[3]", "" }, { -1, 0, 4 }, { 0, 0, 0 } },
    { { "Floor", "x[3]", "" }, { -1, 0.5, 4 }, { 0, 0, 0 } },
    { { "MaxPool", "x[1,1,3]", "kernel_shape=3," }, { 1, 0, 4 }, { 0, 0, INFINITY } },
    { { "ReduceMax", "x[3]", "" }, { 1, 0, 4 }, { 0, 0, INFINITY } },
    { { "ReduceL2", "x[3]", "" }, { 0, 0, 0 }, { 0, 0, 0 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OpRun) run = run_case (&cases[i].test, NULL);
      LucidaOpValue *in = run->in[strcmp (cases[i].test.op, "Where") == 0 ? 1 : 0];

      memcpy (in->data, cases[i].x, sizeof cases[i].x);
      op_run_forward (run, NULL);
      op_run_backward (run, 0);
      memset (in->grad, 0, sizeof cases[i].x);
      for (int64_t k = 0; k < lucida_shape_count (&run->out[0]->shape); k++)
        run->out[0]->grad[k] = INFINITY;
      run->op->backward (&run->call);
      g_test_message ("%s: %g, %g, %g", cases[i].test.op, (double) in->grad[0],
                      (double) in->grad[1], (double) in->grad[2]);
      for (int k = 0; k < 3; k++)
        g_assert_cmpfloat ((double) in->grad[k], ==, cases[i].gradient[k]);
    }
}

/* √ alone is as steep as it is at 0; no number must come from it unnoticed. */
static void
test_root_of_zero (void)
{
  const OpCase test = { "Sqrt", "x[2]", "" };
  g_autoptr (OpRun) run = run_case (&test, NULL);
  float *x = run->in[0]->data;

  x[0] = 0;
  x[1] = 4;
  op_run_forward (run, NULL);
  op_run_backward (run, 0);
  g_assert_true (isinf (run->in[0]->grad[0]));
  g_assert_cmpfloat ((double) run->in[0]->grad[1], ==, (double) run->out[0]->grad[1] / 4);
}

/* A scalar has no axes, so its place has no numbers, unlike NumPy's. */
static void
test_place_of_scalar (void)
{
  const OpCase some = { "NonZero", "i=3", "" }, none = { "NonZero", "f=0", "" };
  g_autoptr (OpRun) found = run_case (&some, NULL);
  g_autoptr (OpRun) empty = run_case (&none, NULL);

  g_assert_cmpint (found->out[0]->shape.rank, ==, 2);
  g_assert_cmpint (found->out[0]->shape.dim[0], ==, 0);
  g_assert_cmpint (found->out[0]->shape.dim[1], ==, 1);
  g_assert_cmpint (empty->out[0]->shape.dim[0], ==, 0);
  g_assert_cmpint (empty->out[0]->shape.dim[1], ==, 0);
}

/* Far from 0 nothing overflows or becomes NaN. */
static void
test_extremes (void)
{
  static const struct
  {
    const char *op;
    double low;  /* y at -200, or NaN where it is not a limit */
    double high; /* y at 200 */
  } cases[] = {
    { "Sigmoid", 0, 1 }, { "Tanh", -1, 1 },       { "Softplus", 0, 200 },
    { "Mish", 0, 200 },  { "Gelu", 0, 200 },      { "Elu", -1, 200 },
    { "Erf", -1, 1 },    { "HardSwish", 0, 200 }, { "Softsign", -200.0 / 201, 200.0 / 201 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      OpCase test = { cases[i].op, "x[2]", "" };
      g_autoptr (OpRun) run = run_case (&test, NULL);

      ((float *) run->in[0]->data)[0] = -200;
      ((float *) run->in[0]->data)[1] = 200;
      op_run_forward (run, NULL);
      op_run_backward (run, 0);
      g_test_message ("%s: %g, %g", cases[i].op, (double) ((float *) run->out[0]->data)[0],
                      (double) ((float *) run->out[0]->data)[1]);
      g_assert_cmpfloat_with_epsilon ((double) ((float *) run->out[0]->data)[0], cases[i].low,
                                      1e-6);
      g_assert_cmpfloat_with_epsilon ((double) ((float *) run->out[0]->data)[1], cases[i].high,
                                      1e-6 * fabs (cases[i].high));
      g_assert_true (isfinite (run->in[0]->grad[0]) && isfinite (run->in[0]->grad[1]));
    }
}

/* What a file may say wrongly is an error of infer or forward, never more. */
static void
test_refusals (void)
{
  static const OpCase cases[] = {
    { "Add", "x[2,3] x[2,4]", "" },
    { "Add", "x[2,3] b[2,3]", "" },
    { "Div", "i(1,2) i(1,0)", "" },
    { "Mod", "i(1,2) i(1,0)", "" },
    { "Reshape", "x[2,3] i(5)", "" },
    { "Reshape", "x[2,3] i(-1,-1)", "" },
    { "Reshape", "x[2,3] i(-2,3)", "" },
    { "Reshape", "x[2,3] x[2]", "" },
    { "Flatten", "x[2,3]", "axis=3" },
    { "Squeeze", "x[2,3]", "axes=0," },
    { "Squeeze", "x[1,3]", "axes=0,0" },
    { "Unsqueeze", "x[2,3]", "axes=5," },
    { "Transpose", "x[2,3]", "perm=0,0" },
    { "Transpose", "x[2,3]", "perm=0,1,2" },
    { "Expand", "x[2,3] i(2,-3)", "" },
    { "Expand", "x[1] i(3000000000,3000000000)", "" },
    { "Tile", "x[2,3] i(-1,1)", "" },
    { "Tile", "x[2,3] i(4000000000,4000000000)", "" },
    { "DepthToSpace", "x[1,3,2,2]", "blocksize=2" },
    { "DepthToSpace", "x[1,4,2,2]", "blocksize=0" },
    { "Concat", "x[2,3] x[2,3,1]", "axis=0" },
    { "Concat", "x[2,3] x[3,3]", "axis=1" },
    { "Split", "x[4] i(3,3)", "", 2 },
    { "Slice", "x[4] i(0) i(4) i(0) i(0)", "" },
    { "Slice", "x[4] i(0,0) i(4,4) i(0,0)", "" },
    { "Pad", "x[4] i(-3,-3)", "" },
    { "Pad", "x[4] i(1)", "" },
    { "Pad", "x[4] i(9000000000000000000,9000000000000000000)", "" },
    { "Gather", "x[3,2] i(3)", "" },
    { "Gather", "x[3,2] i(-4)", "" },
    { "GatherElements", "x[3,2] i(1)", "" },
    { "GatherND", "x[3,2] i[1,1](3)", "" },
    { "GatherND", "x[3,2] i[1,3](0,0,0)", "" },
    { "ScatterND", "x[3,2] i[1,1](-4) x[1,2]", "" },
    { "ScatterND", "x[3,2] i[1,1](0) x[2,2]", "" },
    { "ScatterND", "x[3,2] i[1,1](0) x[1,2]", "reduction=mul" },
    { "ScatterElements", "x[3,2] i[1,1](3) x[1,1]", "" },
    { "ScatterElements", "x[3,2] i[1,1](0) x[1,2]", "" },
    { "Resize", "x[1,1,2,2] - f(1,1,0,1)", "" },
    { "Resize", "x[1,1,2,2] - f(1,1,1e9,1e9)", "" },
    { "Resize", "x[1,1,2,2] - - i(1,1,-2,2)", "" },
    { "Softmax", "x[2,3]", "axis=2" },
    { "ReduceSum", "x[2,3] i(2)", "" },
    { "ArgMax", "x[2,3]", "axis=2" },
    { "ConstantOfShape", "i(-1)", "" },
    { "Range", "i=0 i=5 i=0", "" },
    { "Range", "i=0 i=9000000000000000000 i=1", "" },
    { "BatchNormalization", "x[1,3,2,2] c[2] c[3] c[3] v[3]", "" },
    { "LayerNormalization", "x[2,3] c[2]", "" },
    { "GroupNormalization", "x[1,4,2] c[4] c[4]", "num_groups=3" },
    { "LRN", "x[1,4,2]", "size=0" },
    { "CumSum", "x[3] i=1", "" },
    { "CumSum", "x[3,3] i(0,1)", "" },
    { "CumSum", "x[3] x[1]", "" },
    { "Trilu", "x[3]", "" },
    { "Trilu", "x[3,3] i(0,1)", "" },
    { "Hardmax", "x[3]", "axis=1" },
    { "Hardmax", "i(1,2)", "" },
    { "OneHot", "i(1,2) i=0 f(0,1)", "" },
    { "OneHot", "i(1,2) f=1e30 f(0,1)", "" },
    { "OneHot", "i(1,2) i=3 f(0,1,2)", "" },
    { "OneHot", "i(1,2) i=3 f(0,1)", "axis=2" },
    { "NonZero", "x[3]", "" },
    { "GridSample", "x[1,1,3,3] x[2,2,2,2]", "" },
    { "GridSample", "x[1,1,3,3] x[1,2,2,3]", "" },
    { "GridSample", "x[1,1,0,3] x[1,2,2,2]", "padding_mode=border" },
    { "GridSample", "x[1,1,3,3] x[1,2,2,2]", "mode=spline" },
    { "PRelu", "x[3] p[2,3]", "" },
    { "Clip", "x[3] x[1]", "" },
    { "Conv", "x[1,4,0,5] c[4,4,1,1]", "pads=1,1,1,1" },
    { "ConvTranspose", "x[1,4,0,5] c[4,4,3,3]", "" },
    { "Cast", "x[3]", "to=8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OpRun) run = op_run_new (&cases[i], NULL, &error);
      g_autofree char *name = case_name (&cases[i]);

      if (run)
        op_run_forward (run, &error);
      g_test_message ("%s: %s", name, error ? error->message : "no error");
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_test_add_func ("/ops/every-operator-has-a-case", test_all_have_cases);
  for (int i = 0; op_cases[i].op; i++)
    {
      g_autofree char *name = case_name (&op_cases[i]);
      g_autofree char *path = g_strdup_printf ("/ops/gradient/%d %s", i, name);

      g_test_add_data_func (path, &op_cases[i], test_case);
    }
  for (int i = 0; large_cases[i].op; i++)
    {
      g_autofree char *path = g_strdup_printf ("/ops/threads/%d %s", i, large_cases[i].op);

      g_test_add_data_func (path, &large_cases[i], test_threads);
    }
  g_test_add_func ("/ops/quantise-passes-gradients-straight", test_quantize);
  g_test_add_func ("/ops/corners", test_corners);
  g_test_add_func ("/ops/what-is-not-chosen-has-no-gradient", test_flat);
  g_test_add_func ("/ops/root-of-zero", test_root_of_zero);
  g_test_add_func ("/ops/place-of-a-scalar", test_place_of_scalar);
  g_test_add_func ("/ops/extremes", test_extremes);
  g_test_add_func ("/ops/refusals", test_refusals);
  return g_test_run ();
}
