/* Convolution as matrix products over unfolded windows, in any real dtype: the float64 reference, and what runs where
 * oneDNN does not. A tile of output pixels at a time, so that the unfolded windows stay in cache and a cancellation is
 * noticed between tiles.
 */

#include <cblas.h>
#include <string.h>

#include "core/graph/view.h"
#include "core/ops/conv-kernels.h"

typedef struct
{
  KappaConvShape shape;
  gsize element;
  gint64 taps;  /* kh kw ic / groups: the length of one unfolded window */
  gint64 tile;  /* output pixels unfolded together */
} State;

static const gsize tile_bytes = 1 << 18;

static gint64
tile_pixels (const State *s)
{
  gint64 pixels = (gint64) tile_bytes / (s->taps * (gint64) s->element);

  return CLAMP (pixels, 8, s->shape.oh * s->shape.ow);
}

gboolean
kappa_conv_gemm_prepare (const KappaConvShape *shape, const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  State *s = g_new0 (State, 1);
  gsize weights;

  s->shape = *shape;
  s->element = kappa_dtype_size (spec->output.dtype);
  s->taps = shape->window.kernel[0] * shape->window.kernel[1] * (shape->ic / shape->window.groups);
  s->tile = tile_pixels (s);
  weights = (gsize) (shape->oc * s->taps) * s->element;
  plan->state = s;
  plan->layouts[0] = KAPPA_LAYOUT_CHANNELS_LAST;
  plan->layouts[1] = shape->kind == KAPPA_CONV_WEIGHT_GRAD ? KAPPA_LAYOUT_CHANNELS_LAST : KAPPA_LAYOUT_PACKED;
  plan->output = shape->kind == KAPPA_CONV_WEIGHT_GRAD ? KAPPA_LAYOUT_ROWS : KAPPA_LAYOUT_CHANNELS_LAST;
  plan->pack_sizes[1] = weights;
  plan->pack_keys[1] = g_strdup_printf ("ohwi/%s", kappa_dtype_name (spec->output.dtype));
  plan->scratch = (gsize) (s->tile * s->taps) * s->element + (shape->kind == KAPPA_CONV_WEIGHT_GRAD ? weights : 0);
  return TRUE;
}

/* O × I × kh × kw to O × kh × kw × I: in the order windows are unfolded from channels-last images. */
void
kappa_conv_gemm_pack (gpointer state, guint operand, const KappaView *view, const void *source, void *packed)
{
  KappaShape shape = { .rank = 4 };
  KappaView dense;

  memcpy (shape.dims, view->dims, sizeof shape.dims);
  dense = kappa_view_dense (view->dtype, &shape, KAPPA_LAYOUT_CHANNELS_LAST);
  kappa_view_copy (&dense, packed, view, source);
}

static void
gemm (const State *s,
      CBLAS_TRANSPOSE ta,
      CBLAS_TRANSPOSE tb,
      gint64 m,
      gint64 n,
      gint64 k,
      const void *a,
      gint64 lda,
      const void *b,
      gint64 ldb,
      double beta,
      void *c,
      gint64 ldc)
{
  if (s->element == sizeof (double))
    cblas_dgemm (CblasRowMajor, ta, tb, (int) m, (int) n, (int) k, 1.0, a, (int) lda, b, (int) ldb, beta, c, (int) ldc);
  else
    cblas_sgemm (CblasRowMajor, ta, tb, (int) m, (int) n, (int) k, 1.0f, a, (int) lda, b, (int) ldb, (float) beta, c,
                 (int) ldc);
}

/* Calls for every tap of every pixel of a tile that falls inside the image. */
#define FOR_TILE(s, first, count, body)                                                                        \
  for (gint64 p = 0; p < (count); p++)                                                                         \
    {                                                                                                          \
      const KappaWindow *w_ = &(s)->shape.window;                                                              \
      const gint64 oy_ = ((first) + p) / (s)->shape.ow, ox_ = ((first) + p) % (s)->shape.ow;                   \
      for (gint64 ky_ = 0; ky_ < w_->kernel[0]; ky_++)                                                         \
        for (gint64 kx_ = 0; kx_ < w_->kernel[1]; kx_++)                                                       \
          {                                                                                                    \
            const gint64 y_ = oy_ * w_->stride[0] - w_->pad_begin[0] + ky_ * w_->dilation[0];                  \
            const gint64 x_ = ox_ * w_->stride[1] - w_->pad_begin[1] + kx_ * w_->dilation[1];                  \
            const gboolean inside = y_ >= 0 && y_ < (s)->shape.ih && x_ >= 0 && x_ < (s)->shape.iw;            \
            const gint64 pixel = y_ * (s)->shape.iw + x_;                                                      \
            const gint64 slot = p * (s)->taps + (ky_ * w_->kernel[1] + kx_) * ((s)->shape.ic / w_->groups);    \
            body                                                                                               \
          }                                                                                                    \
    }

