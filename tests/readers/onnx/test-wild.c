#include "readers/onnx/wild.h"

#include "base/error.h"

#include <string.h>

/* What exporters write against all expectation, each line of the list run from bytes to gradients.
 */

static const gint64 x44[] = { 1, 1, 4, 4, G_MININT64 }, y3[] = { 1, 3, G_MININT64 };
static const gint64 weights3[] = { 3, 1, 1, 1, -1 };

/* keras2onnx 1.5 wrote the last node first. */
static void
test_any_order (void)
{
  Model model;

  model_init (&model);
  wild_node (&model, "Flatten", "p", "y");
  wild_node (&model, "GlobalAveragePool", "r", "p");
  wild_node (&model, "Relu", "c", "r");
  wild_node (&model, "Conv", "x,w", "c");
  wild_weights (&model, "w", weights3);
  wild_ends (&model, x44, y3);
  wild_expect_means (wild_run (&model, 4, 4), 3);
}

/* Constant nodes in the place of initializers (Paddle). */
static void
test_constant_weights (void)
{
  Message *w = wild_begin ("Constant", "", "w");
  Model model;

  add_tensor (w, "value", float_tensor ("", weights3));
  model_init (&model);
  wild_put (&model, w);
  wild_node (&model, "Conv", "x,w", "c");
  wild_node (&model, "GlobalAveragePool", "c", "p");
  wild_node (&model, "Flatten", "p", "y");
  wild_ends (&model, x44, y3);
  wild_expect_means (wild_run (&model, 4, 4), 3);
}

/* A bias from ConstantOfShape, a kernel behind Reshape (CNTK). */
static void
test_computed_weights (void)
{
  static const gint64 flat[] = { 3, -1 }, kernel[] = { 3, 1, 1, 1 }, three[] = { 3 };
  Model model;

  model_init (&model);
  wild_weights (&model, "flat", flat);
  wild_ints (&model, "kernel", kernel, 4);
  wild_ints (&model, "three", three, 1);
  wild_node (&model, "Reshape", "flat,kernel", "w");
  wild_node (&model, "ConstantOfShape", "three", "b");
  wild_node (&model, "Conv", "x,w,b", "c");
  wild_node (&model, "GlobalAveragePool", "c", "p");
  wild_node (&model, "Flatten", "p", "y");
  wild_ends (&model, x44, y3);
  wild_expect_means (wild_run (&model, 4, 4), 3);
}

/* A ValueInfoProto of float16. */
static Message *
half_value (const char *name, const gint64 *dims)
{
  Message *value = message_new (), *type = message_new (), *tensor = message_new (),
          *shape = message_new ();

  for (; *dims != G_MININT64; dims++)
    {
      Message *dim = message_new ();

      put_int (dim, 1, *dims);
      put_message (shape, 1, dim);
    }
  put_int (tensor, 1, 10);
  put_message (tensor, 2, shape);
  put_message (type, 1, tensor);
  put_string (value, 1, name);
  put_message (value, 2, type);
  return value;
}

/* Half floats from end to end: computed in float32, which is what is given and got. */
static void
test_half (void)
{
  static const guint16 ones_to_three[] = { 0x3c00, 0x4000, 0x4200 };
  static const gint64 to[] = { 10, 1 };
  guint16 halves[3];
  Model model;

  for (int i = 0; i < 3; i++)
    halves[i] = GUINT16_TO_LE (ones_to_three[i]);
  model_init (&model);
  put_message (model.graph, 5, tensor_message ("w", 10, weights3, halves, sizeof halves));
  for (int i = 0; i < 2; i++)
    {
      Message *cast = i ? wild_begin ("Cast", "c", "d") : wild_begin ("Cast", "x", "h");

      add_int (cast, "to", to[i]);
      wild_put (&model, cast);
    }
  wild_node (&model, "Conv", "h,w", "c");
  wild_node (&model, "GlobalAveragePool", "d", "p");
  wild_node (&model, "Flatten", "p", "y");
  put_message (model.graph, 11, half_value ("x", x44));
  put_message (model.graph, 12, half_value ("y", y3));
  wild_expect_means (wild_run (&model, 4, 4), 3);
}

