#include <string.h>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "tests/core/data/data-test.h"

/* Malformed data files, each refused when it is opened, each for its own reason. */

/**
 * Case:
 * @scheme: what it is opened as
 * @file: what it is called
 * @fixture: (nullable): the bytes to begin with, else zeros
 * @size: how long the file is made; 0 for as long as the fixture
 * @bytes: what is written at @offset into it
 */
typedef struct
{
  const char *name;
  const char *scheme;
  const char *file;
  const char *fixture;
  gsize size;
  gsize offset;
  const char *bytes;
  gsize n;
  int code;
  const char *part;
} Case;

#define AT(offset, literal) offset, literal, sizeof literal - 1
#define ALL(literal)        sizeof literal - 1, 0, literal, sizeof literal - 1
#define FORMAT              KAPPA_ERROR_FORMAT
#define UNSUPPORTED         KAPPA_ERROR_UNSUPPORTED
#define DATA                KAPPA_ERROR_DATA
#define CIFAR(name, size, patch, part)                                                             \
  {                                                                                                \
    name, "cifar10", "test_batch.bin", NULL, size, patch, FORMAT, part                             \
  }
#define CIFAR100(name, size, patch, part)                                                          \
  {                                                                                                \
    name, "cifar100", "test.bin", NULL, size, patch, FORMAT, part                                  \
  }
#define PICKLE(name, size, patch, code, part)                                                      \
  {                                                                                                \
    name, "cifar10", "test_batch", "cifar10-python2.pickle", size, patch, code, part               \
  }
#define IMAGES(name, bytes, code, part)                                                            \
  {                                                                                                \
    name, "mnist", "t10k-images-idx3-ubyte", NULL, ALL (bytes), code, part                         \
  }
#define NPZ(name, code, part)                                                                      \
  {                                                                                                \
    name, "npz", "x.npz", "bad-" name ".npz", 0, AT (0, ""), code, part                            \
  }
#define TABLE(name, text, code, part)                                                              \
  {                                                                                                \
    name, "folder", "labels.csv", NULL, ALL (text), code, part                                     \
  }

