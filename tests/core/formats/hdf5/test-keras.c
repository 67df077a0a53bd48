#include <string.h>

#include "core/formats/tensor-file.h"
#include "tests/core/formats/hdf5/hdf5-test.h"

/*
 * Keras weights: a good file is read; each of the files in the table is a good one after a few
 * changes, and is refused with its message, when it is opened or at the latest when its tensors are
 * read.
 */

#define ROOT "/model_weights"

typedef enum
{
  DONE,
  NAMES,      /* attribute @name of @path: texts separated by commas */
  LONG_NAMES, /* the same, of variable length */
  NUMBERS,    /* attribute @name of @path: numbers */
  COMPOUND,   /* attribute @name of @path: neither texts nor numbers */
  HUGE_NAMES, /* attribute @name of @path: more than is read */
  NO_ATTRIBUTE,
  REMOVE,
  GROUP,
  SOFT, /* @path is a soft link to @name */
  EXTERNAL,
  HARD, /* @path is another name of @name */
  DATA, /* @path is a data set of @kind */
} Change;

typedef enum
{
  FLOATS,
  DOUBLES,
  HALVES,
  INTEGERS,
  LONG_DOUBLES,
  TEXTS,
  OPAQUE,
  PAIRS,
  CHOICES,
  BITS,
  REFERENCES,
  LISTS,
  NOTHING,
  TWELVE_AXES,
  HUGE,
  HUGE_CHUNKED,
  NEVER_STORED,
  VIRTUAL,
  ELSEWHERE,
  ODD_FILTER,
  BROKEN_CHUNK,
  ENORMOUS,
} Kind;

typedef struct
{
  Change change;
  const char *path;
  const char *name;
  Kind kind;
} Step;

static const float values[4096] = { 1.0f, 2.0f, 3.0f };

static void
drop_attribute (hid_t object, const char *name)
{
  if (H5Aexists (object, name) > 0)
    H5Adelete (object, name);
}

static void
put_attribute (hid_t file,
               const char *path,
               const char *name,
               hid_t type,
               hsize_t n,
               const void *data)
{
  hid_t object = H5Oopen (file, path, H5P_DEFAULT), space = H5Screate_simple (1, &n, NULL),
        attribute;

  drop_attribute (object, name);
  attribute = H5Acreate2 (object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  g_assert_cmpint (attribute, >=, 0);
  if (data != NULL)
    g_assert_cmpint (H5Awrite (attribute, type, data), >=, 0);
  H5Aclose (attribute);
  H5Sclose (space);
  H5Oclose (object);
}

static void
put_names (hid_t file, const char *path, const char *name, const char *list, gboolean variable)
{
  g_auto (GStrv) names = g_strsplit (list, ",", -1);
  gsize n = g_strv_length (names), longest = 1;
  hid_t type = H5Tcopy (H5T_C_S1);
  g_autofree char *fixed = NULL;

  for (gsize i = 0; i < n; i++)
    longest = MAX (longest, strlen (names[i]));
  fixed = g_malloc0 (n * longest + 1);
  for (gsize i = 0; i < n; i++)
    memcpy (fixed + i * longest, names[i], strlen (names[i]));
  H5Tset_size (type, variable ? H5T_VARIABLE : longest);
  put_attribute (file, path, name, type, n, variable ? (const void *)names : fixed);
  H5Tclose (type);
}

static void
put_pairs (hid_t file, const char *path, const char *name)
{
  hid_t type = H5Tcreate (H5T_COMPOUND, 16);

  H5Tinsert (type, "x", 0, H5T_IEEE_F64LE);
  H5Tinsert (type, "y", 8, H5T_IEEE_F64LE);
  put_attribute (file, path, name, type, 2, values);
  H5Tclose (type);
}

static void
put_huge_names (hid_t file, const char *path, const char *name)
{
  hid_t type = H5Tcopy (H5T_C_S1);
  g_autofree char *text = g_malloc0 (17 << 20);

  H5Tset_size (type, 17 << 20);
  put_attribute (file, path, name, type, 1, text);
  H5Tclose (type);
}

static void
put_typed (hid_t file, const char *path, hid_t type)
{
  const hsize_t two = 2;

  put_dataset (file, path, type, 1, &two, H5P_DEFAULT, type, NULL);
  H5Tclose (type);
}

static hid_t
make_type (Kind kind)
{
  const int zero = 0;
  hid_t type;

  switch (kind)
    {
    case TEXTS:
      type = H5Tcopy (H5T_C_S1);
      H5Tset_size (type, 8);
      return type;
    case OPAQUE:
      return H5Tcreate (H5T_OPAQUE, 2);
    case PAIRS:
      type = H5Tcreate (H5T_COMPOUND, 8);
      H5Tinsert (type, "x", 0, H5T_IEEE_F32LE);
      return type;
    case CHOICES:
      type = H5Tenum_create (H5T_NATIVE_INT);
      H5Tenum_insert (type, "no", &zero);
      return type;
    case BITS:
      return H5Tcopy (H5T_STD_B8LE);
    case REFERENCES:
      return H5Tcopy (H5T_STD_REF_OBJ);
    case LISTS:
      return H5Tvlen_create (H5T_IEEE_F32LE);
    default:
      return H5Tcopy (H5T_NATIVE_LDOUBLE);
    }
}

static void
put_shaped (hid_t file,
            const char *path,
            int rank,
            const hsize_t *dims,
            const hsize_t *chunk,
            H5Z_filter_t filter)
{
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE);

  if (chunk != NULL)
    H5Pset_chunk (creation, rank, chunk);
  if (filter == H5Z_FILTER_DEFLATE)
    H5Pset_deflate (creation, 4);
  else if (filter != 0)
    H5Pset_scaleoffset (creation, H5Z_SO_INT, 4);
  put_dataset (file, path, filter == H5Z_FILTER_SCALEOFFSET ? H5T_STD_I32LE : H5T_IEEE_F32LE, rank,
               dims, creation, H5T_NATIVE_FLOAT, NULL);
  H5Pclose (creation);
}