static void
test_quantised (void)
{
  static const char *const ops[]
      = { "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv" };

  for (gsize i = 0; i < G_N_ELEMENTS (ops); i++)
    {
      g_autofree char *sentence = NULL;
      Model model;

      model_init (&model);
      wild_node (&model, ops[i], "x,x", "q");
      wild_head (&model, "q", "y", 3);
      wild_ends (&model, x44, y3);
      sentence = wild_refuse (&model, LUCIDA_ERROR_UNSUPPORTED);
      if (!strstr (sentence, "quantised"))
        g_error ("%s: “%s”", ops[i], sentence);
    }
}

/* MATLAB works out same padding in floats, with operators of activations. The sum over each of the
 * four windows of 3×3, stride 2, over 4×4: below and to the right one line of zeros is added. */
static void
test_float_shape_arithmetic (void)
{
  static const gint64 kernel[] = { 1, 1, 3, 3, -1 }, two[] = { 2, 2 }, begin[] = { 2 },
                      end[] = { 4 };
  static const gint64 none[] = { 0, 0 };
  Message *conv = wild_begin ("Conv", "padded,k", "c"), *zeros = wild_begin ("Constant", "", "z");
  Message *split = wild_begin ("Split", "total", "h"), *join;
  static const gint64 half[] = { 2, -1 };
  double sum = 0;
  Model model;
  Outcome outcome;

  model_init (&model);
  wild_node (&model, "Shape", "x", "s");
  wild_ints (&model, "begin", begin, 1);
  wild_ints (&model, "end", end, 1);
  wild_node (&model, "Slice", "s,begin,end", "hw");
  join = wild_begin ("Cast", "hw", "f");
  add_int (join, "to", 1);
  wild_put (&model, join);
  wild_scalar (&model, "stride", 2);
  wild_scalar (&model, "one", 1);
  wild_scalar (&model, "size", 3);
  wild_node (&model, "Div", "f,stride", "d");
  wild_node (&model, "Ceil", "d", "up");
  wild_node (&model, "Sub", "up,one", "less");
  wild_node (&model, "Mul", "less,stride", "m");
  wild_node (&model, "Add", "m,size", "wanted");
  wild_node (&model, "Sub", "wanted,f", "lacking");
  wild_node (&model, "Relu", "lacking", "total");
  put_string (split, 2, "v");
  add_int (split, "axis", 0);
  wild_put (&model, split);
  for (int i = 0; i < 2; i++)
    {
      wild_node (&model, "Div", i ? "v,stride" : "h,stride", i ? "v2" : "h2");
      wild_node (&model, "Floor", i ? "v2" : "h2", i ? "vf" : "hf");
      wild_node (&model, "Ceil", i ? "v2" : "h2", i ? "vc" : "hc");
    }
  add_tensor (zeros, "value", tensor_message ("", 1, half, "\0\0\0\0\0\0\0\0", 8));
  wild_put (&model, zeros);
  join = wild_begin ("Concat", "z,hf,vf,z,hc,vc", "pads_f");
  add_int (join, "axis", 0);
  wild_put (&model, join);
  join = wild_begin ("Cast", "pads_f", "pads");
  add_int (join, "to", 7);
  wild_put (&model, join);
  wild_node (&model, "Pad", "x,pads", "padded");
  put_message (model.graph, 5,
               tensor_message ("k", 1, kernel, (const float[]){ 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 36));
  add_ints (conv, "strides", two, 2);
  add_ints (conv, "pads", (const gint64[]){ none[0], none[1], 0, 0 }, 4);
  add_text (conv, "auto_pad", "NOTSET");
  wild_put (&model, conv);
  wild_head (&model, "c", "y", 3);
  wild_ends (&model, x44, y3);
  for (int row = 0; row < 4; row++)
    for (int column = 0; column < 4; column++)
      /* row and column 2 lie in two windows each */
      sum += (double) wild_input (4 * row + column) * (1 + (row == 2)) * (1 + (column == 2));
  outcome = wild_run (&model, 4, 4);
  wild_expect (outcome, (const double[]){ sum / 4, 2 * sum / 4, 3 * sum / 4 }, 3);
}

/* Paddle: Shape → Slice → Cast → Concat → Cast for a flattening Reshape. */
static void
test_computed_reshape (void)
{
  static const gint64 begin[] = { 0 }, end[] = { 1 }, rest[] = { -1 };
  static const gint64 dims[] = { 1, -1 };
  Message *cast = wild_begin ("Cast", "n", "n32"), *back = wild_begin ("Cast", "joined", "shape");
  Message *join = wild_begin ("Concat", "n32,rest32", "joined");
  const gint32 minus_one = GINT32_TO_LE (-1);
  Model model;

  model_init (&model);
  wild_weights (&model, "w", weights3);
  wild_node (&model, "Conv", "x,w", "c");
  wild_node (&model, "GlobalAveragePool", "c", "p");
  wild_node (&model, "Shape", "p", "s");
  wild_ints (&model, "begin", begin, 1);
  wild_ints (&model, "end", end, 1);
  wild_ints (&model, "unused", rest, 1);
  wild_node (&model, "Slice", "s,begin,end", "n");
  add_int (cast, "to", 6);
  wild_put (&model, cast);
  put_message (model.graph, 5, tensor_message ("rest32", 6, dims, &minus_one, sizeof minus_one));
  add_int (join, "axis", 0);
  wild_put (&model, join);
  add_int (back, "to", 7);
  wild_put (&model, back);
  wild_node (&model, "Reshape", "p,shape", "y");
  wild_ends (&model, x44, y3);
  wild_expect_means (wild_run (&model, 4, 4), 3);
}

/* Another domain's Conv is another operator, and refused by its whole name. */
static void
test_domain (void)
{
  Message *node = wild_begin ("Conv", "x,w", "c");
  g_autofree char *sentence = NULL;
  Model model;

  put_string (node, 7, "qonnx.custom_op.channels_last");
  model_init (&model);
  wild_put (&model, node);
  wild_weights (&model, "w", weights3);
  wild_node (&model, "GlobalAveragePool", "c", "p");
  wild_node (&model, "Flatten", "p", "y");
  wild_ends (&model, x44, y3);
  sentence = wild_refuse (&model, LUCIDA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (sentence, "qonnx.custom_op.channels_last::Conv"));
}

/* Declared sizes: batches of training, literal -1, and what the output says of itself. */
static void
test_declared_sizes (void)
{
  static const gint64 inputs[][5] = { { 64, 1, 4, 4, G_MININT64 },
                                      { -1, 1, 4, 4, G_MININT64 },
                                      { -1, 1, -1, -1, G_MININT64 },
                                      { 0, 1, 0, 0, G_MININT64 } };
  static const gint64 outputs[][3]
      = { { 64, 3, G_MININT64 }, { 1, 3, G_MININT64 }, { -1, -1, G_MININT64 }, { 3, G_MININT64 } };
  static const gint64 shape[] = { -1, 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (outputs); k++)
      {
        Model model;

        model_init (&model);
        wild_weights (&model, "w", weights3);
        wild_node (&model, "Conv", "x,w", "c");
        wild_node (&model, "GlobalAveragePool", "c", "p");
        wild_ints (&model, "shape", shape, 2);
        wild_node (&model, "Reshape", "p,shape", "y");
        wild_ends (&model, inputs[i], outputs[k]);
        wild_expect_means (wild_run (&model, 4, 4), 3);
      }
}

/* Squeeze without axes takes the batch along. */
static void
test_output_of_rank_one (void)
{
  static const gint64 y[] = { 3, G_MININT64 };
  Model model;

  model_init (&model);
  wild_weights (&model, "w", weights3);
  wild_node (&model, "Conv", "x,w", "c");
  wild_node (&model, "GlobalAveragePool", "c", "p");
  wild_node (&model, "Squeeze", "p", "y");
  wild_ends (&model, x44, y);
  wild_expect_means (wild_run (&model, 4, 4), 3);
}

/* tf2onnx: one channel's Transpose is a Reshape; a Transpose back stands before bias and Relu,
 * which run on H×W×C: what is explained is C×H×W all the same. */
static void
test_channels_last (void)
{
  static const gint64 x[] = { -1, 5, 6, 1, G_MININT64 }, nchw[] = { -1, 1, 5, 6 };
  static const gint64 back[] = { 0, 2, 3, 1 }, axes[] = { 1, 2 }, three[] = { 3, -1 };
  Message *turn = wild_begin ("Transpose", "c", "t"), *mean = wild_begin ("ReduceMean", "r", "y");
  g_autoptr (LucidaTensor) a = NULL;
  const LucidaLayer *layers;
  int n, relu = -1;
  Outcome outcome;
  Model model;

  model_init (&model);
  wild_ints (&model, "nchw", nchw, 4);
  wild_node (&model, "Reshape", "x,nchw", "i");
  wild_weights (&model, "w", weights3);
  wild_node (&model, "Conv", "i,w", "c");
  add_ints (turn, "perm", back, 4);
  wild_put (&model, turn);
  wild_weights (&model, "b", three);
  wild_node (&model, "Add", "t,b", "s");
  wild_node (&model, "Relu", "s", "r");
  add_ints (mean, "axes", axes, 2);
  add_int (mean, "keepdims", 0);
  wild_put (&model, mean);
  wild_ends (&model, x, y3);
  outcome = wild_run (&model, 5, 6);
  g_assert_cmpint (lucida_network_get_input_layout (outcome.network), ==, LUCIDA_LAYOUT_NHWC);
  layers = lucida_plan_get_layers (outcome.plan, &n);
  for (int i = 0; i < n; i++)
    if (layers[i].value == lucida_network_find_value (outcome.network, "r"))
      relu = i;
  g_assert_cmpint (relu, >=, 0);
  g_assert_cmpint (layers[relu].channels, ==, 3);
  g_assert_cmpint (layers[relu].height, ==, 5);
  a = lucida_activations_dup (outcome.activations, layers[relu].value, NULL);
  for (int i = 0; i < 3 * 30; i++)
    g_assert_cmpfloat_with_epsilon (lucida_tensor_get_floats (a)[i],
                                    (i / 30 + 1) * (wild_input (i % 30) + 1), 1e-5);
  wild_expect (outcome,
               (const double[]){ outcome.mean + 1, 2 * outcome.mean + 2, 3 * outcome.mean + 3 }, 3);
}

/* Four rows of one channel look like four channels of one column: the Reshape tells. */
static void
test_four_rows (void)
{
  static const gint64 x[] = { -1, 4, 6, 1, G_MININT64 };
  static const gint64 to[][4] = { { -1, 1, 4, 6 }, { -1, 4, 6, 1 } };
  static const gint64 one[] = { 3, 1, 1, 1, -1 }, four[] = { 3, 4, 1, 1, -1 };

  for (gsize i = 0; i < G_N_ELEMENTS (to); i++)
    {
      Message *flatten = wild_begin ("Flatten", "p", "y");
      Outcome outcome;
      Model model;

      model_init (&model);
      wild_ints (&model, "shape", to[i], 4);
      wild_node (&model, "Reshape", "x,shape", "i");
      wild_weights (&model, "w", i == 0 ? one : four);
      wild_node (&model, "Conv", "i,w", "c");
      wild_node (&model, "GlobalAveragePool", "c", "p");
      wild_put (&model, flatten);
      wild_ends (&model, x, y3);
      outcome = wild_run (&model, i == 0 ? 4 : 6, i == 0 ? 6 : 1);
      g_assert_cmpint (lucida_network_get_input_layout (outcome.network), ==,
                       i == 0 ? LUCIDA_LAYOUT_NHWC : LUCIDA_LAYOUT_NCHW);
      wild_clear (&outcome);
    }
}

/* Exported without its weights, which are further inputs. */
static void
test_without_weights (void)
{
  static const gint64 x[] = { 1, 1, 4, 4, G_MININT64 }, w[] = { 3, 1, 1, 1, G_MININT64 };
  g_autofree char *sentence = NULL;
  Message *flatten = wild_begin ("Flatten", "p", "y");
  Model model;

  model_init (&model);
  wild_node (&model, "Conv", "x,w", "c");
  wild_node (&model, "GlobalAveragePool", "c", "p");
  wild_put (&model, flatten);
  wild_ends (&model, x, y3);
  put_message (model.graph, 11, value_message ("w", w));
  sentence = wild_refuse (&model, LUCIDA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (sentence, "weights are not in the file"));
}

/* The best scores in order are not those of classes; the largest number of each class is. */
static void
test_ranking (void)
{
  static const gint64 x[] = { 1, 1, 4, 4, G_MININT64 }, two[] = { 2 }, one[] = { 1 };
  static const gint64 sizes[] = { 1, 3, 16 };

  for (int i = 0; i < 2; i++)
    {
      Message *top = wild_begin ("TopK", i == 0 ? "s,k" : "m,k", "t,places");
      Model model;

      model_init (&model);
      wild_weights (&model, "w", weights3);
      wild_node (&model, "Conv", "x,w", "c");
      wild_ints (&model, "k", i == 0 ? two : one, 1);
      wild_ints (&model, "sizes", sizes, 3);
      if (i == 0)
        {
          wild_node (&model, "GlobalAveragePool", "c", "p");
          wild_node (&model, "Flatten", "p", "s");
        }
      else
        wild_node (&model, "Reshape", "c,sizes", "m");
      wild_put (&model, top);
      wild_node (&model, "Flatten", "t", "y");
      wild_ends (&model, x, y3);
      if (i == 0)
        {
          g_autofree char *sentence = wild_refuse (&model, LUCIDA_ERROR_UNSUPPORTED);

          g_assert_nonnull (strstr (sentence, "best scores in order"));
        }
      else
        {
          Outcome outcome = wild_run (&model, 4, 4);
          const double largest = wild_input (6);

          wild_expect (outcome, (const double[]){ largest, 2 * largest, 3 * largest }, 3);
        }
    }
}

/* Hundreds of weights in a file that is not there make one sentence. */
static void
test_missing_weights (void)
{
  char *folder = folder_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  const void *data;
  gsize size;
  Model model;

  model_init (&model);
  for (int i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("w%d", i);
      g_autofree char *inputs = g_strdup_printf ("t%d,w%d", i, i);
      g_autofree char *to = g_strdup_printf ("t%d", i + 1);
      static const gint64 dims[] = { 1, 1, 1, 1, -1 };
      Message *tensor = tensor_message (name, 1, dims, NULL, 0), *entry = message_new ();

      put_string (entry, 1, "location");
      put_string (entry, 2, "model.onnx.data");
      put_message (tensor, 13, entry);
      put_int (tensor, 14, 1);
      put_message (model.graph, 5, tensor);
      wild_node (&model, "Conv", i ? inputs : "x,w0", to);
    }
  wild_head (&model, "t300", "y", 3);
  wild_ends (&model, x44, y3);
  bytes = model_bytes (&model);
  data = g_bytes_get_data (bytes, &size);
  path = write_file (folder, "model.onnx", data, size);
  g_assert_null (lucida_reader_open (path, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "model.onnx.data"));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_cmpuint (strlen (error->message), <, 300);
  folder_remove (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-wild/nodes-in-any-order", test_any_order);
  g_test_add_func ("/onnx-wild/weights-in-constant-nodes", test_constant_weights);
  g_test_add_func ("/onnx-wild/weights-that-are-computed", test_computed_weights);
  g_test_add_func ("/onnx-wild/half-floats-from-end-to-end", test_half);
  g_test_add_func ("/onnx-wild/quantised-networks-have-a-sentence", test_quantised);
  g_test_add_func ("/onnx-wild/padding-worked-out-in-floats", test_float_shape_arithmetic);
  g_test_add_func ("/onnx-wild/a-shape-that-is-computed", test_computed_reshape);
  g_test_add_func ("/onnx-wild/another-domains-operator-is-another", test_domain);
  g_test_add_func ("/onnx-wild/declared-sizes-are-not-trusted", test_declared_sizes);
  g_test_add_func ("/onnx-wild/an-output-of-rank-one", test_output_of_rank_one);
  g_test_add_func ("/onnx-wild/channels-last-between-convolutions", test_channels_last);
  g_test_add_func ("/onnx-wild/four-rows", test_four_rows);
  g_test_add_func ("/onnx-wild/without-weights", test_without_weights);
  g_test_add_func ("/onnx-wild/ranking", test_ranking);
  g_test_add_func ("/onnx-wild/missing-weights-make-one-sentence", test_missing_weights);
  return g_test_run ();
}
