/* Every kind of property: what is taken, what is refused, and that nothing changes when it is. */

#include <math.h>
#include <string.h>

#include "core/analysis/analysis.h"
#include "core/base/error.h"

typedef struct
{
  const char *property;
  const char *text;
  const char *back; /* what it reads back as; NULL if it is refused */
} Case;

static const Case landscape_cases[] = {
  { "x", "-1:1:51", "-1:1:51" },
  { "x", "-1.0:+1e0:051", "-1:1:51" },
  { "x", "1:-1:3", "1:-1:3" },
  { "x", "0.1:0.3:3", "0.1:0.3:3" },
  { "x", "2:2:1", "2:2:1" },
  { "x", "auto", "auto" },
  { "x", "none", NULL },
  { "y", "none", "none" },
  { "x", "", NULL },
  { "x", "-1:1", NULL },
  { "x", "-1:1:51:2", NULL },
  { "x", "-1:1:0", NULL },
  { "x", "-1:1:-5", NULL },
  { "x", "-1:1:5.5", NULL },
  { "x", "-1:1:4097", NULL },
  { "x", "-1:1:99999999999999999999", NULL },
  { "x", "1:1:5", NULL },
  { "x", "1:2:1", NULL },
  { "x", "nan:1:5", NULL },
  { "x", "-inf:1:5", NULL },
  { "x", "1e999:1:5", NULL },
  { "x", "-1:1:51 ", NULL },
  { "x", "-1:1:51x", NULL },
  { "x", "a:b:c", NULL },
  { "norm", "layer", "layer" },
  { "norm", "Filter", NULL },
  { "norm", "filter ", NULL },
  { "norm", "", NULL },
  { "norm", "1", NULL },
  { "seeds", "64", "64" },
  { "seeds", "0", NULL },
  { "seeds", "65", NULL },
  { "seeds", "-1", NULL },
  { "seeds", "1.0", NULL },
  { "seeds", "0x10", NULL },
  { "seeds", "1e1", NULL },
  { "seeds", "", NULL },
  { "seed", "9007199254740991", "9007199254740991" },
  { "seed", "9007199254740992", NULL },
  { "seed", "18446744073709551616", NULL },
  { "seed", "-1", NULL },
  { "l2", "1e-4", "0.0001" },
  { "l2", "0", "0" },
  { "l2", ".5", "0.5" },
  { "l2", "-1e-9", NULL },
  { "l2", "1e7", NULL },
  { "l2", "nan", NULL },
  { "l2", "inf", NULL },
  { "l2", "0x1p-3", NULL },
  { "l2", "1e-4 ", NULL },
  { "l2", " 1e-4", NULL },
  { "l2", "1,5", NULL },
  { "l2", "", NULL },
  { "precision", "bfloat16", "bfloat16" },
  { "precision", "float", NULL },
  { "save-directions", "a b.h5", "a b.h5" },
  { "save-directions", "\xff", NULL },
  { "nrom", "filter", NULL },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (landscape_cases); i++)
    {
      const Case *row = &landscape_cases[i];
      g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("landscape", NULL);
      gboolean known = kappa_analysis_find_property (analysis, row->property) != NULL;
      g_autofree char *before = known ? kappa_analysis_dup_text (analysis, row->property) : NULL;
      g_autoptr (GError) error = NULL;
      gboolean taken = kappa_analysis_set_text (analysis, row->property, row->text, &error);
      g_autofree char *after = known ? kappa_analysis_dup_text (analysis, row->property) : NULL;

      g_autofree char *shown = g_strescape (row->text, NULL);

      g_test_message ("%s = “%s”", row->property, shown);
      if (row->back != NULL)
        {
          g_assert_no_error (error);
          g_assert_true (taken);
          g_assert_cmpstr (after, ==, row->back);
          continue;
        }
      g_assert_false (taken);
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, row->property));
      if (known && *row->text != '\0' && g_utf8_validate (row->text, -1, NULL))
        g_assert_nonnull (strstr (error->message, row->text));
      g_assert_cmpstr (after, ==, before);
    }
}

