#include "harness.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"

/* The example as a program: operands are parameters, tangents are parameters too, so that one vector feeds all. */
typedef struct
{
  const KappaOp *op;
  const KappaExample *example;
  KappaRuleHook hook;
  gpointer hook_data;
} Case;

typedef struct
{
  guint n;                 /* operands that are real and not masks */
  guint operands[3];       /* which */
  gsize offsets[3], sizes[3];
  gsize total;
} Layout;

KappaWorkers *
harness_workers (void)
{
  static KappaWorkers *workers;

  if (workers == NULL)
    workers = kappa_workers_new (1);
  return workers;
}

static gboolean
is_fixed (const KappaExample *example, guint operand)
{
  return example->integer_below[operand] > 0 || (example->masks >> operand & 1);
}

static KappaNode
apply (KappaGraph *g, const Case *c, const KappaNode *operands)
{
  return kappa_graph_apply (g, c->op, operands, c->example->n_inputs, &c->example->attrs);
}

static KappaNode
weighted_sum (KappaGraph *g, KappaNode x, KappaNode weight)
{
  KappaNode product = kappa_mul (g, x, weight);
  guint rank = kappa_graph_get_shape (g, product)->rank;

  return kappa_reshape (g, kappa_reduce_sum (g, product, (1u << rank) - 1), &(KappaShape){ 0 });
}

static KappaNode
parameter (KappaGraph *g, const char *prefix, guint i, const KappaShape *shape)
{
  g_autofree char *name = g_strdup_printf ("%s%u", prefix, i);

  return kappa_graph_input (g, KAPPA_ROLE_PARAMETER, name, KAPPA_F64, shape);
}

static KappaNode
or_zero (KappaGraph *g, KappaNode node, const KappaShape *shape)
{
  return node == KAPPA_NONE ? kappa_fill (g, 0.0, shape) : node;
}

static KappaNode
inner (KappaGraph *g, KappaNode a, KappaNode b)
{
  return a == KAPPA_NONE ? kappa_fill (g, 0.0, &(KappaShape){ 0 }) : weighted_sum (g, a, b);
}

/* Inputs: operands x, directions t and s (of the real operands), a weight u of the result's shape.
 *
 *   value     <u, f (x)>                 for differences
 *   jvp       <u, Jf (x) t>
 *   vjp       <Jf (x)^T u, t>            equal to jvp, up to rounding
 *   jvp_jvp   d/dx <u, Jf (x) t> . s     against differences of jvp
 *   jvp_vjp   d/dx <Jf (x)^T u, t> . s   the same number again, forward over reverse
 *   vjp_vjp   <s, (d/dx <Jf^T u, t>)^T>  and reverse over reverse
 *   vjp_jvp                              and reverse over forward
 */
