#include "base/error.h"
#include "readers/reader.h"
#include "readers/torch/torch-writer.h"

#include <string.h>

/* PyTorch's files, written here opcode by opcode; all tensors are views of one storage of zeros. */

static gboolean
has_layer (LucidaNetwork *network, const char *name)
{
  for (int i = 0; i < lucida_network_get_n_nodes (network); i++)
    if (g_str_equal (lucida_node_get_name (lucida_network_get_node (network, i)), name))
      return TRUE;
  return FALSE;
}

static void
assert_alexnet (LucidaNetwork *network)
{
  const LucidaPreprocessing *p = lucida_network_get_preprocessing (network);
  int channels, height, width;

  g_assert_true (lucida_network_get_input_size (network, &channels, &height, &width));
  g_assert_cmpint (channels, ==, 3);
  g_assert_cmpint (height, ==, LUCIDA_FREE_SIZE);
  g_assert_cmpint (width, ==, LUCIDA_FREE_SIZE);
  g_assert_true (has_layer (network, "features.11"));
  g_assert_cmpint (lucida_network_find_value (network, "features.11:0"), >=, 0);
  g_assert_true (has_layer (network, "classifier.6"));
  g_assert_cmpint (lucida_network_get_output_shape (network)->dim[1], ==, 3);
  g_assert_true (p->assumed);
  g_assert_cmpint (p->height, ==, 224);
  lucida_network_unref (network);
}

static void
test_checkpoints (void)
{
  static const char *const keys[]
      = { "state_dict", "net", "model", "model_state_dict", "anything", NULL };
  static const char *const prefixes[] = { "", "module.", "model.", "_orig_mod.module." };

  assert_alexnet (torch_assert_read (torch_write_state (torch_alexnet, TORCH_ALEXNET)));
  for (int k = 0; keys[k]; k++)
    for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
      {
        GByteArray *p = g_byte_array_new ();

        torch_begin (p);
        torch_text (p, "}(");
        torch_string (p, "epoch");
        torch_integer (p, 7);
        torch_string (p, "optimizer");
        torch_text (p, "}(");
        torch_string (p, "state");
        torch_text (p, "}");
        torch_integer (p, 0);
        torch_tensor (p, 1, 5);
        torch_text (p, "su");
        torch_string (p, keys[k]);
        torch_state_dict (p, prefixes[i], torch_alexnet, TORCH_ALEXNET);
        torch_text (p, "u.");
        assert_alexnet (torch_assert_read (torch_write (p)));
      }
}

/* What else an archive holds, and a pickle that someone has compressed. */
static void
test_other_entries (void)
{
  GByteArray *p = g_byte_array_new ();

  torch_begin (p);
  torch_state_dict (p, "", torch_alexnet, TORCH_ALEXNET);
  torch_text (p, ".");
  {
    ZipPart parts[] = { { "x/y/data.pkl", (const char *) p->data, p->len, TRUE },
                        { "x/y/byteorder", ZIP_TEXT ("little"), FALSE },
                        { "x/y/data/0", torch_zeros, sizeof torch_zeros, FALSE },
                        { "x/y/.format_version", ZIP_TEXT ("1"), FALSE },
                        { "x/y/.storage_alignment", ZIP_TEXT ("64"), FALSE },
                        { "x/y/.data/serialization_id", ZIP_TEXT ("12345678"), TRUE } };

    assert_alexnet (torch_assert_read (torch_write_archive (parts, 6, "a model.pt")));
    parts[1].data = "big";
    parts[1].size = 3;
    torch_assert_refused (torch_write_archive (parts, 6, "a model.pt"), "big-endian");
    parts[1].data = "little";
    parts[1].size = 6;
    parts[2].size = 400; /* shorter than the storage says */
    torch_assert_refused (torch_write_archive (parts, 6, "a model.pt"), "shorter");
    parts[2].name = "x/y/data/1";
    torch_assert_refused (torch_write_archive (parts, 6, "a model.pt"), "missing from the file");
  }
  g_byte_array_unref (p);
}