static void
put_virtual (hid_t file, const char *path)
{
  const hsize_t four = 4;
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE), space = H5Screate_simple (1, &four, NULL);

  H5Pset_virtual (creation, space, "/etc/passwd", "/x", space);
  put_dataset (file, path, H5T_IEEE_F32LE, 1, &four, creation, H5T_NATIVE_FLOAT, NULL);
  H5Sclose (space);
  H5Pclose (creation);
}

static void
put_elsewhere (hid_t file, const char *path)
{
  const hsize_t four = 4;
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE);

  H5Pset_external (creation, "/etc/passwd", 0, 16);
  put_dataset (file, path, H5T_IEEE_F32LE, 1, &four, creation, H5T_NATIVE_FLOAT, NULL);
  H5Pclose (creation);
}

/* A chunk whose bytes are no deflate stream. */
static void
put_broken_chunk (hid_t file, const char *path)
{
  const hsize_t dims = 4096, zero = 0;
  hid_t dataset;

  put_shaped (file, path, 1, &dims, &dims, H5Z_FILTER_DEFLATE);
  dataset = H5Dopen2 (file, path, H5P_DEFAULT);
  g_assert_cmpint (H5Dwrite_chunk (dataset, H5P_DEFAULT, 0, &zero, 64, values), >=, 0);
  H5Dclose (dataset);
}

