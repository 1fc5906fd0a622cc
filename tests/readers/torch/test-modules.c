#include "readers/torch/torch-writer.h"

#include <string.h>

static gboolean
has_layer (LucidaNetwork *network, const char *name)
{
  for (int i = 0; i < lucida_network_get_n_nodes (network); i++)
    if (g_str_equal (lucida_node_get_name (lucida_network_get_node (network, i)), name))
      return TRUE;
  return FALSE;
}

/* Whole modules */

static void
module_begin (GByteArray *p, const char *module, const char *name)
{
  g_autofree char *global = g_strdup_printf ("c%s\n%s\n)\x81}(", module, name);

  torch_text (p, global);
  torch_string (p, "training");
  torch_byte (p, 0x88);
  torch_string (p, "_backward_hooks");
  torch_text (p, "ccollections\nOrderedDict\n)R");
}

static void
module_end (GByteArray *p)
{
  torch_text (p, "ub");
}

static void
dict (GByteArray *p, const char *key)
{
  torch_string (p, key);
  torch_text (p, "ccollections\nOrderedDict\n)R(");
}

static void
conv (GByteArray *p, const char *stride)
{
  static const char *const pairs[] = { "kernel_size", "padding", "dilation" };
  static const gint64 values[] = { 3, 1, 1 };

  module_begin (p, "torch.nn.modules.conv", "Conv2d");
  dict (p, "_parameters");
  torch_string (p, "weight");
  torch_text (p, "ctorch._utils\n_rebuild_parameter\n(");
  torch_tensor (p, 4, 2, 3, 3, 3);
  torch_text (p, "\x88NtR");
  torch_string (p, "bias");
  torch_text (p, "Nu");
  dict (p, "_buffers");
  torch_text (p, "u");
  dict (p, "_modules");
  torch_text (p, "u");
  for (int i = 0; i < 3; i++)
    {
      const gint64 pair[2] = { values[i], values[i] };

      torch_string (p, pairs[i]);
      torch_tuple (p, pair, 2);
    }
  torch_string (p, "stride");
  if (stride)
    torch_string (p, stride);
  else
    torch_integer (p, 1);
  torch_string (p, "groups");
  torch_integer (p, 1);
  torch_string (p, "padding_mode");
  torch_string (p, "zeros");
  module_end (p);
}

static void
plain (GByteArray *p, const char *module, const char *name)
{
  module_begin (p, module, name);
  dict (p, "_parameters");
  torch_text (p, "u");
  dict (p, "_buffers");
  torch_text (p, "u");
  dict (p, "_modules");
  torch_text (p, "u");
  torch_string (p, "output_size");
  torch_integer (p, 1);
  module_end (p);
}

static void
linear (GByteArray *p)
{
  module_begin (p, "torch.nn.modules.linear", "Linear");
  dict (p, "_parameters");
  torch_string (p, "weight");
  torch_tensor (p, 2, 1, 2);
  torch_text (p, "u");
  dict (p, "_modules");
  torch_text (p, "u");
  module_end (p);
}

/* A conv, a pool, a dense layer in a class of the given name. */
static GByteArray *
small_network (const char *module, const char *name, const char *const *children,
               const char *stride)
{
  GByteArray *p = g_byte_array_new ();

  torch_begin (p);
  module_begin (p, module, name);
  /* what else a pickle of a module may name */
  torch_string (p, "seen");
  torch_text (p, "c__builtin__\nset\n](K\1e\x85R");
  torch_string (p, "device");
  torch_text (p, "ctorch\ndevice\n");
  torch_string (p, "cuda");
  torch_text (p, "\x85R");
  torch_string (p, "log");
  torch_text (p, "ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R");
  dict (p, "_parameters");
  torch_text (p, "u");
  dict (p, "_buffers");
  torch_text (p, "u");
  dict (p, "_modules");
  torch_string (p, children[0]);
  conv (p, stride);
  torch_string (p, children[1]);
  plain (p, "torch.nn.modules.pooling", "AdaptiveAvgPool2d");
  if (children[3])
    {
      torch_string (p, children[3]);
      plain (p, "torch.nn.modules.flatten", "Flatten");
    }
  torch_string (p, children[2]);
  linear (p);
  torch_text (p, "u");
  module_end (p);
  torch_text (p, ".");
  return p;
}

#define SEQUENTIAL "torch.nn.modules.container", "Sequential"

static const char *const numbered[] = { "0", "1", "3", "2" };

static void
test_sequential (void)
{
  g_autoptr (LucidaNetwork) network
      = torch_assert_read (torch_write (small_network (SEQUENTIAL, numbered, NULL)));

  g_assert_true (has_layer (network, "0"));
  g_assert_cmpint (lucida_network_find_value (network, "0:0"), >=, 0);
  g_assert_cmpint (lucida_network_get_output_shape (network)->dim[1], ==, 1);
  g_assert_null (lucida_network_get_warnings (network)[0]);
  torch_assert_refused (torch_write (small_network (SEQUENTIAL, numbered, "two")),
                        "the layer “0” has no “stride” that makes sense");
}

static void
test_classes_of_users (void)
{
  static const char *const named[] = { "stem", "squash", "out", NULL };
  static const char *const usual[] = { "features", "avgpool", "classifier", NULL };
  g_autoptr (LucidaNetwork) network = NULL;

  torch_assert_refused (torch_write (small_network ("__main__", "Model", named, NULL)),
                        "“__main__.Model”, whose code is not in the file");
  torch_assert_refused (torch_write (small_network ("__main__", "Model", named, NULL)),
                        "torch.onnx.export(");
  network = torch_assert_read (torch_write (small_network ("__main__", "Model", usual, NULL)));
  g_assert_nonnull (strstr (lucida_network_get_warnings (network)[0], "guessed"));
  g_assert_nonnull (strstr (lucida_network_get_warnings (network)[0], "__main__.Model"));
}

/* m = Sequential(); m._modules['0'] = m */
static void
test_module_in_itself (void)
{
  GByteArray *p = g_byte_array_new ();

  torch_begin (p);
  torch_text (p, "ctorch.nn.modules.container\nSequential\n)\x81q\1}(");
  dict (p, "_parameters");
  torch_text (p, "u");
  dict (p, "_modules");
  torch_string (p, "0");
  torch_text (p, "h\1u");
  module_end (p);
  torch_text (p, ".");
  torch_assert_refused (torch_write (p), "contains itself");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/torch/sequential-modules", test_sequential);
  g_test_add_func ("/torch/classes-of-users-are-named-or-guessed", test_classes_of_users);
  g_test_add_func ("/torch/a-module-in-itself", test_module_in_itself);
  return g_test_run ();
}
