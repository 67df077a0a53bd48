#include "core/analysis/feature-maps.h"

#include <math.h>

/* At most so many tokens stand before those of the image: a class token, a distillation token,
 * registers. */
#define MOST_LEADING 8

void
kappa_maps_free (KappaMaps *self)
{
  g_free (self->values);
  g_free (self);
}

static KappaMaps *
maps_new (guint n, guint height, guint width, guint n_leading)
{
  KappaMaps *self = g_new0 (KappaMaps, 1);

  *self = (KappaMaps) { n, height, width, n_leading, NULL };
  self->values = g_new0 (double, (gsize)n *height *width);
  return self;
}

/**
 * kappa_tokens_find_leading:
 * @tokens: how many there are
 * @height: of the image, pixels
 * @width: likewise
 * @rows: (out): tokens of the image from top to bottom
 * @columns: (out): from left to right
 *
 * The image's tokens are the last ones, row by row, and square patches of it; as few as possible
 * stand before them.
 *
 * Returns: how many; %G_MAXUINT if the tokens are no grid over such an image
 */
guint
kappa_tokens_find_leading (gint64 tokens, guint height, guint width, guint *rows, guint *columns)
{
  for (guint leading = 0; leading <= MOST_LEADING && leading < tokens; leading++)
    {
      const double n = (double)(tokens - leading);
      const gint64 high = (gint64)(sqrt (n * height / width) + 0.5);

      if (high < 1 || (tokens - leading) % high != 0
          || (gint64)height * ((tokens - leading) / high) != (gint64)width * high)
        continue;
      *rows = (guint)high;
      *columns = (guint)((tokens - leading) / high);
      return leading;
    }
  return G_MAXUINT;
}

/* Tokens × numbers, turned so that each number has a map over the image. */
static KappaMaps *
maps_of_tokens (const KappaProbed *probed, guint height, guint width)
{
  const gint64 tokens = probed->shape.dims[0], numbers = probed->shape.dims[1];
  guint rows, columns, leading = kappa_tokens_find_leading (tokens, height, width, &rows, &columns);
  KappaMaps *self;
  gsize size;

  if (leading == G_MAXUINT)
    return NULL;
  self = maps_new ((guint)numbers, rows, columns, leading);
  size = (gsize)rows * columns;
  for (gsize t = 0; t < size; t++)
    for (gint64 c = 0; c < numbers; c++)
      self->values[(gsize)c * size + t] = probed->values[((gint64)(t + leading)) * numbers + c];
  return self;
}

/**
 * kappa_maps_new_for_features:
 * @height: of the image the network saw, pixels
 * @width: likewise
 *
 * Channels × height × width become a map for each channel, tokens × numbers one for each number
 * over the tokens of the image; a vector becomes maps of one number.
 *
 * Returns: (transfer full) (nullable): %NULL for a value of another kind
 */
KappaMaps *
kappa_maps_new_for_features (const KappaProbed *probed, guint height, guint width)
{
  const KappaShape *shape = &probed->shape;
  KappaMaps *self = NULL;

  if (shape->rank == 2)
    return maps_of_tokens (probed, height, width);
  if (shape->rank == 3)
    self = maps_new ((guint)shape->dims[0], (guint)shape->dims[1], (guint)shape->dims[2], 0);
  else if (shape->rank == 1)
    self = maps_new ((guint)shape->dims[0], 1, 1, 0);
  for (gsize i = 0; self != NULL && i < probed->n; i++)
    self->values[i] = probed->values[i];
  return self;
}

/* What the tokens of the image get of a row over all tokens. */
static void
add_row (KappaMaps *self, guint map, const double *row, double weight)
{
  const gsize size = (gsize)self->height * self->width;

  for (gsize t = 0; t < size; t++)
    self->values[map * size + t] += weight * row[t + self->n_leading];
}

static KappaMaps *
maps_over_tokens (guint n, gint64 tokens, guint height, guint width)
{
  guint rows, columns, leading = kappa_tokens_find_leading (tokens, height, width, &rows, &columns);

  return leading != G_MAXUINT ? maps_new (n, rows, columns, leading) : NULL;
}

static gboolean
is_attention (const KappaProbed *probed, guint token)
{
  return probed->shape.rank == 3 && probed->shape.dims[1] == probed->shape.dims[2]
         && (token == KAPPA_TOKEN_MEAN || token < probed->shape.dims[1]);
}

