/* All of oneDNN: convolution and its transposes in float32 and bfloat16, in the 2.x and 3.x interfaces.
 *
 * Images are channels-last from end to end; weights are brought once into whatever form the library prefers. Relu is
 * asked for with a slope of 1.2e-38 on the negative side: the plain one loses NaN, and a surface that overflows must
 * not come out finite. Times that slope a number is either subnormal, which workers flush, or beyond notice.
 */

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/error.h"
#include "core/graph/view.h"
#include "core/ops/conv-kernels.h"

static const float nan_keeping_slope = 1.2e-38f;

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t Desc;
typedef const_dnnl_memory_desc_t ConstDesc;
#define DESC_OF(d) (d)
#else
typedef dnnl_memory_desc_t Desc;
typedef const dnnl_memory_desc_t *ConstDesc;
#define DESC_OF(d) (&(d))
#endif

typedef struct
{
  KappaConvShape shape;
  KappaDtype dtype;
  gboolean bias;
  KappaLink links[KAPPA_MAX_LINKS];
  guint n_links;
  gboolean links_after; /* they are not part of the primitive */
  gboolean adds_in_place;
  dnnl_primitive_t primitive;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t reorder; /* weights in, or the weight gradient out */
  Desc x, y, w_rows, b;
  gsize w_size, scratch_size;
} State;

static dnnl_engine_t
engine (void)
{
  static gsize ready;
  static dnnl_engine_t shared;

  if (g_once_init_enter (&ready))
    {
      if (!kappa_cpu_has_tiles ())
        dnnl_set_max_cpu_isa (dnnl_cpu_isa_avx512_core_bf16);
      if (dnnl_engine_create (&shared, dnnl_cpu, 0) != dnnl_success)
        g_error ("oneDNN has no engine for this processor");
      g_once_init_leave (&ready, 1);
    }
  return shared;
}

static void
stream_free (gpointer stream)
{
  dnnl_stream_destroy (stream);
}

static dnnl_stream_t
stream (void)
{
  static GPrivate own = G_PRIVATE_INIT (stream_free);
  dnnl_stream_t s = g_private_get (&own);

  if (s == NULL)
    {
      dnnl_stream_create (&s, engine (), dnnl_stream_default_flags);
      g_private_set (&own, s);
    }
  return s;
}

static void
describe (Desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_create_with_tag (desc, rank, dims, type, tag);
#else
  dnnl_memory_desc_init_by_tag (desc, rank, dims, type, tag);
#endif
}

static void
release_desc (Desc *desc)
{
#if DNNL_VERSION_MAJOR >= 3
  if (*desc != NULL)
    dnnl_memory_desc_destroy (*desc);
#endif
}

static dnnl_data_type_t
data_type (KappaDtype dtype)
{
  return dtype == KAPPA_BF16 ? dnnl_bf16 : dnnl_f32;
}

static void
append_relu (dnnl_post_ops_t tail)
{
#if DNNL_VERSION_MAJOR >= 3
  dnnl_post_ops_append_eltwise (tail, dnnl_eltwise_relu, nan_keeping_slope, 0.0f);
#else
  dnnl_post_ops_append_eltwise (tail, 1.0f, dnnl_eltwise_relu, nan_keeping_slope, 0.0f);
#endif
}

/* Adds what lies where the result goes. Any other operand of a 1×1 convolution's addition costs up to half as much again as
 * the convolution.
 */
static void
append_sum (dnnl_post_ops_t tail)
{
#if DNNL_VERSION_MAJOR >= 3
  dnnl_post_ops_append_sum (tail, 1.0f, 0, dnnl_data_type_undef);
#else
  dnnl_post_ops_append_sum (tail, 1.0f);
#endif
}

static gboolean
begins_with_sum (const KappaKernelSpec *spec)
{
  return spec->n_links > 0 && spec->links[0] == KAPPA_LINK_ADD;
}

