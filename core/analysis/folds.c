#include "core/analysis/folds.h"

#include <math.h>
#include <stdlib.h>

#include "core/analysis/statistics.h"
#include "core/base/random.h"

struct _KappaFolds
{
  guint n;
  guint32 *images; /* fold after fold */
  gint64 *first;   /* n + 1 places among them */
  char *description;
};

G_DEFINE_ENUM_TYPE (KappaFoldImages,
                    kappa_fold_images,
                    G_DEFINE_ENUM_VALUE (KAPPA_FOLD_IMAGES_DRAWN, "drawn"),
                    G_DEFINE_ENUM_VALUE (KAPPA_FOLD_IMAGES_CONSECUTIVE, "consecutive"))

static const char *const images_blurbs[] = {
  "drawn by the seed, for folds of every class its share, so that data sorted by class do no harm",
  "a stretch in the order of the data",
};

const KappaProperty kappa_property_folds = {
  .name = "folds",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Folds",
  .blurb = "cut the images into so many parts and compute from each alone as well, to see how much "
           "depends on the images; 0 to leave it",
  .unit = "",
  .fallback = "4",
  .minimum = 0.0,
  .maximum = 64.0,
  .flags = KAPPA_PROPERTY_COMMON,
};

const KappaProperty kappa_property_fold_images = {
  .name = "fold-images",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Images of a fold",
  .blurb = "which images a fold has, or a batch of m where there are such; of all images together "
           "the order stays as it is",
  .unit = "",
  .fallback = "drawn",
  .enum_type = kappa_fold_images_get_type,
  .value_blurbs = images_blurbs,
  .flags = KAPPA_PROPERTY_COMMON,
};

/**
 * kappa_fold_count:
 * @n_folds: at most @n_images
 *
 * Returns: how many images fold @index has, whichever they are; the first ones have one more where
 * it does not come out even
 */
gint64
kappa_fold_count (gint64 n_images, guint n_folds, guint index)
{
  return n_images / n_folds + (index < n_images % n_folds);
}

static KappaFolds *
folds_new (gint64 n_images, guint n, KappaFoldImages images, guint64 seed, const char *drawn)
{
  KappaFolds *self = g_new0 (KappaFolds, 1);

  self->n = n;
  self->images = g_new (guint32, n_images);
  self->first = g_new0 (gint64, (gsize)n + 1);
  self->description = images == KAPPA_FOLD_IMAGES_DRAWN
                          ? g_strdup_printf ("%s with seed %" G_GUINT64_FORMAT, drawn, seed)
                          : g_strdup ("of consecutive images");
  for (gint64 i = 0; i < n_images; i++)
    self->images[i] = (guint32)i;
  return self;
}

void
kappa_folds_free (KappaFolds *self)
{
  if (self == NULL)
    return;
  g_free (self->images);
  g_free (self->first);
  g_free (self->description);
  g_free (self);
}

typedef struct
{
  gint32 label;
  guint32 chance, image;
} Card;

static int
compare_cards (gconstpointer a, gconstpointer b)
{
  const Card *one = a, *other = b;

  if (one->label != other->label)
    return one->label < other->label ? -1 : 1;
  return (one->chance > other->chance) - (one->chance < other->chance);
}

/* Class after class, each in random order, is dealt out like cards: of every class, and of all
 * images, each fold gets as many as the others, to within one. */
static void
deal (KappaFolds *self, const gint32 *labels, gint64 n_images, guint64 seed)
{
  const KappaStream stream = kappa_stream_init (seed, "folds");
  g_autofree Card *cards = g_new (Card, n_images);
  g_autofree guint32 *chances = g_new (guint32, n_images);
  g_autofree guint *fold_of = g_new (guint, n_images);
  g_autofree gint64 *next = g_memdup2 (self->first, self->n * sizeof *next);

  kappa_stream_permutation (&stream, (gsize)n_images, chances);
  for (gint64 i = 0; i < n_images; i++)
    cards[i] = (Card) { labels != NULL ? labels[i] : 0, chances[i], (guint32)i };
  qsort (cards, (gsize)n_images, sizeof *cards, compare_cards);
  for (gint64 i = 0; i < n_images; i++)
    fold_of[cards[i].image] = (guint)(i % self->n);
  for (gint64 i = 0; i < n_images; i++)
    self->images[next[fold_of[i]]++] = (guint32)i;
}