static gboolean
build (KappaGraph *g, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Case *c = data;
  const KappaExample *e = c->example;
  KappaNode x[3], t[3], s[3], live[3], live_t[3], live_s[3], y, u, value, jvp, vjp = KAPPA_NONE, back[3], second;
  KappaNode jvp_jvp, jvp_vjp, vjp_vjp = KAPPA_NONE, vjp_jvp = KAPPA_NONE;
  guint n = 0;

  for (guint i = 0; i < e->n_inputs; i++)
    x[i] = e->integer_below[i] > 0 ? kappa_graph_input (g, KAPPA_ROLE_SAMPLE, NULL, KAPPA_I32, &e->shapes[i])
                                   : parameter (g, "x", i, &e->shapes[i]);
  for (guint i = 0; i < e->n_inputs; i++)
    if (!is_fixed (e, i))
      {
        t[i] = parameter (g, "t", i, &e->shapes[i]);
        s[i] = parameter (g, "s", i, &e->shapes[i]);
        live[n] = x[i];
        live_t[n] = t[i];
        live_s[n++] = s[i];
      }
  y = kappa_cast (g, apply (g, c, x), KAPPA_F64);
  if (!kappa_graph_check (g, error))
    return FALSE;
  u = parameter (g, "u", 0, kappa_graph_get_shape (g, y));
  value = weighted_sum (g, y, u);
  kappa_graph_set_rule_hook (g, c->hook, c->hook_data);
  kappa_graph_jvp (g, &y, 1, live, live_t, n, &jvp);
  jvp = or_zero (g, jvp == KAPPA_NONE ? KAPPA_NONE : weighted_sum (g, jvp, u), &(KappaShape){ 0 });
  kappa_graph_vjp (g, y, u, live, n, back);
  for (guint i = 0; i < n; i++)
    if (back[i] != KAPPA_NONE)
      vjp = kappa_graph_sum (g, vjp, weighted_sum (g, back[i], live_t[i]));
  vjp = or_zero (g, vjp, &(KappaShape){ 0 });
  kappa_graph_jvp (g, &jvp, 1, live, live_s, n, &jvp_jvp);
  kappa_graph_jvp (g, &vjp, 1, live, live_s, n, &jvp_vjp);
  kappa_graph_vjp (g, vjp, KAPPA_NONE, live, n, back);
  for (guint i = 0; i < n; i++)
    vjp_vjp = kappa_graph_sum (g, vjp_vjp, inner (g, back[i], live_s[i]));
  kappa_graph_vjp (g, jvp, KAPPA_NONE, live, n, back);
  for (guint i = 0; i < n; i++)
    vjp_jvp = kappa_graph_sum (g, vjp_jvp, inner (g, back[i], live_s[i]));
  kappa_graph_set_rule_hook (g, NULL, NULL);
  second = or_zero (g, jvp_jvp, &(KappaShape){ 0 });

#define OUTPUT(name, node)                                                                                               \
  kappa_outputs_add (outputs, name,                                                                                      \
                     (node) >= 0 && (kappa_graph_get_rate (g, node) & KAPPA_RATE_SAMPLE) ? KAPPA_OUTPUT_SUM : KAPPA_OUTPUT_ONCE, \
                     node)
  OUTPUT ("value", value);
  OUTPUT ("jvp", jvp);
  OUTPUT ("vjp", vjp);
  OUTPUT ("jvp_jvp", second);
  OUTPUT ("jvp_vjp", or_zero (g, jvp_vjp, &(KappaShape){ 0 }));
  OUTPUT ("vjp_vjp", or_zero (g, vjp_vjp, &(KappaShape){ 0 }));
  OUTPUT ("vjp_jvp", or_zero (g, vjp_jvp, &(KappaShape){ 0 }));
#undef OUTPUT
  return kappa_graph_check (g, error);
}

static gboolean
fetch_integers (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const Case *c = data;
  KappaStream stream = kappa_stream_init (11, "integers");

  for (guint i = 0; i < c->example->n_inputs; i++)
    if (c->example->integer_below[i] > 0 && input-- == 0)
      for (gint64 k = 0; k < kappa_shape_size (&c->example->shapes[i]); k++)
        ((gint32 *) values)[k] = (gint32) kappa_stream_below (&stream, (guint64) k, (guint64) c->example->integer_below[i]);
  return TRUE;
}

/* Flat order: operands x, then t and s in turn for each live operand, then u. */
static double *
draw (const Case *c, gsize n_parameters, Layout *layout)
{
  const KappaExample *e = c->example;
  KappaStream stream = kappa_stream_init (5, c->op->name);
  double low = e->low == e->high ? -1.0 : e->low, high = e->low == e->high ? 1.0 : e->high;
  double *values = g_new (double, n_parameters);
  gsize at = 0;

  for (gsize i = 0; i < n_parameters; i++)
    values[i] = 2.0 * kappa_stream_uniform (&stream, i) - 1.0;
  for (guint i = 0; i < e->n_inputs; i++)
    {
      gsize size = (gsize) kappa_shape_size (&e->shapes[i]);

      if (e->integer_below[i] > 0)
        continue;
      if (!is_fixed (e, i))
        {
          layout->offsets[layout->n] = at;
          layout->sizes[layout->n++] = size;
        }
      for (gsize k = 0; k < size; k++, at++)
        values[at] = e->masks >> i & 1 ? (values[at] > 0.0 ? 1.0 : 0.0) : low + (high - low) * 0.5 * (values[at] + 1.0);
    }
  layout->total = at;
  return values;
}