/**
 * kappa_maps_new_for_attention:
 * @probed: an activation with %KAPPA_ACTIVATION_ATTENTION
 * @token: the token that looks; 0 is the class token where there is one; or %KAPPA_TOKEN_MEAN
 *
 * Returns: (transfer full) (nullable): a map for each head, and behind them their mean; %NULL if
 * the tokens are no grid over such an image
 */
KappaMaps *
kappa_maps_new_for_attention (const KappaProbed *probed, guint token, guint height, guint width)
{
  const gint64 heads = probed->shape.dims[0], tokens = probed->shape.dims[1];
  KappaMaps *self;

  if (!is_attention (probed, token))
    return NULL;
  self = maps_over_tokens ((guint)heads + 1, tokens, height, width);
  if (self == NULL)
    return NULL;
  for (gint64 h = 0; h < heads; h++)
    for (gint64 t = 0; t < tokens; t++)
      if (token == KAPPA_TOKEN_MEAN || token == t)
        {
          const double *row = probed->values + (h * tokens + t) * tokens;
          const double weight = token == KAPPA_TOKEN_MEAN ? 1.0 / (double)tokens : 1.0;

          add_row (self, (guint)h, row, weight);
          add_row (self, (guint)heads, row, weight / (double)heads);
        }
  return self;
}

/* @row times the mean over heads of one layer's attention, half of it passed by: through the
 * residual. */
static void
pass_layer (const KappaProbed *probed, double *row, double *next)
{
  const gint64 heads = probed->shape.dims[0], tokens = probed->shape.dims[1];

  for (gint64 j = 0; j < tokens; j++)
    next[j] = 0.5 * row[j];
  for (gint64 h = 0; h < heads; h++)
    for (gint64 i = 0; i < tokens; i++)
      for (gint64 j = 0; j < tokens; j++)
        next[j] += 0.5 * row[i] * probed->values[(h * tokens + i) * tokens + j] / (double)heads;
  for (gint64 j = 0; j < tokens; j++)
    row[j] = next[j];
}

/**
 * kappa_maps_new_for_rollout:
 * @attentions: (element-type KappaProbed): of all layers up to the one that is asked about, in the
 * order of computation
 *
 * Attention rollout (Abnar and Zuidema 2020): the product over the layers of ½ (A + I), A the mean
 * over heads: how much of each token of the image reaches @token.
 *
 * Returns: (transfer full) (nullable): one map
 */
KappaMaps *
kappa_maps_new_for_rollout (const GPtrArray *attentions, guint token, guint height, guint width)
{
  const KappaProbed *last;
  g_autofree double *row = NULL, *next = NULL;
  KappaMaps *self;
  gint64 tokens;

  if (attentions->len == 0)
    return NULL;
  last = attentions->pdata[attentions->len - 1];
  tokens = last->shape.dims[1];
  for (guint i = 0; i < attentions->len; i++)
    if (!is_attention (attentions->pdata[i], token)
        || ((const KappaProbed *)attentions->pdata[i])->shape.dims[1] != tokens)
      return NULL;
  self = maps_over_tokens (1, tokens, height, width);
  if (self == NULL)
    return NULL;
  row = g_new0 (double, tokens);
  next = g_new (double, tokens);
  for (gint64 t = 0; t < tokens; t++)
    row[t] = token == KAPPA_TOKEN_MEAN ? 1.0 / (double)tokens : t == token;
  for (guint i = attentions->len; i-- > 0;)
    pass_layer (attentions->pdata[i], row, next);
  add_row (self, 0, row, 1.0);
  return self;
}

/**
 * kappa_maps_measure:
 * @first: the first map
 * @n: how many
 *
 * Returns: of all their numbers together; NaN where none is finite
 */
KappaMapStatistics
kappa_maps_measure (const KappaMaps *self, guint first, guint n)
{
  const gsize size = (gsize)self->height * self->width, total = n * size;
  const double *values = self->values + first * size;
  KappaMapStatistics s = { NAN, NAN, NAN, NAN, 0 };
  gsize finite = 0, zeros = 0;
  double sum = 0.0;

  for (gsize i = 0; i < total; i++)
    {
      if (!isfinite (values[i]))
        {
          s.not_finite++;
          continue;
        }
      s.minimum = finite == 0 ? values[i] : MIN (s.minimum, values[i]);
      s.maximum = finite == 0 ? values[i] : MAX (s.maximum, values[i]);
      sum += values[i];
      zeros += values[i] == 0.0;
      finite++;
    }
  if (finite > 0)
    {
      s.mean = sum / (double)finite;
      s.zeros = (double)zeros / (double)finite;
    }
  return s;
}