static void
put_nothing (hid_t file, const char *path)
{
  hid_t space = H5Screate (H5S_NULL);

  H5Dclose (H5Dcreate2 (file, path, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose (space);
}

/* Many data sets just small enough not to be looked at one by one. */
static void
put_enormous (hid_t file, const char *path)
{
  const hsize_t dims = (16 << 20) / sizeof (float), chunk = 1024;
  g_autoptr (GString) names = g_string_new ("fc/kernel:0");
  g_autofree char *layer = g_path_get_dirname (path);

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/w%u", layer, i);

      put_shaped (file, name, 1, &dims, &chunk, 0);
      g_string_append_printf (names, ",fc/w%u", i);
    }
  put_names (file, ROOT "/fc", "weight_names", names->str, FALSE);
}

static void
put_data (hid_t file, const char *path, Kind kind)
{
  const hsize_t dims[12] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4 }, four = 4;
  const hsize_t huge[] = { 1 << 20, 1 << 20 }, chunk[] = { 8, 8 }, many = 1 << 26;

  switch (kind)
    {
    case FLOATS:
      put_dataset (file, path, H5T_IEEE_F32LE, 1, &four, H5P_DEFAULT, H5T_NATIVE_FLOAT, values);
      break;
    case DOUBLES:
      put_dataset (file, path, H5T_IEEE_F64BE, 1, &four, H5P_DEFAULT, H5T_NATIVE_FLOAT, values);
      break;
    case INTEGERS:
      put_dataset (file, path, H5T_STD_I64BE, 1, &four, H5P_DEFAULT, H5T_NATIVE_FLOAT, values);
      break;
    case HALVES:
      put_dataset (file, path, H5T_STD_U16LE, 1, &four, H5P_DEFAULT, H5T_NATIVE_FLOAT, values);
      break;
    case NOTHING:
      put_nothing (file, path);
      break;
    case TWELVE_AXES:
      put_dataset (file, path, H5T_IEEE_F32LE, 12, dims, H5P_DEFAULT, H5T_NATIVE_FLOAT, values);
      break;
    case HUGE:
      put_shaped (file, path, 2, huge, NULL, 0);
      break;
    case HUGE_CHUNKED:
      put_shaped (file, path, 2, huge, chunk, 0);
      break;
    case NEVER_STORED:
      put_shaped (file, path, 1, &many, NULL, 0);
      break;
    case VIRTUAL:
      put_virtual (file, path);
      break;
    case ELSEWHERE:
      put_elsewhere (file, path);
      break;
    case ODD_FILTER:
      put_shaped (file, path, 1, &four, &four, H5Z_FILTER_SCALEOFFSET);
      break;
    case BROKEN_CHUNK:
      put_broken_chunk (file, path);
      break;
    case ENORMOUS:
      put_enormous (file, path);
      break;
    default:
      put_typed (file, path, make_type (kind));
    }
}

