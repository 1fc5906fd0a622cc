#include "readers/onnx/onnx.h"

#include "readers/proto-writer.h"

#include <string.h>

/* Layer names as exporters of every age write them. Each line is a node
 * "op:name:weight:name-scopes"; they are chained; a weight that is named is an initializer. */

typedef struct
{
  const char *what;
  const char *nodes[8];
  const char *names[8];
} Case;

static const Case cases[] = {
  { "PyTorch 1.13 to 2.8",
    { "Conv:/features/features.0/Conv:onnx::Conv_193:", "Relu:/features/features.1/Relu::",
      "Conv:/layer1/layer1.0/conv1/Conv:w:", "Relu:/layer1/layer1.0/relu/Relu::",
      "Relu:/layer1/layer1.0/relu_1/Relu::", "Identity:/layer1/layer1.0/Identity::",
      "Identity:/Flatten::", NULL },
    { "features.0", "features.1", "layer1.0.conv1", "layer1.0.relu", "layer1.0.relu_1",
      "layer1.0.Identity", "Flatten" } },
  { "a wrapping Sequential",
    { "Conv:/0/features/features.10/Conv:w:", "Softmax:/1/Softmax::", NULL },
    { "0.features.10", "1" } },
  { "deeper containers",
    { "Conv:/features/features.1/block/block.0/block.0.0/Conv:w:",
      "Conv:/features/features.1/block/block.1/fc1/Conv:v:", NULL },
    { "features.1.block.0.0", "features.1.block.1.fc1" } },
  { "a module of several operators",
    { "HardSigmoid:/features/features.0/HardSigmoid::", "Identity:/features/features.0/Mul::",
      "Identity:/norm/Transpose::", "BatchNormalization:/norm/BatchNormalization:w:",
      "Identity:/norm/Transpose_1::", NULL },
    { "features.0.HardSigmoid", "features.0", "norm.Transpose", "norm", "norm.Transpose_1" } },
  { "names that only begin alike",
    { "Conv:/layer1/layer10/Conv:w:", "Relu:/a/ab.0/Relu::", NULL },
    { "layer1.layer10", "a.ab.0" } },
  { "PyTorch up to 1.12",
    { "Conv:Conv_0:features.0.weight:", "Relu:Relu_1::",
      "BatchNormalization:BatchNormalization_2:"
      "features.1.weight:",
      "Gemm:Gemm_3:classifier.6.bias:", "Conv:Conv_4:193:", NULL },
    { "features.0", "Relu_1", "features.1", "classifier.6", "Conv_4" } },
  { "numbers as names", { "Conv:12:conv1.weight:", "Relu:13::", NULL }, { "conv1", "13" } },
  { "PyTorch from 2.9",
    { "Conv:node_Conv_649:features.0.weight:['', 'features', 'features.0', 'conv2d']",
      "Relu:node_relu::['', 'features', 'features.1', 'relu']",
      "Identity:node_add_3::['', 'layer1', 'layer1.0', 'add_3']",
      "Conv:node_Conv_650:layer1.0.conv1.weight:['', 'layer1', 'layer1.0', 'layer1.0.conv1', "
      "'conv2d_1']",
      "Identity:node_view::['', 'view']", "Conv:node_conv2d_651:fc.weight:", NULL },
    { "features.0", "features.1", "layer1.0.add_3", "layer1.0.conv1", "view", "fc" } },
  { "TensorFlow",
    { "Conv:model/block1_conv1/Conv2D:w:", "Relu:StatefulPartitionedCall/m/Relu::", "Relu:relu_3::",
      "Relu:getitem::", NULL },
    { "model/block1_conv1/Conv2D", "StatefulPartitionedCall/m/Relu", "relu_3", "getitem" } },
  { "no names",
    { "Conv:::", "Relu:::", "Conv:::", "Relu:::", "Conv::conv9.weight:", NULL },
    { "Conv_0", "Relu_0", "Conv_1", "Relu_1", "conv9" } },
  { "the same name twice", { "Relu:act::", "Relu:act::", NULL }, { "act", "act_1" } },
  { "odd paths", { "Relu:/::", "Relu:///::", "Relu:/a//Relu::", NULL }, { "/", NULL, "a." } },
};

static LucidaNetwork *
read_case (const Case *c)
{
  static const gint64 picture[] = { 1, 3, 8, 8, G_MININT64 }, weight[] = { 3, 3, 1, 1, -1 };
  g_autofree char *before = g_strdup ("x");
  Model model;

  model_init (&model);
  for (int i = 0; c->nodes[i]; i++)
    {
      g_auto (GStrv) parts = g_strsplit (c->nodes[i], ":", 3);
      /* the weight may hold "::" itself */
      const char *scopes = strrchr (parts[2], ':') + 1;
      g_autofree char *w = g_strndup (parts[2], (gsize) (scopes - 1 - parts[2]));
      g_autofree char *inputs = *w ? g_strconcat (before, ",", w, NULL) : g_strdup (before);
      char *after = c->nodes[i + 1] ? g_strdup_printf ("t%d", i) : g_strdup ("y");
      Message *node = node_message (parts[0], parts[1], inputs, after);

      if (*scopes)
        {
          Message *entry = message_new ();

          put_string (entry, 1, "pkg.torch.onnx.name_scopes");
          put_string (entry, 2, scopes);
          put_message (node, 9, entry);
        }
      put_message (model.graph, 1, node);
      if (*w)
        put_message (model.graph, 5, float_tensor (w, weight));
      g_free (before);
      before = after;
    }
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  return assert_read (&model);
}

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LucidaNetwork) network = read_case (&cases[i]);

      for (int k = 0; cases[i].nodes[k]; k++)
        {
          const char *name = lucida_node_get_name (lucida_network_get_node (network, k));

          if (cases[i].names[k] && g_strcmp0 (name, cases[i].names[k]) != 0)
            g_error ("%s: “%s” became “%s”, not “%s”", cases[i].what, cases[i].nodes[k], name,
                     cases[i].names[k]);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-names/every-exporter's-names-are-readable", test_table);
  return g_test_run ();
}
