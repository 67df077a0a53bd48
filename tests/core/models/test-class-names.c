#include "core/models/class-names.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/formats/tensor-file.h"
#include "tests/core/models/key-list.h"
#include "tests/core/models/small-net.h"
#include "tests/support/shared.h"

/* Names of classes, where only the number of outputs and the family tell. */

static const struct
{
  const char *keys;
  const char *first, *last;
  guint n;
  gboolean assumed;
  const char *says;
} cases[] = {
  { "resnet18", "tench", "toilet tissue", 1000, TRUE, "torchvision" },
  { "vitnpz_B_16_224", "tench", "toilet tissue", 1000, TRUE, "WordNet" },
  { "inception_v4_1001", "background", "toilet tissue", 1001, TRUE, "background" },
  { "cifar_resnet20", "airplane", "truck", 10, FALSE, "CIFAR-10" },
  { "vitnpz_B_16_224_in21k", NULL, NULL, 0, FALSE, NULL },
  { "inception_resnet_v1_vggface2", NULL, NULL, 0, FALSE, NULL },
};

static KappaTensorFile *
open_small_file (char **folder)
{
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *path = NULL;
  KappaTensorFile *file;

  if (net == NULL)
    return NULL;
  *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  path = g_build_filename (*folder, "small.safetensors", NULL);
  small_net_save (net, path, 0, net->n, NULL);
  file = kappa_tensor_file_open (path, NULL, NULL);
  g_assert_nonnull (file);
  return file;
}

static void
test_names (void)
{
  g_autofree char *folder = NULL;
  g_autoptr (KappaTensorFile) file = open_small_file (&folder);

  for (guint i = 0; file != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *relative = g_strdup_printf ("facts/keys/%s.tsv", cases[i].keys);
      g_autofree char *path = kappa_test_need_shared (relative);
      g_autoptr (KappaTensorTable) table = path != NULL ? kappa_test_read_keys (path) : NULL;
      g_autoptr (KappaRecognition) recognition = NULL;
      KappaClassNames names;

      if (table == NULL)
        break;
      recognition = kappa_recognise (table, NULL);
      kappa_class_names_find (&names, recognition, file, NULL);
      if (cases[i].first == NULL)
        g_assert_null (names.names);
      else
        {
          g_assert_cmpuint (names.names->len, ==, cases[i].n);
          g_assert_cmpstr (names.names->pdata[0], ==, cases[i].first);
          g_assert_cmpstr (names.names->pdata[cases[i].n - 1], ==, cases[i].last);
          g_assert_nonnull (strstr (names.evidence, cases[i].says));
        }
      g_assert_cmpint (names.assumed, ==, cases[i].assumed);
      kappa_class_names_clear (&names);
    }
  g_clear_object (&file);
  if (folder != NULL)
    {
      g_autofree char *path = g_build_filename (folder, "small.safetensors", NULL);

      g_remove (path);
      g_rmdir (folder);
    }
}

/* The photographs are named after their classes: "n01440764_tench.JPEG", and numbered in a table.
 */
static void
test_photographs (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/imagenet/expected.csv");
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], ",", 3);
      const char *name = kappa_imagenet_names[g_ascii_strtoull (fields[1], NULL, 10)];
      g_autofree char *stem = g_strndup (fields[0], strcspn (fields[0], "."));
      g_autofree char *lower = g_ascii_strdown (strchr (stem, '_') + 1, -1),
                      *expected = g_ascii_strdown (name, -1);

      g_strdelimit (lower, "_", ' ');
      if (strstr (expected, lower) == NULL && strstr (lower, expected) == NULL)
        g_test_message ("%s is not %s", stem, name);
      g_assert_true (strstr (expected, lower) != NULL || strstr (lower, expected) != NULL);
      n++;
    }
  g_assert_cmpuint (n, ==, 100);
}

static void
test_all_differ (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < KAPPA_N_IMAGENET_NAMES; i++)
    {
      g_assert_nonnull (kappa_imagenet_names[i]);
      g_assert_true (g_hash_table_add (seen, (gpointer)kappa_imagenet_names[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/class-names/names", test_names);
  g_test_add_func ("/models/class-names/photographs", test_photographs);
  g_test_add_func ("/models/class-names/all-differ", test_all_differ);
  return g_test_run ();
}