static void
put_group (hid_t file, const char *path)
{
  H5Gclose (H5Gcreate2 (file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

static void
make_good (hid_t file)
{
  const hsize_t kernel[] = { 3, 3, 3, 4 }, bias = 4, matrix[] = { 4, 5 };
  static const char *const groups[]
      = { ROOT, ROOT "/conv", ROOT "/conv/conv", ROOT "/act", ROOT "/fc", ROOT "/fc/fc" };

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    put_group (file, groups[i]);
  put_dataset (file, ROOT "/conv/conv/kernel:0", H5T_IEEE_F32LE, 4, kernel, H5P_DEFAULT,
               H5T_NATIVE_FLOAT, values);
  put_dataset (file, ROOT "/conv/conv/bias:0", H5T_IEEE_F32LE, 1, &bias, H5P_DEFAULT,
               H5T_NATIVE_FLOAT, values);
  put_dataset (file, ROOT "/fc/fc/kernel:0", H5T_IEEE_F32BE, 2, matrix, H5P_DEFAULT,
               H5T_NATIVE_FLOAT, values);
  put_names (file, ROOT, "layer_names", "conv,act,fc", FALSE);
  put_names (file, ROOT "/conv", "weight_names", "conv/kernel:0,conv/bias:0", TRUE);
  put_names (file, ROOT "/fc", "weight_names", "fc/kernel:0", FALSE);
  put_attribute (file, ROOT "/act", "weight_names", H5T_IEEE_F64LE, 0, NULL);
  put_names (file, "/", "keras_version", "2.2.4", TRUE);
  put_names (file, ROOT, "backend", "tensorflow", FALSE);
}

static void
apply (hid_t file, const Step *step)
{
  hid_t object;

  switch (step->change)
    {
    case NAMES:
    case LONG_NAMES:
      {
        g_auto (GStrv) parts = g_strsplit (step->name, "=", 2);

        put_names (file, step->path, parts[0], parts[1], step->change == LONG_NAMES);
      }
      break;
    case NUMBERS:
      put_attribute (file, step->path, step->name, H5T_NATIVE_FLOAT, 3, values);
      break;
    case COMPOUND:
      put_pairs (file, step->path, step->name);
      break;
    case HUGE_NAMES:
      put_huge_names (file, step->path, step->name);
      break;
    case NO_ATTRIBUTE:
      object = H5Oopen (file, step->path, H5P_DEFAULT);
      g_assert_cmpint (H5Adelete (object, step->name), >=, 0);
      H5Oclose (object);
      break;
    case REMOVE:
      g_assert_cmpint (H5Ldelete (file, step->path, H5P_DEFAULT), >=, 0);
      break;
    case GROUP:
      put_group (file, step->path);
      break;
    case SOFT:
      H5Lcreate_soft (step->name, file, step->path, H5P_DEFAULT, H5P_DEFAULT);
      break;
    case EXTERNAL:
      H5Lcreate_external ("/etc/passwd", step->name, file, step->path, H5P_DEFAULT, H5P_DEFAULT);
      break;
    case HARD:
      H5Lcreate_hard (file, step->name, file, step->path, H5P_DEFAULT, H5P_DEFAULT);
      break;
    case DATA:
      put_data (file, step->path, step->kind);
      break;
    case DONE:
      break;
    }
}

/* Attributes larger than 64 KiB need the newer format. */
static gboolean
needs_new_format (const Step *steps, guint n_steps)
{
  for (guint i = 0; i < n_steps; i++)
    if (steps[i].change == HUGE_NAMES)
      return TRUE;
  return FALSE;
}

static char *
make_file (const Step *steps, guint n_steps)
{
  char *path = make_path ();
  hid_t access = H5Pcreate (H5P_FILE_ACCESS), file;

  H5Pset_libver_bounds (access,
                        needs_new_format (steps, n_steps) ? H5F_LIBVER_LATEST : H5F_LIBVER_EARLIEST,
                        H5F_LIBVER_LATEST);
  file = H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  make_good (file);
  for (guint i = 0; i < n_steps && steps[i].change != DONE; i++)
    apply (file, &steps[i]);
  H5Fclose (file);
  H5Pclose (access);
  return path;
}

/* Opens a file and reads all its tensors. Returns: the first error, or NULL */
static GError *
read_file (const char *path)
{
  GError *error = NULL;
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open (path, NULL, &error);

  for (guint i = 0; file != NULL && error == NULL && i < kappa_tensor_file_get_n_tensors (file);
       i++)
    {
      g_autofree double *all = g_new (double, kappa_tensor_file_get_info (file, i)->n + 1);

      kappa_tensor_file_read_doubles (file, i, all, &error);
    }
  return error;
}

#define KERNEL ROOT "/conv/conv/kernel:0"
/* The bias of the convolution replaced. */
#define INSTEAD(kind)                                                                              \
  {                                                                                                \
    { REMOVE, ROOT "/conv/conv/bias:0" }, { DATA, ROOT "/conv/conv/bias:0", NULL, kind }           \
  }
#define LAYERS(list)                                                                               \
  {                                                                                                \
    {                                                                                              \
      NAMES, ROOT, "layer_names=" list                                                             \
    }                                                                                              \
  }
#define WEIGHTS(list)                                                                              \
  {                                                                                                \
    {                                                                                              \
      NAMES, ROOT "/fc", "weight_names=" list                                                      \
    }                                                                                              \
  }

static const struct
{
  const char *name;
  Step steps[4];
  const char *message;
} rows[] = {
  /* The list of layers. */
  { "layers/none", { { NO_ATTRIBUTE, ROOT, "layer_names" } }, "has no attribute layer_names" },
  { "layers/numbers",
    { { NUMBERS, ROOT, "layer_names" } },
    "layer_names that is a list of numbers, not of names" },
  { "layers/compound", { { COMPOUND, ROOT, "layer_names" } }, "neither numbers nor texts" },
  { "layers/huge", { { HUGE_NAMES, ROOT, "layer_names" } }, "larger than 16 MiB" },
  { "layers/absent", LAYERS ("conv,act,fc,more"),
    "“/model_weights/more” has no attribute weight_names" },
  { "layers/twice", LAYERS ("conv,conv,act,fc"), "twice" },
  { "layers/fewer", LAYERS ("conv,act"), "“/model_weights/fc/fc/kernel:0” lies among the weights" },
  { "layers/empty-name", LAYERS ("conv,,fc"), "“” is no name of a layer or weight" },
  { "layers/dot", LAYERS ("conv,.,fc"), "“.” is no name of a layer or weight" },
  { "layers/dots", LAYERS ("conv,..,fc"), "“..” is no name of a layer or weight" },
  { "layers/up", LAYERS ("conv,act/../fc"), "“act/../fc” is no name of a layer or weight" },
  { "layers/absolute", LAYERS ("/conv,act,fc"), "“/conv” is no name of a layer or weight" },
  { "layers/slash-behind", LAYERS ("conv/,act,fc"), "“conv/” is no name of a layer or weight" },
  { "layers/two-slashes", LAYERS ("conv,act,fc//fc"), "“fc//fc” is no name of a layer or weight" },
  { "layers/inner-group", LAYERS ("conv/conv,act,fc"),
    "“/model_weights/conv/conv” has no attribute weight_names" },
  { "layers/data-set", LAYERS ("conv/conv/bias:0,act,fc"),
    "bias:0” has no attribute weight_names" },
  { "layers/vlen-dots", { { LONG_NAMES, ROOT, "layer_names=conv,.." } }, "“..” is no name" },
  { "layers/parts-numbers",
    { { NO_ATTRIBUTE, ROOT, "layer_names" }, { NUMBERS, ROOT, "layer_names0" } },
    "layer_names0 that is a list of numbers" },
  { "layers/parts-gap",
    { { NO_ATTRIBUTE, ROOT, "layer_names" },
      { NAMES, ROOT, "layer_names0=conv" },
      { NAMES, ROOT, "layer_names2=fc" } },
    "“/model_weights/fc/fc/kernel:0” lies among the weights" },
  { "layers/parts-without-first",
    { { NO_ATTRIBUTE, ROOT, "layer_names" }, { NAMES, ROOT, "layer_names1=conv,act,fc" } },
    "has no attribute layer_names" },
  { "layers/parts-twice",
    { { NO_ATTRIBUTE, ROOT, "layer_names" },
      { NAMES, ROOT, "layer_names0=conv,fc" },
      { NAMES, ROOT, "layer_names1=fc,act" } },
    "twice" },
  /* The lists of weights. */
  { "weights/none",
    { { NO_ATTRIBUTE, ROOT "/fc", "weight_names" } },
    "“/model_weights/fc” has no attribute weight_names" },
  { "weights/none-of-empty",
    { { NO_ATTRIBUTE, ROOT "/act", "weight_names" } },
    "“/model_weights/act” has no attribute" },
  { "weights/numbers",
    { { NUMBERS, ROOT "/fc", "weight_names" } },
    "weight_names that is a list of numbers" },
  { "weights/compound",
    { { COMPOUND, ROOT "/fc", "weight_names" } },
    "weight_names that is not read: its values are neither" },
  { "weights/huge",
    { { HUGE_NAMES, ROOT "/fc", "weight_names" } },
    "weight_names that is not read: it is larger than 16 MiB" },
  { "weights/absent", WEIGHTS ("fc/kernel:0,fc/bias:0"),
    "is listed in the weight_names of its layer and is not in the file" },
  { "weights/twice", WEIGHTS ("fc/kernel:0,fc/kernel:0"),
    "“/model_weights/fc/fc/kernel:0” is listed twice" },
  { "weights/empty-list", { { NAMES, ROOT "/fc", "weight_names=" } }, "lies among the weights" },
  { "weights/group", WEIGHTS ("fc/kernel:0,fc"),
    "“/model_weights/fc/fc” is listed in the weight_names" },
  { "weights/empty-name", WEIGHTS ("fc/kernel:0,"), "“” is no name of a layer or weight" },
  { "weights/dots", WEIGHTS ("../conv/conv/bias:0"), "is no name of a layer or weight" },
  { "weights/absolute", WEIGHTS ("/fc/kernel:0"),
    "“/fc/kernel:0” is no name of a layer or weight" },
  { "weights/slash-behind", WEIGHTS ("fc/kernel:0/"), "is no name of a layer or weight" },
  { "weights/two-slashes", WEIGHTS ("fc//kernel:0"), "is no name of a layer or weight" },
  { "weights/dot", WEIGHTS ("./fc/kernel:0"), "is no name of a layer or weight" },
  { "weights/case", WEIGHTS ("fc/Kernel:0"), "is not in the file" },
  { "weights/same-in-two-layers",
    { { GROUP, ROOT "/fc/conv" },
      { DATA, ROOT "/fc/conv/bias:0", NULL, FLOATS },
      { NAMES, ROOT "/fc", "weight_names=fc/kernel:0,conv/bias:0" } },
    "conv/bias:0" },
  { "weights/top-without-list",
    { { GROUP, ROOT "/top_level_model_weights" } },
    "top_level_model_weights” has no attribute" },
  { "weights/top-leftover",
    { { GROUP, ROOT "/top_level_model_weights" },
      { DATA, ROOT "/top_level_model_weights/w:0", NULL, FLOATS },
      { NUMBERS, ROOT "/top_level_model_weights", "weight_names" } },
    "list of numbers" },
  /* Data sets. */
  { "data/absent", { { REMOVE, KERNEL } }, "is not in the file" },
  { "data/group", { { REMOVE, KERNEL }, { GROUP, KERNEL } }, "is not in the file" },
  { "data/soft",
    { { REMOVE, KERNEL }, { SOFT, KERNEL, ROOT "/fc/fc/kernel:0" } },
    "it is a soft link" },
  { "data/soft-to-nothing",
    { { REMOVE, KERNEL }, { SOFT, KERNEL, "/nowhere" } },
    "it is a soft link" },
  { "data/external", { { REMOVE, KERNEL }, { EXTERNAL, KERNEL, "/x" } }, "it is an external link" },
  { "data/soft-layer",
    { { REMOVE, ROOT "/act" }, { SOFT, ROOT "/act", ROOT "/fc" } },
    "“/model_weights/act” has no attribute" },
  { "data/external-layer",
    { { REMOVE, ROOT "/act" }, { EXTERNAL, ROOT "/act", "/x" } },
    "“/model_weights/act” has no attribute" },
  { "data/double-layer",
    { { REMOVE, ROOT "/act" }, { HARD, ROOT "/act", ROOT "/fc" } },
    "has no attribute weight_names" },
  { "data/cycle",
    { { HARD, ROOT "/fc/up", ROOT } },
    "“/model_weights/fc/up” lies among the weights" },
  { "data/second-name",
    { { HARD, ROOT "/fc/extra", KERNEL } },
    "“/model_weights/fc/extra” lies among the weights" },
  { "data/extra",
    { { DATA, ROOT "/conv/extra", NULL, FLOATS } },
    "“/model_weights/conv/extra” lies among the weights" },
  { "data/extra-beside-layers",
    { { DATA, ROOT "/extra", NULL, FLOATS } },
    "“/model_weights/extra” lies among the weights" },
  { "data/long-double", INSTEAD (LONG_DOUBLES), "no numbers of 1, 2, 4 or 8 bytes" },
  { "data/texts", INSTEAD (TEXTS), "no numbers of 1, 2, 4 or 8 bytes" },
  { "data/opaque", INSTEAD (OPAQUE), "no numbers of 1, 2, 4 or 8 bytes" },
  { "data/compound", INSTEAD (PAIRS), "neither numbers, texts nor plain bytes" },
  { "data/enumeration", INSTEAD (CHOICES), "neither numbers, texts nor plain bytes" },
  { "data/bits", INSTEAD (BITS), "neither numbers, texts nor plain bytes" },
  { "data/references", INSTEAD (REFERENCES), "neither numbers, texts nor plain bytes" },
  { "data/lists", INSTEAD (LISTS), "neither numbers, texts nor plain bytes" },
  { "data/nothing", INSTEAD (NOTHING), "it is empty, without even dimensions" },
  { "data/twelve-axes", INSTEAD (TWELVE_AXES), "it has 12 dimensions" },
  { "data/huge", INSTEAD (HUGE), "at most 1 GiB is read" },
  { "data/huge-chunked", INSTEAD (HUGE_CHUNKED), "at most 1 GiB is read" },
  { "data/never-stored", INSTEAD (NEVER_STORED), "and 0 are stored" },
  { "data/virtual", INSTEAD (VIRTUAL), "it is a virtual data set" },
  { "data/elsewhere", INSTEAD (ELSEWHERE), "its values lie in other files" },
  { "data/odd-filter", INSTEAD (ODD_FILTER), "it is compressed by filter" },
  { "data/broken-chunk", INSTEAD (BROKEN_CHUNK), "a damaged HDF5 file" },
  { "data/enormous",
    { { DATA, ROOT "/fc/fc/w", NULL, ENORMOUS } },
    "more than 200 times those of the file" },
  /* Other files. */
  { "file/keras-3", { { REMOVE, ROOT }, { GROUP, "/layers" } }, "weights of Keras 3" },
  { "file/keras-3-older",
    { { REMOVE, ROOT }, { GROUP, "/_layer_checkpoint_dependencies" } },
    "weights of Keras 3" },
  { "file/empty", { { REMOVE, ROOT } }, "holds no Keras weights" },
  { "file/surface",
    { { REMOVE, ROOT }, { DATA, "/train_loss", NULL, FLOATS } },
    "If it is a loss surface" },
  { "file/soft-root",
    { { HARD, "/kept", ROOT }, { REMOVE, ROOT }, { SOFT, ROOT, "/kept" } },
    "holds no Keras weights" },
};

static void
test_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TemporaryPath) path = make_file (rows[i].steps, G_N_ELEMENTS (rows[i].steps));
  g_autoptr (GError) error = read_file (path);

  assert_message (error, rows[i].message);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_false (strstr (error->message, "process that reads") != NULL);
}

static void
test_good (void)
{
  g_autoptr (TemporaryPath) path = make_file (NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open (path, NULL, &error);
  const KappaTensorInfo *info;
  float numbers[108];
  guint index;

  g_assert_no_error (error);
  g_assert_cmpstr (kappa_tensor_file_get_format (file), ==, "Keras HDF5");
  g_assert_cmpuint (kappa_tensor_file_get_n_tensors (file), ==, 3);
  g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "keras_version"), ==, "2.2.4");
  g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "backend"), ==, "tensorflow");
  info = kappa_tensor_file_lookup (file, "conv/kernel:0", &index);
  g_assert_cmpuint (info->rank, ==, 4);
  g_assert_cmpuint (info->dims[3], ==, 4);
  g_assert_true (kappa_tensor_file_read_floats (file, index, numbers, &error));
  g_assert_cmpmem (numbers, sizeof numbers, values, sizeof numbers);
  info = kappa_tensor_file_lookup (file, "fc/kernel:0", &index);
  g_assert_true (kappa_tensor_file_read_floats (file, index, numbers, &error));
  g_assert_cmpmem (numbers, 20 * sizeof *numbers, values, 20 * sizeof *numbers);
}

