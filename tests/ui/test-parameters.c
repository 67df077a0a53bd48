#include <adwaita.h>

#include "core/analysis/landscape.h"
#include "tests/ui/ui-test.h"
#include "ui/kappa-parameter-pane.h"
#include "ui/kappa-parameter-row.h"
#include "ui/kappa-validated-row.h"

/* An analysis with a parameter of every type; nothing of it runs. */
#define TEST_TYPE_ANALYSIS (test_analysis_get_type ())
G_DECLARE_FINAL_TYPE (TestAnalysis, test_analysis, TEST, ANALYSIS, KappaAnalysis)

struct _TestAnalysis
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (TestAnalysis, test_analysis, KAPPA_TYPE_ANALYSIS)

static const KappaProperty table[] = {
  { .name = "flag",
    .type = KAPPA_PROPERTY_BOOLEAN,
    .title = "Flag",
    .blurb = "a switch",
    .unit = "",
    .fallback = "false" },
  { .name = "count",
    .type = KAPPA_PROPERTY_INTEGER,
    .title = "Count",
    .blurb = "a small number",
    .unit = "images",
    .fallback = "3",
    .minimum = 1.0,
    .maximum = 9.0 },
  { .name = "large",
    .type = KAPPA_PROPERTY_INTEGER,
    .title = "Large",
    .blurb = "a seed",
    .unit = "",
    .fallback = "7",
    .minimum = 0.0,
    .maximum = 9007199254740991.0 },
  { .name = "radius",
    .type = KAPPA_PROPERTY_DOUBLE,
    .title = "Radius",
    .blurb = "of the ball",
    .unit = "rad",
    .fallback = "0.05",
    .minimum = 0.0,
    .maximum = 1.0,
    .flags = KAPPA_PROPERTY_ABOVE_MINIMUM },
  { .name = "norm",
    .type = KAPPA_PROPERTY_ENUM,
    .title = "Norm",
    .blurb = "which length",
    .unit = "",
    .fallback = "filter",
    .enum_type = kappa_norm_get_type },
  { .name = "x",
    .type = KAPPA_PROPERTY_RANGE,
    .title = "Axis",
    .blurb = "coordinates",
    .unit = "",
    .fallback = "-1:1:5",
    .minimum = 2.0,
    .maximum = 99.0 },
  { .name = "note",
    .type = KAPPA_PROPERTY_STRING,
    .title = "Note",
    .blurb = "a text",
    .unit = "",
    .fallback = "" },
};

static void
test_analysis_class_init (TestAnalysisClass *klass)
{
  static const KappaProperty *pointers[G_N_ELEMENTS (table)];
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    pointers[i] = &table[i];
  analysis_class->name = "test";
  analysis_class->title = "Test";
  kappa_analysis_class_declare (analysis_class, pointers, G_N_ELEMENTS (table));
}

static void
test_analysis_init (TestAnalysis *self)
{
}

static GtkWidget *
make_row (KappaAnalysis *analysis, const char *name)
{
  return g_object_ref_sink (
      kappa_parameter_row_new (analysis, kappa_analysis_find_property (analysis, name)));
}

static GtkWidget *
find_child (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_child (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Both follow each other, whichever is changed. */
static void
test_switch (void)
{
  g_autoptr (KappaAnalysis) analysis = g_object_new (TEST_TYPE_ANALYSIS, NULL);
  GtkWidget *row = make_row (analysis, "flag"), *toggle = find_child (row, GTK_TYPE_SWITCH);

  gtk_switch_set_active (GTK_SWITCH (toggle), TRUE);
  g_assert_true (kappa_analysis_get_boolean (analysis, "flag"));
  g_assert_true (kappa_analysis_set_text (analysis, "flag", "false", NULL));
  g_assert_false (gtk_switch_get_active (GTK_SWITCH (toggle)));
  g_object_unref (row);
}

static void
test_numbers (void)
{
  g_autoptr (KappaAnalysis) analysis = g_object_new (TEST_TYPE_ANALYSIS, NULL);
  GtkWidget *count = make_row (analysis, "count"), *large = make_row (analysis, "large");
  GtkWidget *spin = find_child (count, GTK_TYPE_SPIN_BUTTON);

  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (count)), ==,
                   "Count (images)");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 5.0);
  g_assert_cmpint (kappa_analysis_get_integer (analysis, "count"), ==, 5);
  g_assert_true (kappa_analysis_set_text (analysis, "count", "9", NULL));
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), ==, 9.0);
  g_assert_true (KAPPA_IS_VALIDATED_ROW (large));
  g_object_unref (count);
  g_object_unref (large);
}