static void
assert_misfit (int changed, const TorchWeights *to, int n, const char *part)
{
  TorchWeights weights[TORCH_ALEXNET + 1];

  memcpy (weights, torch_alexnet, sizeof torch_alexnet);
  if (to)
    weights[changed] = *to;
  torch_assert_refused (torch_write_state (weights, n), part);
}

static void
test_every_name_and_shape (void)
{
  const TorchWeights more = { "features.13.weight", 1, { 2 } };
  const TorchWeights kernel = { "features.3.weight", 4, { 2, 2, 3, 3 } };
  const TorchWeights channels = { "features.6.weight", 4, { 2, 3, 3, 3 } };
  const TorchWeights rank = { "features.8.bias", 2, { 2, 1 } };
  const TorchWeights dense = { "classifier.1.weight", 2, { 4, 70 } };
  const TorchWeights renamed = { "classifier.7.weight", 2, { 3, 4 } };

  assert_misfit (TORCH_ALEXNET, &more, TORCH_ALEXNET + 1, "“features.13.weight” (2) does not fit");
  assert_misfit (2, &kernel, TORCH_ALEXNET, "“features.3.weight” (2×2×3×3) does not fit");
  assert_misfit (4, &channels, TORCH_ALEXNET, "takes 3 channels, and 2 come in");
  assert_misfit (7, &rank, TORCH_ALEXNET, "“features.8.bias” (2×1)");
  assert_misfit (10, &dense, TORCH_ALEXNET, "takes 70 numbers, and 72 come in");
  assert_misfit (14, &renamed, TORCH_ALEXNET, "“classifier.6.weight” is missing");
  assert_misfit (0, NULL, TORCH_ALEXNET - 1, "“classifier.6.bias” is missing");
}

/* Names that only begin like a known network's. */
static void
test_networks_that_are_not (void)
{
  static const TorchWeights known_by_name[]
      = { { "features.0.0.weight", 4, { 8, 3, 3, 3 } },
          { "features.1.block.0.0.weight", 4, { 8, 1, 3, 3 } } };
  static const TorchWeights small[] = { { "features.0.weight", 4, { 8, 3, 3, 3 } },
                                        { "features.0.bias", 1, { 8 } },
                                        { "classifier.1.weight", 2, { 2, 8 } },
                                        { "classifier.1.bias", 1, { 2 } } };
  static const TorchWeights cifar[] = { { "conv1.weight", 4, { 16, 3, 3, 3 } },
                                        { "bn1.weight", 1, { 16 } },
                                        { "layer1.0.conv1.weight", 4, { 16, 16, 3, 3 } },
                                        { "linear.weight", 2, { 10, 64 } } };
  static const TorchWeights squeezed[] = { { "features.0.weight", 4, { 8, 3, 3, 3 } },
                                           { "features.0.bias", 1, { 8 } },
                                           { "features.1.weight", 1, { 8 } },
                                           { "features.1.running_mean", 1, { 8 } },
                                           { "features.3.squeeze.weight", 4, { 2, 8, 1, 1 } } };

  torch_assert_refused (torch_write_state (small, 4), "“features.0.weight” 8×3×3×3");
  torch_assert_refused (torch_write_state (known_by_name, 2), "torchvision's MobileNetV3");
  torch_assert_refused (torch_write_state (cifar, 4), "“conv1.weight” (16×3×3×3) does not fit");
  torch_assert_refused (torch_write_state (squeezed, 5),
                        "torchvision's SqueezeNet, but “classifier” is missing");
}