/* Other types and byte orders; a list of layers in parts; weights that belong to no layer. */
static void
test_variants (void)
{
  static const Kind kinds[] = { DOUBLES, INTEGERS, HALVES };
  static const KappaElement elements[]
      = { KAPPA_ELEMENT_F64, KAPPA_ELEMENT_I64, KAPPA_ELEMENT_U16 };
  static const Step parts[] = { { NO_ATTRIBUTE, ROOT, "layer_names" },
                                { NAMES, ROOT, "layer_names0=conv,act" },
                                { LONG_NAMES, ROOT, "layer_names1=fc,top" },
                                { GROUP, ROOT "/top" },
                                { DATA, ROOT "/top/w", NULL, FLOATS },
                                { NAMES, ROOT "/top", "weight_names=w" },
                                { GROUP, ROOT "/top_level_model_weights" },
                                { DATA, ROOT "/top_level_model_weights/n:0", NULL, INTEGERS },
                                { NAMES, ROOT "/top_level_model_weights", "weight_names=n:0" } };
  g_autoptr (TemporaryPath) path = make_file (parts, G_N_ELEMENTS (parts));
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open (path, NULL, NULL);

  g_assert_nonnull (file);
  g_assert_cmpuint (kappa_tensor_file_get_n_tensors (file), ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const Step steps[] = INSTEAD (kinds[i]);
      g_autoptr (TemporaryPath) other = make_file (steps, G_N_ELEMENTS (steps));
      g_autoptr (KappaTensorFile) changed = kappa_tensor_file_open (other, NULL, NULL);
      double numbers[4];
      guint index;

      g_assert_cmpint (kappa_tensor_file_lookup (changed, "conv/bias:0", &index)->element, ==,
                       elements[i]);
      g_assert_true (kappa_tensor_file_read_doubles (changed, index, numbers, NULL));
      for (guint k = 0; k < 4; k++)
        g_assert_cmpfloat (numbers[k], ==, values[k]);
    }
}