/* What is wrong is said, and what was set stays. */
static void
test_validation (void)
{
  g_autoptr (KappaAnalysis) analysis = g_object_new (TEST_TYPE_ANALYSIS, NULL);
  GtkWidget *row = make_row (analysis, "radius"), *entry = find_child (row, GTK_TYPE_ENTRY);

  g_assert_cmpstr (kappa_validated_row_get_text (KAPPA_VALIDATED_ROW (row)), ==, "0.05");
  gtk_editable_set_text (GTK_EDITABLE (entry), "0");
  g_assert_nonnull (strstr (kappa_validated_row_get_fault (KAPPA_VALIDATED_ROW (row)), "above 0"));
  g_assert_false (
      g_str_has_prefix (kappa_validated_row_get_fault (KAPPA_VALIDATED_ROW (row)), "radius"));
  gtk_test_accessible_assert_state (entry, GTK_ACCESSIBLE_STATE_INVALID,
                                    GTK_ACCESSIBLE_INVALID_TRUE);
  g_assert_cmpfloat (kappa_analysis_get_double (analysis, "radius"), ==, 0.05);
  gtk_editable_set_text (GTK_EDITABLE (entry), "0.5");
  g_assert_null (kappa_validated_row_get_fault (KAPPA_VALIDATED_ROW (row)));
  g_assert_cmpfloat (kappa_analysis_get_double (analysis, "radius"), ==, 0.5);
  /* The same number in other words is left as it was typed. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "0.50");
  g_assert_cmpstr (kappa_validated_row_get_text (KAPPA_VALIDATED_ROW (row)), ==, "0.50");
  g_assert_true (kappa_analysis_set_text (analysis, "radius", "0.25", NULL));
  g_assert_cmpstr (kappa_validated_row_get_text (KAPPA_VALIDATED_ROW (row)), ==, "0.25");
  g_object_unref (row);
}

static void
test_range (void)
{
  g_autoptr (KappaAnalysis) analysis = g_object_new (TEST_TYPE_ANALYSIS, NULL);
  GtkWidget *row = make_row (analysis, "x"), *entry = find_child (row, GTK_TYPE_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), "-2:2:");
  g_assert_nonnull (kappa_validated_row_get_fault (KAPPA_VALIDATED_ROW (row)));
  g_assert_cmpuint (kappa_analysis_get_range (analysis, "x").n, ==, 5);
  gtk_editable_set_text (GTK_EDITABLE (entry), "-2:2:11");
  g_assert_cmpuint (kappa_analysis_get_range (analysis, "x").n, ==, 11);
  g_object_unref (row);
}

static void
test_choice (void)
{
  g_autoptr (KappaAnalysis) analysis = g_object_new (TEST_TYPE_ANALYSIS, NULL);
  GtkWidget *row = make_row (analysis, "norm");

  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), ==, KAPPA_NORM_FILTER);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), KAPPA_NORM_LAYER);
  g_assert_cmpint (kappa_analysis_get_enum (analysis, "norm"), ==, KAPPA_NORM_LAYER);
  g_assert_true (kappa_analysis_set_text (analysis, "norm", "none", NULL));
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), ==, KAPPA_NORM_NONE);
  g_object_unref (row);
}

/* Every analysis of the registry has a pane: every parameter a row, with a label for who cannot see
 * it. */
static void
test_registry (void)
{
  guint n_types;
  const GType *types = kappa_analysis_list_types (&n_types);

  for (guint t = 0; t < n_types; t++)
    {
      g_autoptr (KappaAnalysis) analysis = g_object_new (types[t], NULL);
      g_autoptr (KappaDesk) desk = kappa_desk_new ();
      GtkWidget *pane = g_object_ref_sink (kappa_parameter_pane_new (analysis, desk));
      g_autoptr (GError) error = NULL;
      guint n;
      const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

      for (guint i = 0; i < n; i++)
        {
          GtkWidget *row = g_object_ref_sink (kappa_parameter_row_new (analysis, properties[i]));

          gtk_test_accessible_assert_property (row, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                               properties[i]->title);
          g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (row), properties[i]->name));
          g_object_unref (row);
        }
      g_assert_null (kappa_parameter_pane_get_fault (KAPPA_PARAMETER_PANE (pane)));
      g_assert_null (kappa_parameter_pane_make_inputs (KAPPA_PARAMETER_PANE (pane), &error));
      g_assert_nonnull (error);
      g_object_unref (pane);
    }
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/parameters/switch", test_switch);
  g_test_add_func ("/parameters/numbers", test_numbers);
  g_test_add_func ("/parameters/validation", test_validation);
  g_test_add_func ("/parameters/range", test_range);
  g_test_add_func ("/parameters/choice", test_choice);
  g_test_add_func ("/parameters/registry", test_registry);
  return ui_test_run ();
}