static void
test_storages (void)
{
  TorchView v = { "FloatStorage", "0", TORCH_STORAGE, 0, { 2 }, 1, 1 };
  static const struct
  {
    const char *storage;
    gint64 numel, offset;
    gint64 shape[3];
    gint64 stride;
    int rank;
    const char *part;
  } cases[] = {
    { "FloatStorage", TORCH_STORAGE, TORCH_STORAGE - 1, { 2 }, 1, 1, "reaches beyond its data" },
    { "FloatStorage", TORCH_STORAGE, 0, { 2, 2 }, TORCH_STORAGE, 2, "reaches beyond its data" },
    { "FloatStorage", TORCH_STORAGE, G_MAXINT64, { 2 }, 1, 1, "reaches beyond its data" },
    { "FloatStorage", TORCH_STORAGE, 0, { 3 }, G_MAXINT64, 1, "reaches beyond its data" },
    { "FloatStorage", TORCH_STORAGE, -1, { 2 }, 1, 1, "damaged" },
    { "FloatStorage", TORCH_STORAGE, 0, { 2 }, -1, 1, "negative stride" },
    { "FloatStorage", TORCH_STORAGE, 0, { -2 }, 1, 1, "" },
    { "FloatStorage", TORCH_STORAGE, 0, { G_MAXINT64, G_MAXINT64 }, 0, 2, "" },
    { "FloatStorage", TORCH_STORAGE, 0, { (gint64) 1 << 40 }, 0, 1, "" },
    { "FloatStorage", TORCH_STORAGE + 1, 0, { 2 }, 1, 1, "two ways" },
    { "DoubleStorage", TORCH_STORAGE, 0, { 2 }, 1, 1, "two ways" },
    { "FloatStorage", -5, 0, { 2 }, 1, 1, "no key or no size" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GByteArray *p = g_byte_array_new ();

      memcpy (v.shape, cases[i].shape, sizeof cases[i].shape);
      v.storage = cases[i].storage;
      v.numel = cases[i].numel;
      v.offset = cases[i].offset;
      v.stride = cases[i].stride;
      v.rank = cases[i].rank;
      torch_begin (p);
      torch_text (p, "}(");
      torch_string (p, "a.weight");
      torch_tensor (p, 1, 2);
      torch_string (p, "b.weight");
      torch_view (p, &v);
      torch_text (p, "u.");
      torch_assert_refused (torch_write (p), cases[i].part);
    }
}

/* A stride of 0 makes a large tensor of one number; that needs no memory beyond what is bounded. */
static void
test_expanded (void)
{
  TorchWeights weights[TORCH_ALEXNET];
  GByteArray *p = g_byte_array_new ();
  TorchView v = { "FloatStorage", "0", TORCH_STORAGE, 0, { 1 << 14, 1 << 14 }, 2, 0 };

  memcpy (weights, torch_alexnet, sizeof torch_alexnet);
  torch_begin (p);
  torch_text (p, "}(");
  for (int i = 0; i < TORCH_ALEXNET; i++)
    {
      torch_string (p, weights[i].name);
      if (i == 12)
        torch_view (p, &v);
      else
        torch_tensor (p, weights[i].rank, weights[i].shape[0], weights[i].shape[1],
                      weights[i].shape[2], weights[i].shape[3]);
    }
  torch_text (p, "u.");
  torch_assert_refused (torch_write (p), "far more memory than the file's size explains");
}

static void
test_rank (void)
{
  TorchView v = { "FloatStorage", "0", TORCH_STORAGE, 0, { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 9, 1 };
  GByteArray *p = g_byte_array_new ();

  torch_begin (p);
  torch_text (p, "}");
  torch_string (p, "a.weight");
  torch_view (p, &v);
  torch_text (p, "s.");
  torch_assert_refused (torch_write (p), "description is damaged");
}

static void
test_other_content (void)
{
  GByteArray *p = g_byte_array_new ();

  torch_begin (p);
  torch_tensor (p, 4, 10, 3, 5, 5);
  torch_text (p, ".");
  torch_assert_refused (torch_write (p), "a tensor (10×3×5×5)");

  p = g_byte_array_new ();
  torch_begin (p);
  torch_text (p, "](");
  torch_tensor (p, 1, 1);
  torch_tensor (p, 1, 1);
  torch_text (p, "e.");
  torch_assert_refused (torch_write (p), "a list of 2 things");

  p = g_byte_array_new ();
  torch_begin (p);
  torch_text (p, "}(");
  torch_string (p, "images");
  torch_tensor (p, 4, 10, 3, 5, 5);
  torch_string (p, "labels");
  torch_tensor (p, 1, 10);
  torch_text (p, "u.");
  torch_assert_refused (torch_write (p), "no weights of a network (“images” 10×3×5×5");

  p = g_byte_array_new ();
  torch_begin (p);
  torch_text (p, "}(");
  torch_string (p, "epoch");
  torch_integer (p, 1);
  torch_text (p, "u.");
  torch_assert_refused (torch_write (p), "a dictionary with “epoch”");

  p = g_byte_array_new ();
  torch_begin (p);
  torch_text (p, "ctorch.utils.data.dataset\nTensorDataset\n)\x81}b.");
  torch_assert_refused (torch_write (p), "torch.utils.data.dataset.TensorDataset");
}

static void
test_old_files (void)
{
  static const char tar[] = "sys_info";
  guint8 block[1024] = { 0 };
  /* the function of 4 arguments */
  GByteArray *p = g_byte_array_new ();
  const char *at;

  memcpy (block, tar, sizeof tar);
  memcpy (block + 257, "ustar", 5);
  torch_assert_refused (torch_write_bytes ("old.pth", block, sizeof block),
                        "before PyTorch 0.1.10");
  torch_assert_refused (torch_write_bytes ("a.pkl", (const guint8 *) "\x80\x03]q\0.", 6),
                        "not one that PyTorch wrote");
  torch_begin (p);
  torch_state_dict (p, "", torch_alexnet, TORCH_ALEXNET);
  torch_text (p, ".");
  while ((at = memmem (p->data, p->len, "_tensor_v2\n", 11)))
    {
      gsize place = (gsize) ((const guint8 *) at - p->data);
      guint8 *end;

      g_byte_array_remove_range (p, (guint) place + 7, 3);
      end = memmem (p->data + place, p->len - place, "\x89NtR", 4);
      g_byte_array_remove_range (p, (guint) (end - p->data), 2);
    }
  assert_alexnet (torch_assert_read (torch_write (p)));
}

static void
test_code (void)
{
  GByteArray *p = g_byte_array_new ();

  torch_begin (p);
  torch_text (p, "cposix\nsystem\n");
  torch_string (p, "echo");
  torch_text (p, "\x85R.");
  torch_assert_refused (torch_write (p), "tries to run code (posix.system)");
}

/* Every shorter file is an error of one sentence. */
static void
test_cut_anywhere (void)
{
  TorchFile file = torch_write_state (torch_alexnet, TORCH_ALEXNET);
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (file.path, &data, &size, NULL));
  for (gsize cut = 0; cut < size; cut += cut < 2000 ? 7 : 701)
    {
      g_autoptr (LucidaNetwork) network = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (file.path, data, (gssize) cut, NULL));
      network = lucida_reader_open (file.path, NULL, &error);
      g_assert_null (network);
      g_assert_true (error->domain == LUCIDA_ERROR);
    }
  torch_file_remove (&file);
}