static dnnl_primitive_attr_t
attributes (const KappaKernelSpec *spec, Desc y)
{
  dnnl_primitive_attr_t attr;
  dnnl_post_ops_t tail;

  dnnl_primitive_attr_create (&attr);
  dnnl_primitive_attr_set_scratchpad_mode (attr, dnnl_scratchpad_mode_user);
  dnnl_post_ops_create (&tail);
  for (guint i = 0; i < spec->n_links; i++)
    if (spec->links[i] == KAPPA_LINK_RELU)
      append_relu (tail);
    else if (i == 0 && begins_with_sum (spec))
      append_sum (tail);
    else
      dnnl_post_ops_append_binary (tail, spec->links[i] == KAPPA_LINK_ADD ? dnnl_binary_add : dnnl_binary_mul, DESC_OF (y));
  dnnl_primitive_attr_set_post_ops (attr, tail);
  dnnl_post_ops_destroy (tail);
  return attr;
}

/* The geometry in the library's terms: a dilation of 0 is none. */
typedef struct
{
  dnnl_dims_t stride, dilation, before, after;
} Geometry;

static Geometry
geometry (const KappaWindow *window)
{
  Geometry g;

  for (guint d = 0; d < 2; d++)
    {
      g.stride[d] = window->stride[d];
      g.dilation[d] = window->dilation[d] - 1;
      g.before[d] = window->pad_begin[d];
      g.after[d] = window->pad_end[d];
    }
  return g;
}

#if DNNL_VERSION_MAJOR >= 3

static dnnl_status_t
create_description (dnnl_primitive_desc_t *out, const State *s, Desc w, dnnl_primitive_attr_t attr)
{
  Geometry g = geometry (&s->shape.window);
  dnnl_primitive_desc_t hint = NULL;
  dnnl_status_t status;

  if (s->shape.kind == KAPPA_CONV_FORWARD)
    return dnnl_convolution_forward_primitive_desc_create (out, engine (), dnnl_forward_inference, dnnl_convolution_direct,
                                                           s->x, w, s->bias ? s->b : NULL, s->y, g.stride, g.dilation,
                                                           g.before, g.after, attr);
  status = dnnl_convolution_forward_primitive_desc_create (&hint, engine (), dnnl_forward_training, dnnl_convolution_direct,
                                                           s->x, w, NULL, s->y, g.stride, g.dilation, g.before, g.after, NULL);
  if (status != dnnl_success)
    return status;
  if (s->shape.kind == KAPPA_CONV_INPUT_GRAD)
    status = dnnl_convolution_backward_data_primitive_desc_create (out, engine (), dnnl_convolution_direct, s->x, w, s->y,
                                                                   g.stride, g.dilation, g.before, g.after, hint, attr);
  else
    status = dnnl_convolution_backward_weights_primitive_desc_create (out, engine (), dnnl_convolution_direct, s->x, w, NULL,
                                                                      s->y, g.stride, g.dilation, g.before, g.after, hint, attr);
  dnnl_primitive_desc_destroy (hint);
  return status;
}

#else

static dnnl_status_t
create_description (dnnl_primitive_desc_t *out, const State *s, Desc w, dnnl_primitive_attr_t attr)
{
  Geometry g = geometry (&s->shape.window);
  dnnl_convolution_desc_t forward, backward;
  dnnl_primitive_desc_t hint = NULL;
  dnnl_status_t status;

  status = dnnl_dilated_convolution_forward_desc_init (
      &forward, s->shape.kind == KAPPA_CONV_FORWARD ? dnnl_forward_inference : dnnl_forward_training, dnnl_convolution_direct,
      &s->x, &w, s->bias ? &s->b : NULL, &s->y, g.stride, g.dilation, g.before, g.after);
  if (status != dnnl_success)
    return status;
  if (s->shape.kind == KAPPA_CONV_FORWARD)
    return dnnl_primitive_desc_create (out, &forward, attr, engine (), NULL);
  status = dnnl_primitive_desc_create (&hint, &forward, NULL, engine (), NULL);
  if (status != dnnl_success)
    return status;
  if (s->shape.kind == KAPPA_CONV_INPUT_GRAD)
    status = dnnl_dilated_convolution_backward_data_desc_init (&backward, dnnl_convolution_direct, &s->x, &w, &s->y, g.stride,
                                                               g.dilation, g.before, g.after);
  else
    status = dnnl_dilated_convolution_backward_weights_desc_init (&backward, dnnl_convolution_direct, &s->x, &w, NULL, &s->y,
                                                                  g.stride, g.dilation, g.before, g.after);
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create (out, &backward, attr, engine (), hint);
  dnnl_primitive_desc_destroy (hint);
  return status;
}