static gboolean
has_classes (const gint32 *labels, gint64 n_images)
{
  for (gint64 i = 0; labels != NULL && i < n_images; i++)
    if (labels[i] >= 0)
      return TRUE;
  return FALSE;
}

/**
 * kappa_folds_new:
 * @labels: (nullable) (array length=n_images): the class of each image, −1 for an unknown one
 * @n_folds: at least 1, at most @n_images
 * @seed: decides which images a fold has, if they are drawn
 *
 * Cuts images into folds whose sizes differ by one at most.
 *
 * Returns: (transfer full): a single fold has all images in their order
 */
KappaFolds *
kappa_folds_new (const gint32 *labels,
                 gint64 n_images,
                 guint n_folds,
                 KappaFoldImages images,
                 guint64 seed)
{
  KappaFolds *self = folds_new (n_images, n_folds, images, seed,
                                has_classes (labels, n_images) ? "drawn class by class" : "drawn");

  for (guint f = 0; f < n_folds; f++)
    self->first[f + 1] = self->first[f] + kappa_fold_count (n_images, n_folds, f);
  if (images == KAPPA_FOLD_IMAGES_DRAWN)
    deal (self, labels, n_images, seed);
  return self;
}

/**
 * kappa_folds_new_of_batches:
 *
 * Cuts all images of an analysis into folds, see kappa_folds_new().
 */
KappaFolds *
kappa_folds_new_of_batches (KappaBatchSource *batches,
                            guint n_folds,
                            KappaFoldImages images,
                            guint64 seed)
{
  const gint64 n = kappa_batch_source_get_n (batches);
  g_autofree gint32 *labels = g_new (gint32, n);

  kappa_batch_source_fetch_labels (batches, 0, n, labels);
  return kappa_folds_new (labels, n, n_folds, images, seed);
}

static int
compare_images (gconstpointer a, gconstpointer b)
{
  const guint32 one = *(const guint32 *)a, other = *(const guint32 *)b;

  return (one > other) - (one < other);
}

/**
 * kappa_folds_new_of_size:
 * @size: images in a part, at least 1
 *
 * Cuts images into parts of @size, each drawn from those the earlier ones left, whatever their
 * class; the last one may be smaller.
 *
 * Returns: (transfer full)
 */
KappaFolds *
kappa_folds_new_of_size (gint64 n_images, gint64 size, KappaFoldImages images, guint64 seed)
{
  KappaFolds *self
      = folds_new (n_images, (guint)((n_images + size - 1) / size), images, seed, "drawn");
  const KappaStream stream = kappa_stream_init (seed, "batches");

  if (images == KAPPA_FOLD_IMAGES_DRAWN)
    kappa_stream_permutation (&stream, (gsize)n_images, self->images);
  for (guint i = 0; i < self->n; i++)
    {
      self->first[i + 1] = MIN (self->first[i] + size, n_images);
      qsort (self->images + self->first[i], (gsize)(self->first[i + 1] - self->first[i]),
             sizeof *self->images, compare_images);
    }
  return self;
}

guint
kappa_folds_get_n (const KappaFolds *self)
{
  return self->n;
}

KappaFold
kappa_folds_get (const KappaFolds *self, guint index)
{
  const gint64 first = self->first[index];

  return (KappaFold) { self->images + first, self->first[index + 1] - first };
}

/**
 * kappa_folds_describe:
 *
 * Returns: (transfer none): which images a fold has, to follow "folds" or "batches"
 */
const char *
kappa_folds_describe (const KappaFolds *self)
{
  return self->description;
}

