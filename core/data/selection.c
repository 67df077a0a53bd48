#include "core/data/selection.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/random.h"

struct _KappaSelection
{
  gatomicrefcount references;
  guint n;
  guint32 *indices;
  char *description;
  char *text;
};

G_DEFINE_BOXED_TYPE (KappaSelection, kappa_selection, kappa_selection_ref, kappa_selection_unref)

typedef struct
{
  guint first;
  guint end;
} Range;

KappaSelection *
kappa_selection_ref (KappaSelection *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
kappa_selection_unref (KappaSelection *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->indices);
  g_free (self->description);
  g_free (self->text);
  g_free (self);
}

guint
kappa_selection_get_n (KappaSelection *self)
{
  return self->n;
}

/**
 * kappa_selection_get_indices:
 *
 * Returns: (transfer none) (array): the items of the dataset, in increasing order
 */
const guint32 *
kappa_selection_get_indices (KappaSelection *self)
{
  return self->indices;
}

/**
 * kappa_selection_get_description:
 *
 * Returns: (transfer none): one line, e.g. "images 0–999 of 10,000 (held-out), CIFAR-10
 * test_batch.bin"
 */
const char *
kappa_selection_get_description (KappaSelection *self)
{
  return self->description;
}

/**
 * kappa_selection_get_text:
 *
 * Returns: (transfer none): what kappa_selection_new_from_text() makes the same choice from: "A:B"
 * or "A:B,sample=N,seed=S"
 */
const char *
kappa_selection_get_text (KappaSelection *self)
{
  return self->text;
}

/* One end of a range; a negative one counts from the end of the set. */
static gboolean
parse_end (const char *text, gint64 missing, guint n, gint64 *end)
{
  gint64 number;

  *end = missing;
  if (*text == '\0')
    return TRUE;
  if (!g_ascii_string_to_signed (text, 10, -(gint64)n, n, &number, NULL))
    return FALSE;
  *end = number < 0 ? number + n : number;
  return TRUE;
}

static gboolean
parse_range (const char *text, guint n, Range *range, GError **error)
{
  g_auto (GStrv) ends = g_strsplit (text, ":", 3);
  gint64 first = 0, end = n;

  if (strcmp (text, "all") == 0)
    {
      *range = (Range) { 0, n };
      return TRUE;
    }
  if (g_strv_length (ends) != 2 || !parse_end (ends[0], 0, n, &first)
      || !parse_end (ends[1], n, n, &end))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "images \"%s\": expected a range A:B of 0 to %u, the number of images (B itself "
                   "is not in it; either may "
                   "be left out, or negative to count from the end), or \"all\"",
                   text, n);
      return FALSE;
    }
  if (first >= end)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "images \"%s\": there is no image in this range; expected A:B with A before B, "
                   "from 0 to %u",
                   text, n);
      return FALSE;
    }
  *range = (Range) { (guint)first, (guint)end };
  return TRUE;
}

typedef struct
{
  guint label;
  guint64 remainder;
} Rest;

static int
compare_rests (gconstpointer a, gconstpointer b)
{
  const Rest *first = a, *second = b;

  if (first->remainder != second->remainder)
    return first->remainder > second->remainder ? -1 : 1;
  return (first->label > second->label) - (first->label < second->label);
}

/* Divides a sample in proportion to the classes (largest remainders; ties go to the lower class).
 */
static void
share_out (guint sample, guint n, const guint *counts, guint n_strata, guint *shares)
{
  g_autofree Rest *rests = g_new (Rest, n_strata);
  guint given = 0;

  for (guint s = 0; s < n_strata; s++)
    {
      guint64 product = (guint64)sample * counts[s];

      shares[s] = (guint)(product / n);
      rests[s] = (Rest) { s, product % n };
      given += shares[s];
    }
  qsort (rests, n_strata, sizeof (Rest), compare_rests);
  for (guint i = 0; given < sample; i++, given++)
    shares[rests[i].label]++;
}

/* Draws from one class: the first images of a random order that belongs to (seed, class). */
static void
draw (guint64 seed,
      guint stratum,
      const guint32 *members,
      guint n,
      guint share,
      guint8 *chosen,
      guint first)
{
  g_autofree char *name = g_strdup_printf ("selection/%u", stratum);
  g_autofree guint32 *order = g_new (guint32, n);
  KappaStream stream = kappa_stream_init (seed, name);

  kappa_stream_permutation (&stream, n, order);
  for (guint i = 0; i < share; i++)
    chosen[members[order[i]] - first] = TRUE;
}

static guint
stratum_of (KappaDataset *dataset, guint item)
{
  return (guint)(kappa_dataset_get_label (dataset, item) + 1);
}

/* Stratum 0 is the images without a label, stratum c + 1 those of class c. */
static void
choose_sample (KappaDataset *dataset, Range range, guint sample, guint64 seed, guint8 *chosen)
{
  guint n = range.end - range.first, n_strata = 1, begin = 0;
  g_autofree guint *counts = NULL, *shares = NULL, *filled = NULL;
  g_autofree guint32 *members = g_new (guint32, n);

  for (guint i = range.first; i < range.end; i++)
    n_strata = MAX (n_strata, stratum_of (dataset, i) + 1);
  counts = g_new0 (guint, n_strata);
  shares = g_new (guint, n_strata);
  filled = g_new (guint, n_strata);
  for (guint i = range.first; i < range.end; i++)
    counts[stratum_of (dataset, i)]++;
  for (guint s = 0; s < n_strata; begin += counts[s++])
    filled[s] = begin;
  for (guint i = range.first; i < range.end; i++)
    members[filled[stratum_of (dataset, i)]++] = i;
  share_out (sample, n, counts, n_strata, shares);
  for (guint s = 0; s < n_strata; s++)
    draw (seed, s, members + filled[s] - counts[s], counts[s], shares[s], chosen, range.first);
}