#endif

static ConstDesc
query (const State *s, dnnl_query_t what)
{
  return dnnl_primitive_desc_query_md (s->description, what, 0);
}

static ConstDesc
weights_desc (const State *s)
{
  return query (s, s->shape.kind == KAPPA_CONV_WEIGHT_GRAD ? dnnl_query_diff_weights_md : dnnl_query_weights_md);
}

static gboolean
create_reorder (State *s)
{
  dnnl_primitive_desc_t pd;
  ConstDesc rows = DESC_OF (s->w_rows), packed = weights_desc (s);
  gboolean out = s->shape.kind == KAPPA_CONV_WEIGHT_GRAD, ok;

  if (dnnl_reorder_primitive_desc_create (&pd, out ? packed : rows, engine (), out ? rows : packed, engine (), NULL)
      != dnnl_success)
    return FALSE;
  ok = dnnl_primitive_create (&s->reorder, pd) == dnnl_success;
  dnnl_primitive_desc_destroy (pd);
  return ok;
}

/* A text equal for equal forms: so that one packed weight serves every convolution that wants it the same way. In the
 * 3.x interface forms are opaque; there a weight is shared only where the library hands out the same form, whose address
 * no other form can have while it lives.
 */
static char *
form_key (const State *s)
{
  ConstDesc desc = weights_desc (s);
#if DNNL_VERSION_MAJOR >= 3
  return g_strdup_printf ("dnnl/%p", (const void *) desc);
#else
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) desc, sizeof *desc);

  return g_strconcat ("dnnl/", sum, NULL);
#endif
}

static void
describe_operands (State *s)
{
  const KappaConvShape *c = &s->shape;
  dnnl_data_type_t type = data_type (s->dtype);
  gint64 groups = c->window.groups;
  dnnl_dims_t x = { c->n, c->ic, c->ih, c->iw }, y = { c->n, c->oc, c->oh, c->ow }, b = { c->oc };
  dnnl_dims_t w = { groups, c->oc / groups, c->ic / groups, c->window.kernel[0], c->window.kernel[1] };
  dnnl_dims_t w1 = { c->oc, c->ic, c->window.kernel[0], c->window.kernel[1] };

  describe (&s->x, 4, x, type, dnnl_nhwc);
  describe (&s->y, 4, y, type, dnnl_nhwc);
  describe (&s->b, 1, b, dnnl_f32, dnnl_a);
  if (groups > 1)
    describe (&s->w_rows, 5, w, type, dnnl_goihw);
  else
    describe (&s->w_rows, 4, w1, type, dnnl_oihw);
}

/* The library's convolution by matrix products (2.6, gemm) takes an operand of the result's shape for one number a
 * channel.
 */
static gboolean
misreads_links (const State *s)
{
  const char *name = NULL;

  dnnl_primitive_desc_query (s->description, dnnl_query_impl_info_str, 0, &name);
  return name == NULL || strstr (name, "gemm") != NULL;
}

static gboolean
create_primitive (State *s, Desc weights, dnnl_primitive_attr_t attr)
{
  dnnl_primitive_attr_t plain;
  gboolean ok = create_description (&s->description, s, weights, attr) == dnnl_success;

  if (ok && s->n_links > 0 && misreads_links (s))
    {
      const KappaKernelSpec none = { 0 };

      s->links_after = TRUE;
      dnnl_primitive_desc_destroy (s->description);
      s->description = NULL;
      plain = attributes (&none, s->y);
      ok = create_description (&s->description, s, weights, plain) == dnnl_success;
      dnnl_primitive_attr_destroy (plain);
    }
  s->adds_in_place &= !s->links_after;
  return ok && dnnl_primitive_create (&s->primitive, s->description) == dnnl_success;
}