/* Every default of every analysis reads back to itself, and is what GObject knows as well. */
static void
test_defaults (void)
{
  guint n_types, n;
  const GType *types = kappa_analysis_list_types (&n_types);

  for (guint t = 0; t < n_types; t++)
    {
      g_autoptr (KappaAnalysis) analysis = g_object_new (types[t], NULL);
      const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *text = kappa_analysis_dup_text (analysis, properties[i]->name);
          g_autoptr (GError) error = NULL;

          g_assert_true (kappa_analysis_is_default (analysis, properties[i]->name));
          g_assert_nonnull (
              g_object_class_find_property (G_OBJECT_GET_CLASS (analysis), properties[i]->name));
          kappa_analysis_set_text (analysis, properties[i]->name, text, &error);
          g_assert_no_error (error);
          g_assert_cmpstr (properties[i]->blurb, !=, "");
          g_assert_cmpstr (properties[i]->title, !=, "");
        }
    }
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  (*(guint *) data)++;
}

static void
test_notify (void)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("landscape", NULL);
  guint count = 0;
  gint64 seeds;

  g_signal_connect (analysis, "notify::seeds", G_CALLBACK (count_notify), &count);
  g_assert_true (kappa_analysis_set_text (analysis, "seeds", "5", NULL));
  g_assert_true (kappa_analysis_set_text (analysis, "seeds", "5", NULL));
  g_assert_false (kappa_analysis_set_text (analysis, "seeds", "500", NULL));
  g_assert_cmpuint (count, ==, 1);
  g_object_get (analysis, "seeds", &seeds, NULL);
  g_assert_cmpint (seeds, ==, 5);
  g_object_set (analysis, "seeds", (gint64) 7, NULL);
  g_assert_cmpint (kappa_analysis_get_integer (analysis, "seeds"), ==, 7);
}

static void
test_set_value (void)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("landscape", NULL);
  g_auto (GValue) value = G_VALUE_INIT;
  KappaRange range = { KAPPA_RANGE_VALUES, 0.0, NAN, 3 };
  g_autoptr (GError) error = NULL;

  g_value_init (&value, KAPPA_TYPE_RANGE);
  g_value_set_boxed (&value, &range);
  g_assert_false (kappa_analysis_set_value (analysis, "x", &value, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  range.last = 2.0;
  g_value_set_boxed (&value, &range);
  g_assert_true (kappa_analysis_set_value (analysis, "x", &value, NULL));
  g_assert_cmpfloat (kappa_analysis_get_range (analysis, "x").last, ==, 2.0);
}

static void
test_range_values (void)
{
  static const guint counts[] = { 1, 2, 3, 51, 101, 4096 };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      guint n = counts[i];
      KappaRange range = { KAPPA_RANGE_VALUES, n > 1 ? -0.7 : 0.7, 0.7, n };
      g_autofree double *values = kappa_range_values (&range);

      g_assert_cmpfloat (values[0], ==, range.first);
      g_assert_cmpfloat (values[n - 1], ==, range.last);
      for (guint k = 0; n > 1 && k < n; k++)
        g_assert_cmpfloat (values[k], ==, -values[n - 1 - k]);
      if (n % 2 == 1 && n > 1)
        g_assert_cmpfloat (values[n / 2], ==, 0.0);
    }
}

static void
test_unknown_analysis (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_analysis_new_by_name ("landscap", &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "landscape"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/property/cases", test_cases);
  g_test_add_func ("/property/defaults", test_defaults);
  g_test_add_func ("/property/notify", test_notify);
  g_test_add_func ("/property/set-value", test_set_value);
  g_test_add_func ("/property/range-values", test_range_values);
  g_test_add_func ("/property/unknown-analysis", test_unknown_analysis);
  return g_test_run ();
}