/**
 * kappa_images_fetch:
 * @images: (array length=count): which, in any order
 *
 * Gives the numbers that go into the network, as kappa_batch_source_fetch() does, for images that
 * need not follow each other.
 */
gboolean
kappa_images_fetch (KappaBatchSource *batches,
                    const guint32 *images,
                    gint64 count,
                    KappaPixelType type,
                    void *values,
                    GError **error)
{
  const gsize size = kappa_preprocess_get_size (kappa_batch_source_get_preprocess (batches));
  const gsize step = size * (type == KAPPA_PIXEL_FLOAT ? sizeof (float) : sizeof (double));

  for (gint64 i = 0; i < count; i++)
    if (!kappa_batch_source_fetch (batches, images[i], 1, type, (guint8 *)values + (gsize)i * step,
                                   error))
      return FALSE;
  return TRUE;
}

/**
 * kappa_images_draw:
 * @n: at most @n_images
 *
 * Returns: (transfer full) (array length=n): numbers of @n images, ascending: those of a smaller @n
 *   are among those of a larger one
 */
guint32 *
kappa_images_draw (gint64 n_images, gint64 n, KappaFoldImages images, guint64 seed)
{
  const KappaStream stream = kappa_stream_init (seed, "images");
  guint32 *drawn = g_new (guint32, n_images);

  if (images == KAPPA_FOLD_IMAGES_DRAWN)
    kappa_stream_permutation (&stream, (gsize)n_images, drawn);
  for (gint64 i = 0; images == KAPPA_FOLD_IMAGES_CONSECUTIVE && i < n; i++)
    drawn[i] = (guint32)i;
  qsort (drawn, (gsize)n, sizeof *drawn, compare_images);
  return drawn;
}

/**
 * kappa_student_95:
 * @n: how many values, at least 2
 *
 * Returns: the 97.5 % quantile of Student's t distribution with @n − 1 degrees of freedom, to three
 * digits or better: the first exactly, the others by the expansion of R. A. Fisher and E. A.
 * Cornish, Technometrics 2 (1960), in the normal quantile
 */
double
kappa_student_95 (gsize n)
{
  static const double first[] = { 12.706204736, 4.302652730, 3.182446305, 2.776445105 };
  const double z = KAPPA_NORMAL_95, s = z * z, nu = (double)n - 1.0;

  if (n < 2)
    return INFINITY;
  if (n - 2 < G_N_ELEMENTS (first))
    return first[n - 2];
  return z
         * (1.0 + (s + 1.0) / (4.0 * nu) + ((5.0 * s + 16.0) * s + 3.0) / (96.0 * nu * nu)
            + (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / (384.0 * nu * nu * nu));
}

/**
 * kappa_mean_interval:
 * @low, @high: (out): the 95 % confidence interval of the mean of what the values are drawn from,
 *   by Student's t distribution; infinite for a single value
 */
void
kappa_mean_interval (const double *values, gsize n, double *mean, double *low, double *high)
{
  double half = n > 1
                    ? kappa_student_95 (n) * kappa_standard_deviation (values, n) / sqrt ((double)n)
                    : INFINITY;

  *mean = kappa_mean (values, n);
  *low = *mean - half;
  *high = *mean + half;
}

/**
 * kappa_folds_set_scalar:
 * @values: (array): the number, from each fold alone
 * @definition: of the number
 *
 * Sets a scalar: the mean over the folds with its confidence interval.
 */
void
kappa_folds_set_scalar (const KappaFolds *self,
                        KappaResult *result,
                        const char *name,
                        const char *unit,
                        const double *values,
                        const char *definition)
{
  g_autofree char *text = g_strdup_printf (
      "mean over %u folds, %s, each computed from its own images alone, with the 95 %% interval by "
      "Student's t: %s",
      self->n, self->description, definition);
  double mean, low, high;

  kappa_mean_interval (values, self->n, &mean, &low, &high);
  kappa_result_set_scalar (result, name, mean, unit, KAPPA_CERTAINTY_INTERVAL (low, high, 0.95),
                           text);
}