static gboolean
create (State *s, const KappaKernelSpec *spec)
{
  const KappaConvShape *c = &s->shape;
  gint64 groups = c->window.groups;
  dnnl_dims_t w = { groups, c->oc / groups, c->ic / groups, c->window.kernel[0], c->window.kernel[1] };
  dnnl_dims_t w1 = { c->oc, c->ic, c->window.kernel[0], c->window.kernel[1] };
  dnnl_primitive_attr_t attr = attributes (spec, s->y);
  Desc any = { 0 };
  gboolean ok;

  describe (&any, groups > 1 ? 5 : 4, groups > 1 ? w : w1, data_type (s->dtype), dnnl_format_tag_any);
  ok = create_primitive (s, any, attr) && create_reorder (s);
  dnnl_primitive_attr_destroy (attr);
  release_desc (&any);
  return ok;
}

gboolean
kappa_conv_dnnl_prepare (const KappaConvShape *shape, const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  State *s = g_new0 (State, 1);
  gboolean gradient = shape->kind == KAPPA_CONV_WEIGHT_GRAD, created;
  int team = omp_get_max_threads ();

  s->shape = *shape;
  s->dtype = spec->output.dtype;
  s->bias = spec->bias;
  memcpy (s->links, spec->links, sizeof s->links);
  s->n_links = spec->n_links;
  s->adds_in_place = begins_with_sum (spec);
  describe_operands (s);
  /* A primitive is made for as many threads as its maker may use, and would start a team inside each worker. */
  omp_set_num_threads (1);
  created = create (s, spec);
  omp_set_num_threads (team);
  if (!created)
    {
      kappa_conv_dnnl_release (s);
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                   "oneDNN %s does not do a convolution of %" G_GINT64_FORMAT " × %" G_GINT64_FORMAT " channels in %s here",
                   kappa_dnnl_version (), shape->ic, shape->oc, kappa_dtype_name (spec->output.dtype));
      return FALSE;
    }
  s->w_size = dnnl_memory_desc_get_size (weights_desc (s));
  s->scratch_size = (dnnl_memory_desc_get_size (query (s, dnnl_query_scratchpad_md)) + 63) & ~(gsize) 63;
  plan->state = s;
  plan->layouts[0] = KAPPA_LAYOUT_CHANNELS_LAST;
  plan->layouts[1] = gradient ? KAPPA_LAYOUT_CHANNELS_LAST : KAPPA_LAYOUT_PACKED;
  plan->output = gradient ? KAPPA_LAYOUT_ROWS : KAPPA_LAYOUT_CHANNELS_LAST;
  plan->pack_sizes[1] = s->w_size;
  plan->pack_keys[1] = form_key (s);
  plan->adds_in_place = s->adds_in_place;
  plan->scratch = s->scratch_size + (gradient ? s->w_size : 0);
  return TRUE;
}

void
kappa_conv_dnnl_release (gpointer state)
{
  State *s = state;

  if (s->primitive != NULL)
    dnnl_primitive_destroy (s->primitive);
  if (s->reorder != NULL)
    dnnl_primitive_destroy (s->reorder);
  if (s->description != NULL)
    dnnl_primitive_desc_destroy (s->description);
  release_desc (&s->x);
  release_desc (&s->y);
  release_desc (&s->b);
  release_desc (&s->w_rows);
  g_free (s);
}

static dnnl_memory_t
memory (ConstDesc desc, const void *data)
{
  dnnl_memory_t m = NULL;

  if (dnnl_memory_create (&m, desc, engine (), (void *) data) != dnnl_success)
    g_error ("oneDNN cannot describe memory: out of memory");
  return m;
}