static const Case cases[] = {
  CIFAR ("cifar-empty", 0, AT (0, ""), "has 0 bytes, expected a multiple of 3073"),
  CIFAR ("cifar-short", 3072, AT (0, ""), "has 3072 bytes"),
  CIFAR ("cifar-long", 6147, AT (0, ""), "has 6147 bytes"),
  CIFAR ("cifar-label-10", 6146, AT (3073, "\12"), "image 1 has label 10, expected 0 to 9"),
  CIFAR ("cifar-label-255", 3073, AT (0, "\xff"), "image 0 has label 255"),
  CIFAR100 ("cifar100-short",
            3073,
            AT (0, ""),
            "expected a multiple of 3074 as in a CIFAR-100 binary batch"),
  CIFAR100 ("cifar100-label-100",
            6148,
            AT (3075, "\144"),
            "image 1 has label 100, expected 0 to 99"),
  PICKLE ("pickle-truncated", 1000, AT (0, ""), FORMAT, "test_batch"),
  PICKLE ("pickle-of-a-list",
          6,
          AT (0, "\x80\x02]q\x00."),
          FORMAT,
          "something else than a dictionary"),
  PICKLE ("pickle-without-data",
          21,
          AT (0, "\x80\x02}q\x00X\x06\x00\x00\x00labels]q\x01s."),
          FORMAT,
          "without \"data\""),
  PICKLE ("pickle-that-runs",
          26,
          AT (0,
              "\x80\x02"
              "cposix\nsystem\nX\x02\x00\x00\x00id\x85R."),
          UNSUPPORTED,
          "posix"),
  PICKLE ("pickle-label-11", 0, AT (62, "\x0b"), FORMAT, "image 1 has label 11"),
  PICKLE ("pickle-forbidden-instruction", 0, AT (61, "0N"), FORMAT, "test_batch"),
  PICKLE ("pickle-shape", 0, AT (141, "\x03"), FORMAT, "test_batch"),
  PICKLE ("pickle-width", 0, AT (143, "\x01\x0c"), FORMAT, "test_batch"),
  IMAGES ("idx-empty", "", FORMAT, "has 0 bytes, too few for the header"),
  IMAGES ("idx-half-a-header", "\0\0\10\3\0\0\0\1\0\0", FORMAT, "too few for the header"),
  IMAGES ("idx-magic",
          "\1\0\10\3\0\0\0\1\0\0\0\1\0\0\0\1\0",
          FORMAT,
          "begins with 01 00, expected 00 00"),
  IMAGES ("idx-floats",
          "\0\0\15\3\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\0",
          UNSUPPORTED,
          "elements of type 0x0d"),
  IMAGES ("idx-labels-for-images",
          "\0\0\10\1\0\0\0\10\0\0\0\1\0\0\0\1",
          FORMAT,
          "an IDX file of 1 axes, expected 3"),
  IMAGES ("idx-truncated",
          "\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2\0\0\0\0\0\0\0",
          FORMAT,
          "declares 8 bytes of elements and has 7"),
  IMAGES ("idx-too-long",
          "\0\0\10\3\0\0\0\1\0\0\0\1\0\0\0\1\0\0",
          FORMAT,
          "declares 1 bytes of elements and has 2"),
  IMAGES ("idx-overflow",
          "\0\0\10\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0",
          FORMAT,
          "more elements than any file can hold"),
  IMAGES ("idx-wraps-to-its-size",
          "\0\0\10\3\x80\0\0\0\0\0\0\2\x80\0\0\0",
          FORMAT,
          "declares 9223372036854775808"),
  IMAGES ("idx-no-images", "\0\0\10\3\0\0\0\0\0\0\0\1\0\0\0\1", FORMAT, "has no images in it"),
  IMAGES ("idx-no-width", "\0\0\10\3\0\0\0\1\0\0\0\1\0\0\0\0", FORMAT, "has no images in it"),
  IMAGES ("idx-gzip-truncated",
          "\x1f\x8b\10\0\0\0\0\0\0\3\x63\x60\x60",
          FORMAT,
          "broken or truncated gzip file"),
  IMAGES ("idx-gzip-garbage",
          "\x1f\x8b\10\0\0\0\0\0\0\3\xff\xff\xff\xff",
          FORMAT,
          "broken or truncated gzip file"),
  NPZ ("names", DATA, "has the arrays \"pictures\", \"labels\"; expected \"images\""),
  NPZ ("shape", DATA, "\"images\" has shape (2, 4, 5, 7), expected"),
  NPZ ("axes", DATA, "(2, 3, 5, 3); which axis is the channels cannot be told"),
  NPZ ("type", DATA, "has elements of type I64, expected U8"),
  NPZ ("normalized", DATA, "has values from -0.5 to -0.5"),
  NPZ ("nan", DATA, "values that are not finite"),
  NPZ ("labels", DATA, "\"labels\" has shape (3), expected a label for each of the 2 images"),
  NPZ ("labels-float", DATA, "has 0.5 for image 1"),
  NPZ ("labels-negative", DATA, "has -2 for image 1"),
  NPZ ("objects", UNSUPPORTED, "x.npz"),
  NPZ ("empty", DATA, "is empty"),
  { "npz-truncated", "npz", "x.npz", "nhwc.npz", 200, AT (0, ""), FORMAT, "x.npz" },
  { "npz-damaged", "npz", "x.npz", "nchw-float.npz", 0, AT (200, "\xff"), FORMAT, "x.npz" },
  { "npz-of-zeros", "npz", "x.npz", NULL, 100, AT (0, ""), UNSUPPORTED, "x.npz" },
  TABLE ("csv-empty", "", FORMAT, "labels.csv, line 1: the table is empty"),
  TABLE ("csv-header-only", "image,label\n", DATA, "has a header and no rows"),
  TABLE ("csv-ragged", "image,label\nrgb8.png\n", FORMAT, "line 2: has 1 fields, the header has 2"),
  TABLE ("csv-open-quote",
         "image,label\n\"rgb8.png,1\n",
         FORMAT,
         "line 2: a quoted field has no closing quote"),
  TABLE ("csv-utf-16", "\xff\xfei\0m\0a\0g\0e\0", FORMAT, "is written in UTF-16"),
  TABLE ("csv-binary", "image,label\nrgb8.png,1\n\0\0", FORMAT, "line 3: has a zero byte"),
  TABLE ("csv-latin-1",
         "image,label\ncaf\xe9.png,1\n",
         FORMAT,
         "line 2: has a character that is not UTF-8"),
  TABLE ("csv-no-header",
         "rgb8.png,1,2\nother.png,2,1\n",
         DATA,
         "which column has the names of the images cannot be told"),
  TABLE ("csv-no-labels",
         "image,age,eye\nrgb8.png,3,2\n",
         DATA,
         "which column has the labels cannot be told"),
  TABLE ("csv-probabilities",
         "image,label\nrgb8.png,0.5\n",
         DATA,
         "line 2: \"0.5\" in column \"label\" is not a class"),
  TABLE ("csv-negative",
         "image,label\nrgb8.png,-7\n",
         DATA,
         "\"-7\" in column \"label\" is not a class"),
  TABLE ("csv-huge",
         "image,label\nrgb8.png,1e300\n",
         DATA,
         "\"1e300\" in column \"label\" is not a class"),
  TABLE ("csv-of-other-images",
         "image,label\nnothing.png,1\n",
         DATA,
         "none of the 1 names in column \"image\" is an image"),
  TABLE ("csv-twice-a-column",
         "image,label,label\nrgb8.png,1,2\n",
         FORMAT,
         "two columns are called \"label\""),
};

