#include "core/models/positions.h"

#include <math.h>

#include "core/graph/program.h"

/*
 * A grid of 4 × 4 positions of one channel, ((7·i mod 11) / 4 − 1) at place i, made to fit others.
 * The expected values are those of another program, in float64: places 0, 1, one row and one place
 * further, the last but one, and the sum of all absolute values.
 */
typedef struct
{
  KappaPositions how;
  gint64 height, width;
  double places[4];
  double sum;
} Case;

static const Case cases[] = {
  { KAPPA_POSITIONS_BICUBIC,
    6,
    6,
    { -1.2257184903047096, -0.12054953560371515, -0.10899653979238752, 1.1828560371517025 },
    19.945893902558506 },
  { KAPPA_POSITIONS_BICUBIC,
    3,
    3,
    { -0.32280370112426626, 0.26820348049659382, 0.48930916299213917, 0.63072041281990587 },
    3.5052333592629665 },
  { KAPPA_POSITIONS_BICUBIC,
    4,
    7,
    { -1.1388221153846159, -0.43322586119124395, 0.13113015442049911, 0.86886984557950098 },
    18.417979915204278 },
  { KAPPA_POSITIONS_BICUBIC_CORNERS, 6, 6, { -1, 0.179, -0.1936, 1.301 }, 19.21682 },
  { KAPPA_POSITIONS_BICUBIC_CORNERS, 3, 3, { -1, 0.25, 0.590576171875, 0.625 }, 5.973388671875 },
  { KAPPA_POSITIONS_BICUBIC_CORNERS, 4, 7, { -1, -0.03125, -0.1640625, 1.1640625 }, 17.4609375 },
  { KAPPA_POSITIONS_BILINEAR, 6, 6, { -1, -0.125, -0.0625, 1 }, 16.423611111111114 },
  { KAPPA_POSITIONS_BILINEAR,
    3,
    3,
    { -0.53472222222222232, 0.27083333333333331, 0.4375, 0.60416666666666663 },
    4.0208333333333321 },
  { KAPPA_POSITIONS_BILINEAR,
    4,
    7,
    { -1, -0.375, 0.1428571428571429, 0.85714285714285721 },
    16.928571428571431 },
  { KAPPA_POSITIONS_BILINEAR_CORNERS, 6, 6, { -1, 0.05, -0.04, 1.1 }, 15.91 },
  { KAPPA_POSITIONS_BILINEAR_CORNERS, 3, 3, { -1, 0.25, 0.4375, 0.625 }, 5.5625 },
  { KAPPA_POSITIONS_BILINEAR_CORNERS, 4, 7, { -1, -0.125, 0, 1 }, 16.875 },
};

/* One vector in front of the grid's, which must stay as it is. */
static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Case *wanted = data;
  const KappaChoices choices = { .positions = wanted->how };
  KappaBuilder builder = { graph, &choices, NULL };
  KappaNode table = kappa_graph_input (graph, KAPPA_ROLE_PARAMETER, "table", KAPPA_F64,
                                       &KAPPA_SHAPE (1, 17, 1));

  kappa_outputs_add (outputs, "resized", KAPPA_OUTPUT_ONCE,
                     kappa_positions_resize (&builder, table, 1, wanted->height, wanted->width));
  return kappa_graph_check (graph, error);
}

static void
test_resize (gconstpointer data)
{
  const Case *wanted = data;
  const KappaProgramOptions options = { .real = KAPPA_F64, .compute = KAPPA_F64 };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaProgram) program
      = kappa_program_new (&options, build, (gpointer)wanted, NULL, &error);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  const KappaEnvironment environment = { .workers = workers };
  double table[17] = { 99.0 }, sum = 0.0;
  const KappaFeed feed = { .n_samples = 1, .wide = TRUE, .parameters = table };
  const double *values;
  gsize n;

  g_assert_no_error (error);
  for (guint i = 0; i < 16; i++)
    table[i + 1] = (7 * i % 11) / 4.0 - 1.0;
  kappa_program_run (program, &feed, &environment, &error);
  g_assert_no_error (error);
  values = kappa_program_get_output (program, "resized", &n);
  g_assert_cmpuint (n, ==, 1 + wanted->height * wanted->width);
  g_assert_cmpfloat (values[0], ==, 99.0);
  for (gsize i = 1; i < n; i++)
    sum += fabs (values[i]);
  g_assert_cmpfloat_with_epsilon (values[1], wanted->places[0], 1e-14);
  g_assert_cmpfloat_with_epsilon (values[2], wanted->places[1], 1e-14);
  g_assert_cmpfloat_with_epsilon (values[1 + wanted->width + 1], wanted->places[2], 1e-14);
  g_assert_cmpfloat_with_epsilon (values[n - 2], wanted->places[3], 1e-14);
  g_assert_cmpfloat_with_epsilon (sum, wanted->sum, 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/positions/resize/%u", i);

      g_test_add_data_func (path, &cases[i], test_resize);
    }
  return g_test_run ();
}