/* 10000 as 10,000. */
static char *
group_digits (guint number)
{
  g_autofree char *digits = g_strdup_printf ("%u", number);
  GString *grouped = g_string_new (NULL);
  gsize n = strlen (digits);

  for (gsize i = 0; i < n; i++)
    {
      g_string_append_c (grouped, digits[i]);
      if (i + 1 < n && (n - i - 1) % 3 == 0)
        g_string_append_c (grouped, ',');
    }
  return g_string_free (grouped, FALSE);
}

static char *
describe_splits (KappaDataset *dataset, const KappaSelection *self)
{
  guint counts[3] = { 0 };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->n; i++)
    counts[kappa_dataset_get_split (dataset, self->indices[i])]++;
  for (guint s = 0; s < G_N_ELEMENTS (counts); s++)
    {
      g_autofree char *number = group_digits (counts[s]);

      if (counts[s] == self->n)
        g_string_assign (text, s == KAPPA_SPLIT_UNKNOWN ? "training or held-out: unknown"
                                                        : kappa_split_get_name (s));
      else if (counts[s] > 0)
        g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", number,
                                kappa_split_get_name (s));
    }
  return g_string_free (text, FALSE);
}

static char *
describe (KappaDataset *dataset, const KappaSelection *self, Range range, guint64 seed)
{
  guint n_items = kappa_dataset_get_n_items (dataset), n_range = range.end - range.first;
  g_autofree char *all = group_digits (n_items), *n = group_digits (self->n),
                  *splits = describe_splits (dataset, self);
  g_autofree char *first = group_digits (range.first), *last = group_digits (range.end - 1);
  GString *text = g_string_new (NULL);

  if (self->n < n_range)
    g_string_append_printf (text, "%s of the ", n);
  if (n_range == n_items)
    g_string_append_printf (text,
                            self->n < n_range ? "%s images"
                            : n_items == 1    ? "%s image"
                                              : "all %s images",
                            all);
  else
    g_string_append_printf (text, "images %s–%s of %s", first, last, all);
  if (self->n < n_range)
    g_string_append_printf (text, ", drawn class by class with seed %" G_GUINT64_FORMAT, seed);
  g_string_append_printf (text, " (%s), %s", splits, kappa_dataset_get_title (dataset));
  return g_string_free (text, FALSE);
}

static KappaSelection *
make (KappaDataset *dataset, Range range, guint sample, guint64 seed)
{
  KappaSelection *self = g_new0 (KappaSelection, 1);
  guint n = range.end - range.first;
  g_autofree guint8 *chosen = g_new0 (guint8, n);

  g_atomic_ref_count_init (&self->references);
  self->indices = g_new (guint32, MIN (sample, n));
  if (sample < n)
    choose_sample (dataset, range, sample, seed, chosen);
  for (guint i = 0; i < n; i++)
    if (sample >= n || chosen[i])
      self->indices[self->n++] = range.first + i;
  self->description = describe (dataset, self, range, seed);
  self->text = sample >= n ? g_strdup_printf ("%u:%u", range.first, range.end)
                           : g_strdup_printf ("%u:%u,sample=%u,seed=%" G_GUINT64_FORMAT,
                                              range.first, range.end, sample, seed);
  return self;
}

/**
 * kappa_selection_new:
 * @range: (nullable): "A:B", half open as in Python, "all", or %NULL where nothing was asked for
 * @sample: how many images to draw out of the range; 0 where nothing was asked for
 * @seed: decides which are drawn
 *
 * Chooses images. Without a range and a number, %KAPPA_SELECTION_DEFAULT_SAMPLE images of a larger
 * set are drawn, else all are taken. A sample has the classes in the proportions of the range, to
 * within one image each; of two sample sizes under one seed the smaller lies, but for such
 * roundings, in the larger.
 *
 * Returns: (transfer full): the selection; %NULL with %KAPPA_ERROR_USAGE if the range does not lie
 * in the set
 */
KappaSelection *
kappa_selection_new (KappaDataset *dataset,
                     const char *range,
                     guint sample,
                     guint64 seed,
                     GError **error)
{
  guint n_items = kappa_dataset_get_n_items (dataset);
  Range chosen = { 0, n_items };

  if (range != NULL && !parse_range (range, n_items, &chosen, error))
    return NULL;
  if (sample == 0)
    sample = range == NULL ? KAPPA_SELECTION_DEFAULT_SAMPLE : n_items;
  return make (dataset, chosen, sample, seed);
}

/**
 * kappa_selection_new_from_text:
 * @text: from kappa_selection_get_text()
 *
 * Returns: (transfer full): the same selection; %NULL with %KAPPA_ERROR_USAGE if @text is not one,
 * or the set has become smaller
 */
KappaSelection *
kappa_selection_new_from_text (KappaDataset *dataset, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 4);
  guint n = g_strv_length (parts);
  guint64 sample = 0, seed = 0;

  if (n == 1)
    return kappa_selection_new (dataset, parts[0], 0, 0, error);
  if (n == 3 && g_str_has_prefix (parts[1], "sample=") && g_str_has_prefix (parts[2], "seed=")
      && g_ascii_string_to_unsigned (parts[1] + strlen ("sample="), 10, 1, G_MAXUINT32, &sample,
                                     NULL)
      && g_ascii_string_to_unsigned (parts[2] + strlen ("seed="), 10, 0, G_MAXUINT64, &seed, NULL))
    return kappa_selection_new (dataset, parts[0], (guint)sample, seed, error);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "images \"%s\": expected A:B or A:B,sample=N,seed=S", text);
  return NULL;
}