static char *
write_file (const Case *hostile, const char *folder)
{
  g_autofree char *bytes = NULL, *content = NULL;
  gsize size = 0, length;

  if (hostile->fixture != NULL)
    {
      g_autofree char *path = kappa_test_fixture (hostile->fixture);

      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
    }
  length = hostile->size > 0 ? hostile->size : size;
  content = g_malloc0 (length + 1);
  if (size > 0)
    memcpy (content, bytes, MIN (size, length));
  g_assert_cmpuint (hostile->offset + hostile->n, <=, length);
  memcpy (content + hostile->offset, hostile->bytes, hostile->n);
  return kappa_test_write (folder, hostile->file, content, (gssize)length);
}

static void
test_case (gconstpointer data)
{
  const Case *hostile = data;
  g_autofree char *folder = kappa_test_folder_new (), *path = write_file (hostile, folder),
                  *spec = NULL;
  g_autoptr (GError) error = NULL;

  kappa_test_copy_fixture ("rgb8.png", folder, "rgb8.png");
  spec = g_strconcat (hostile->scheme, ":", strcmp (hostile->scheme, "folder") == 0 ? folder : path,
                      NULL);
  g_assert_null (kappa_dataset_open (spec, NULL, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, hostile->file));
  kappa_test_assert_fails (&error, KAPPA_ERROR, hostile->code, hostile->part);
  kappa_test_folder_remove (folder);
}

/* More labels than images, in two files that are well by themselves. */
static void
test_mnist_label_count (void)
{
  g_autofree char *folder = kappa_test_folder_new (), *images = NULL, *labels = NULL;
  g_autoptr (GError) error = NULL;

  images = kappa_test_write (folder, "t10k-images-idx3-ubyte",
                             "\0\0\10\3\0\0\0\1\0\0\0\1\0\0\0\1\7", 17);
  labels = kappa_test_write (folder, "t10k-labels-idx1-ubyte", "\0\0\10\1\0\0\0\2\7\7", 10);
  g_assert_null (kappa_dataset_open (images, NULL, NULL, &error));
  kappa_test_assert_fails (
      &error, KAPPA_ERROR, KAPPA_ERROR_DATA,
      "t10k-labels-idx1-ubyte: has 2 labels for 1 images in t10k-images-idx3-ubyte");
  kappa_test_folder_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/data/hostile/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/data/hostile/mnist-label-count", test_mnist_label_count);
  return g_test_run ();
}