/* image points to the group's first channel of the image's first pixel. */
static void
unfold (const State *s, const char *image, gint64 first, gint64 count, char *windows)
{
  gsize run = (gsize) (s->shape.ic / s->shape.window.groups) * s->element;

  FOR_TILE (s, first, count, {
    char *to = windows + (gsize) slot * s->element;
    if (inside)
      memcpy (to, image + (gsize) (pixel * s->shape.ic) * s->element, run);
    else
      memset (to, 0, run);
  })
}

#define FOLD(type)                                                    \
  FOR_TILE (s, first, count, {                                        \
    type *to = (type *) image + pixel * s->shape.ic;                  \
    const type *from = (const type *) windows + slot;                 \
    for (gint64 c = 0; inside && c < run; c++)                        \
      to[c] += from[c];                                               \
  })

static void
fold (const State *s, const char *windows, gint64 first, gint64 count, char *image)
{
  gint64 run = s->shape.ic / s->shape.window.groups;

  if (s->element == sizeof (double))
    FOLD (double)
  else
    FOLD (float)
}

typedef struct
{
  const char *images;  /* the x of this image and group */
  const char *results; /* the y of this image and group */
  const char *weights; /* of this group */
  char *windows;
  gint64 first, count;
} Tile;

static void
run_tile (const State *s, const Tile *t)
{
  const KappaConvShape *c = &s->shape;
  gint64 oc = c->oc / c->window.groups;
  char *results = (char *) t->results + (gsize) (t->first * c->oc) * s->element;

  switch (c->kind)
    {
    case KAPPA_CONV_FORWARD:
      unfold (s, t->images, t->first, t->count, t->windows);
      gemm (s, CblasNoTrans, CblasTrans, t->count, oc, s->taps, t->windows, s->taps, t->weights, s->taps, 0.0, results, c->oc);
      break;
    case KAPPA_CONV_INPUT_GRAD:
      gemm (s, CblasNoTrans, CblasNoTrans, t->count, s->taps, oc, results, c->oc, t->weights, s->taps, 0.0, t->windows,
            s->taps);
      fold (s, t->windows, t->first, t->count, (char *) t->images);
      break;
    case KAPPA_CONV_WEIGHT_GRAD:
      unfold (s, t->images, t->first, t->count, t->windows);
      gemm (s, CblasTrans, CblasNoTrans, oc, s->taps, t->count, results, c->oc, t->windows, s->taps, 1.0,
            (char *) t->weights, s->taps);
      break;
    }
}

static void
run_image (const State *s, const char *x, const char *y, const char *w, char *windows, GCancellable *cancellable)
{
  const KappaConvShape *c = &s->shape;
  gint64 groups = c->window.groups;

  for (gint64 g = 0; g < groups; g++)
    for (gint64 first = 0; first < c->oh * c->ow && !g_cancellable_is_cancelled (cancellable); first += s->tile)
      {
        Tile tile = { .images = x + (gsize) (g * (c->ic / groups)) * s->element,
                      .results = y + (gsize) (g * (c->oc / groups)) * s->element,
                      .weights = w + (gsize) (g * (c->oc / groups) * s->taps) * s->element,
                      .windows = windows,
                      .first = first,
                      .count = MIN (s->tile, c->oh * c->ow - first) };

        run_tile (s, &tile);
      }
}

/* The sums of O × kh × kw × I, as O × I × kh × kw. */
static void
unpack_weights (const State *s, const KappaView *out, const void *packed, void *weights)
{
  KappaShape shape = { .rank = 4 };
  KappaView last;

  memcpy (shape.dims, out->dims, sizeof shape.dims);
  last = kappa_view_dense (out->dtype, &shape, KAPPA_LAYOUT_CHANNELS_LAST);
  kappa_view_copy (out, weights, &last, packed);
}

void
kappa_conv_gemm_run (gpointer state, const KappaKernelArgs *args)
{
  const State *s = state;
  const KappaConvShape *c = &s->shape;
  gsize image = (gsize) (c->ic * c->ih * c->iw) * s->element, result = (gsize) (c->oc * c->oh * c->ow) * s->element;
  gsize weights = (gsize) (c->oc * s->taps) * s->element;
  char *windows = args->scratch;
  const char *x = args->inputs[0], *y = args->output, *w = args->inputs[1];

  if (c->kind == KAPPA_CONV_INPUT_GRAD)
    {
      x = memset (args->output, 0, image * (gsize) c->n);
      y = args->inputs[0];
    }
  else if (c->kind == KAPPA_CONV_WEIGHT_GRAD)
    {
      y = args->inputs[1];
      w = memset (windows + (gsize) (s->tile * s->taps) * s->element, 0, weights);
    }
  for (gint64 n = 0; n < c->n; n++)
    run_image (s, x + (gsize) n * image, y + (gsize) n * result, w, windows, args->cancellable);
  if (c->kind == KAPPA_CONV_WEIGHT_GRAD)
    unpack_weights (s, args->out_view, w, args->output);
}