static void
test_safetensors (void)
{
  static const char set[]
      = "{\"pixels\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}  ";
  GByteArray *bytes = g_byte_array_new ();

  zip_put (bytes, sizeof set - 1, 8);
  torch_text (bytes, set);
  zip_put (bytes, 0, 4);
  torch_assert_refused (torch_write_bytes ("a.safetensors", bytes->data, bytes->len),
                        "no weights of a network (“pixels” 4)");
  g_byte_array_unref (bytes);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/torch/state-dicts-and-checkpoints", test_checkpoints);
  g_test_add_func ("/torch/other-entries-of-the-archive", test_other_entries);
  g_test_add_func ("/torch/every-name-and-shape-must-fit", test_every_name_and_shape);
  g_test_add_func ("/torch/names-alone-make-no-network", test_networks_that_are_not);
  g_test_add_func ("/torch/storages-that-contradict-or-end-early", test_storages);
  g_test_add_func ("/torch/an-expanded-tensor-takes-no-memory", test_expanded);
  g_test_add_func ("/torch/nine-axes-are-refused", test_rank);
  g_test_add_func ("/torch/other-content-is-named", test_other_content);
  g_test_add_func ("/torch/old-files", test_old_files);
  g_test_add_func ("/torch/code-is-refused", test_code);
  g_test_add_func ("/torch/cut-anywhere-is-an-error", test_cut_anywhere);
  g_test_add_func ("/torch/a-data-set-in-safetensors", test_safetensors);
  return g_test_run ();
}