static void
execute (dnnl_primitive_t primitive, int n, dnnl_exec_arg_t *args)
{
  if (dnnl_primitive_execute (primitive, stream (), n, args) != dnnl_success)
    g_error ("oneDNN failed to execute a primitive it had prepared");
  dnnl_stream_wait (stream ());
  for (int i = 0; i < n; i++)
    dnnl_memory_destroy (args[i].memory);
}

static void
reorder (const State *s, ConstDesc from, const void *source, ConstDesc to, void *target)
{
  dnnl_exec_arg_t args[] = { { DNNL_ARG_FROM, memory (from, source) }, { DNNL_ARG_TO, memory (to, target) } };

  execute (s->reorder, 2, args);
}

void
kappa_conv_dnnl_pack (gpointer state, guint operand, const KappaView *view, const void *source, void *packed)
{
  const State *s = state;
  g_autofree void *rows = NULL;

  if (!kappa_view_is_dense (view, KAPPA_LAYOUT_ROWS))
    {
      KappaShape shape = { .rank = 4 };
      KappaView dense;

      memcpy (shape.dims, view->dims, sizeof shape.dims);
      dense = kappa_view_dense (view->dtype, &shape, KAPPA_LAYOUT_ROWS);
      rows = g_malloc ((gsize) kappa_shape_size (&shape) * kappa_dtype_size (view->dtype));
      kappa_view_copy (&dense, rows, view, source);
      source = rows;
    }
  reorder (s, DESC_OF (s->w_rows), source, weights_desc (s), packed);
}

void
kappa_conv_dnnl_run (gpointer state, const KappaKernelArgs *args)
{
  const State *s = state;
  char *scratch = args->scratch;
  char *packed = scratch + s->scratch_size;
  dnnl_exec_arg_t list[5 + KAPPA_MAX_LINKS];
  int n = 0;

  switch (s->shape.kind)
    {
    case KAPPA_CONV_FORWARD:
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_SRC, memory (DESC_OF (s->x), args->inputs[0]) };
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_WEIGHTS, memory (weights_desc (s), args->inputs[1]) };
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_DST, memory (DESC_OF (s->y), args->output) };
      if (s->bias)
        list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_BIAS, memory (DESC_OF (s->b), args->bias) };
      if (s->adds_in_place && args->linked[0] != args->output)
        memcpy (args->output, args->linked[0], dnnl_memory_desc_get_size (DESC_OF (s->y)));
      for (guint i = s->adds_in_place ? 1 : 0; i < s->n_links && !s->links_after; i++)
        if (s->links[i] != KAPPA_LINK_RELU)
          list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_ATTR_MULTIPLE_POST_OP ((int) i) | DNNL_ARG_SRC_1,
                                         memory (DESC_OF (s->y), args->linked[i]) };
      break;
    case KAPPA_CONV_INPUT_GRAD:
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_DIFF_DST, memory (DESC_OF (s->y), args->inputs[0]) };
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_WEIGHTS, memory (weights_desc (s), args->inputs[1]) };
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_DIFF_SRC, memory (DESC_OF (s->x), args->output) };
      break;
    case KAPPA_CONV_WEIGHT_GRAD:
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_SRC, memory (DESC_OF (s->x), args->inputs[0]) };
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_DIFF_DST, memory (DESC_OF (s->y), args->inputs[1]) };
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_DIFF_WEIGHTS, memory (weights_desc (s), packed) };
      break;
    }
  list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_SCRATCHPAD, memory (query (s, dnnl_query_scratchpad_md), scratch) };
  execute (s->primitive, n, list);
  for (guint i = 0; i < s->n_links && s->links_after; i++)
    kappa_conv_link (s->links[i], s->dtype, args->output, args->linked[i],
                     (gsize) (s->shape.n * s->shape.oc * s->shape.oh * s->shape.ow));
  if (s->shape.kind == KAPPA_CONV_WEIGHT_GRAD)
    reorder (s, weights_desc (s), packed, DESC_OF (s->w_rows), args->output);
}

const char *
kappa_dnnl_version (void)
{
  static char text[32];
  const dnnl_version_t *version = dnnl_version ();

  g_snprintf (text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
  return text;
}