/* More than goes through at once, in chunks of an odd size, with a shuffle and deflate. */
static void
test_parts (void)
{
  const hsize_t dims[] = { 3001, 1500 }, chunk[] = { 700, 64 };
  gsize n = dims[0] * dims[1];
  g_autofree float *numbers = g_new (float, n), *read = g_new (float, n);
  g_autoptr (TemporaryPath) path = make_file (NULL, 0);
  hid_t file = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT), creation = H5Pcreate (H5P_DATASET_CREATE);
  g_autoptr (KappaTensorFile) tensors = NULL;
  g_autoptr (GError) error = NULL;
  guint index;

  for (gsize i = 0; i < n; i++)
    numbers[i] = (float)(i % 9973) * 0.5f;
  H5Pset_chunk (creation, 2, chunk);
  H5Pset_shuffle (creation);
  H5Pset_deflate (creation, 1);
  put_dataset (file, ROOT "/fc/large", H5T_IEEE_F32LE, 2, dims, creation, H5T_NATIVE_FLOAT,
               numbers);
  put_names (file, ROOT "/fc", "weight_names", "fc/kernel:0,large", FALSE);
  H5Pclose (creation);
  H5Fclose (file);
  tensors = kappa_tensor_file_open (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (kappa_tensor_file_lookup (tensors, "large", &index));
  g_assert_true (kappa_tensor_file_read_floats (tensors, index, read, &error));
  g_assert_cmpmem (read, n * sizeof *read, numbers, n * sizeof *numbers);
}

/* Wherever a file ends too early it is refused, or what is left of it is whole. */
static void
test_truncated (void)
{
  g_autoptr (TemporaryPath) path = make_file (NULL, 0);
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  for (guint i = 0; i < 24; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, bytes, (gssize)(n * i / 24), NULL));
      error = read_file (path);
      g_assert_true (error != NULL && error->domain == KAPPA_ERROR);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  g_test_add_func ("/keras/good", test_good);
  g_test_add_func ("/keras/variants", test_variants);
  g_test_add_func ("/keras/parts", test_parts);
  g_test_add_func ("/keras/truncated", test_truncated);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strconcat ("/keras/hostile/", rows[i].name, NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_row);
    }
  return g_test_run ();
}
