#include "build-network.h"

#include <math.h>

static LucidaNode *last;

Build
build_begin (LucidaLayout layout, int channels, int height, int width, guint32 seed)
{
  Build self = { lucida_network_new ("test", "test"), g_rand_new_with_seed (seed), 0 };
  gboolean nhwc = layout == LUCIDA_LAYOUT_NHWC;
  LucidaShape shape = { 4, { 1, channels, height, width } };

  if (nhwc)
    shape = (LucidaShape){ 4, { 1, height, width, channels } };
  lucida_network_set_input (self.network, lucida_network_add_value (self.network, "input", NULL),
                            &shape, layout);
  return self;
}

int
build_input (const Build *self)
{
  return lucida_network_get_input (self->network);
}

static int
add_constant (Build *self, LucidaTensor *tensor)
{
  g_autofree char *name
      = g_strdup_printf ("constant_%d", lucida_network_get_n_values (self->network));
  int value = lucida_network_add_value (self->network, name, tensor);

  lucida_tensor_unref (tensor);
  return value;
}

int
build_weights (Build *self, int rank, const int64_t *dim, double scale)
{
  LucidaShape shape = { .rank = rank };
  LucidaTensor *tensor;
  float *data;

  for (int i = 0; i < rank; i++)
    shape.dim[i] = dim[i];
  tensor = lucida_tensor_new (LUCIDA_FLOAT32, &shape, NULL);
  data = lucida_tensor_get_data (tensor);
  for (int64_t i = 0; i < lucida_tensor_get_count (tensor); i++)
    data[i] = (float) (g_rand_double_range (self->rand, -1, 1) * scale);
  return add_constant (self, tensor);
}

int
build_ints (Build *self, const int64_t *values, int n)
{
  LucidaShape shape = { 1, { n } };

  return add_constant (self, lucida_tensor_new_copy (LUCIDA_INT64, &shape, values, NULL));
}

int
build_scalar (Build *self, float value)
{
  LucidaShape shape = { 0 };

  return add_constant (self, lucida_tensor_new_copy (LUCIDA_FLOAT32, &shape, &value, NULL));
}

int
build_node (Build *self, const char *op, const char *name, const int *inputs, int n)
{
  g_autofree char *made = g_strdup_printf ("%s_%d", op, self->count++);
  g_autofree char *tensor = g_strdup_printf ("%s:0", name ? name : made);
  int output = lucida_network_add_value (self->network, tensor, NULL);

  last = lucida_network_add_node (self->network, op, name ? name : made, inputs, n, &output, 1);
  return output;
}

int
build_unary (Build *self, const char *op, int x)
{
  return build_node (self, op, NULL, &x, 1);
}

int
build_binary (Build *self, const char *op, int a, int b)
{
  return build_node (self, op, NULL, (int[]){ a, b }, 2);
}

LucidaNode *
build_last (const Build *self)
{
  (void) self;
  return last;
}

int
build_conv (Build *self, const char *name, int x, int cin, int cout, int k, int stride, int groups)
{
  int64_t dim[] = { cout, cin / groups, k, k }, bias = cout;
  int w = build_weights (self, 4, dim, sqrt (3.0 * groups / (cin * k * k)));
  int b = build_weights (self, 1, &bias, 0.1);
  int y = build_node (self, "Conv", name, (int[]){ x, w, b }, 3);

  lucida_node_set_ints (last, "strides", (int64_t[]){ stride, stride }, 2);
  lucida_node_set_ints (last, "pads", (int64_t[]){ k / 2, k / 2, k / 2, k / 2 }, 4);
  lucida_node_set_int (last, "group", groups);
  return y;
}

int
build_dense (Build *self, int x, int in, int out)
{
  int64_t dim[] = { in, out }, bias = out;
  int w = build_weights (self, 2, dim, sqrt (3.0 / in));
  int b = build_weights (self, 1, &bias, 0.1);

  return build_node (self, "Gemm", NULL, (int[]){ x, w, b }, 3);
}

int
build_head (Build *self, int x, int channels, int classes)
{
  return build_dense (self,
                      build_unary (self, "Flatten", build_unary (self, "GlobalAveragePool", x)),
                      channels, classes);
}

LucidaNetwork *
build_end (Build *self, int output)
{
  LucidaShape unknown = { .rank = -1 };
  g_autoptr (GError) error = NULL;

  lucida_network_set_output (self->network, output, &unknown);
  if (!lucida_network_finish (self->network, &error))
    g_error ("%s", error->message);
  g_rand_free (self->rand);
  return self->network;
}