static gboolean
evaluate (KappaProgram *program, const Case *c, const double *parameters, GError **error)
{
  KappaFeed feed = { .n_samples = 1, .wide = TRUE, .parameters = parameters, .fetch = fetch_integers, .data = (gpointer) c };
  KappaEnvironment environment = { .workers = harness_workers () };

  return kappa_program_run (program, &feed, &environment, error);
}

static double
output (KappaProgram *program, const char *name)
{
  return kappa_program_get_output (program, name, NULL)[0];
}

/* x moved by step along t (which = 0) or s (which = 1). */
static double *
moved (const double *parameters, gsize n, const Layout *layout, guint which, double step)
{
  double *copy = g_memdup2 (parameters, n * sizeof *copy);
  gsize direction = layout->total;

  for (guint i = 0; i < layout->n; i++)
    {
      for (gsize k = 0; k < layout->sizes[i]; k++)
        copy[layout->offsets[i] + k] += step * parameters[direction + which * layout->sizes[i] + k];
      direction += 2 * layout->sizes[i];
    }
  return copy;
}

static double
difference (KappaProgram *program, const Case *c, const double *parameters, gsize n, const Layout *layout, guint which,
            const char *of)
{
  const double h = 1e-5;
  double ends[2];

  for (int i = 0; i < 2; i++)
    {
      g_autofree double *at = moved (parameters, n, layout, which, i == 0 ? -h : h);

      if (!evaluate (program, c, at, NULL))
        return NAN;
      ends[i] = output (program, of);
    }
  return (ends[1] - ends[0]) / (2.0 * h);
}

static char *
compare (const char *what, double found, double expected, double tolerance)
{
  if (fabs (found - expected) <= tolerance * fmax (1.0, fabs (expected)))
    return NULL;
  return g_strdup_printf ("%s is %.10g, expected %.10g", what, found, expected);
}

/**
 * harness_check:
 * @hook: (nullable): see kappa_graph_set_rule_hook()
 * @values: (out) (optional): what the rules gave
 *
 * Returns: (nullable): what is wrong, %NULL if nothing
 */
char *
harness_check (const KappaOp *op,
               const KappaExample *example,
               KappaRuleHook hook,
               gpointer hook_data,
               HarnessValues *values)
{
  static const char *const names[] = { "jvp", "vjp", "jvp_jvp", "jvp_vjp", "vjp_vjp", "vjp_jvp" };
  Case c = { op, example, hook, hook_data };
  KappaProgramOptions options = { .real = KAPPA_F64, .compute = KAPPA_F64, .micro_batch = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, &c, NULL, &error);
  g_autofree double *parameters = NULL;
  Layout layout = { 0 };
  HarnessValues v = { { 0 } };
  double first, second;
  char *fault = NULL;
  /* A float32 result makes differences coarse. */
  double loose = strcmp (op->name, "cast") == 0 ? 2e-2 : 2e-7, tight = strcmp (op->name, "cast") == 0 ? 1e-5 : 1e-10;
  gsize n;

  if (program == NULL)
    return g_strdup (error->message);
  n = kappa_program_get_n_parameters (program);
  parameters = draw (&c, n, &layout);
  first = difference (program, &c, parameters, n, &layout, 0, "value");
  second = difference (program, &c, parameters, n, &layout, 1, "jvp");
  if (!evaluate (program, &c, parameters, &error))
    return g_strdup (error->message);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    v.numbers[i] = output (program, names[i]);
  if (values != NULL)
    *values = v;
  if ((fault = compare ("jvp against differences", v.numbers[0], first, loose)) == NULL)
    fault = compare ("jvp of jvp against differences", v.numbers[2], second, loose);
  if (fault == NULL)
    fault = compare ("vjp against jvp", v.numbers[1], v.numbers[0], tight);
  for (guint i = 3; i < G_N_ELEMENTS (names) && fault == NULL; i++)
    fault = compare (names[i], v.numbers[i], v.numbers[2], tight);
  return fault;
}
