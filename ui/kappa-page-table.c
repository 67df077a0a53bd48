#include "ui/kappa-page-table.h"

#include "ui/kappa-analysis-page.h"
#include "ui/kappa-geometry-page.h"
#include "ui/kappa-landscape-page.h"
#include "ui/kappa-model-page.h"
#include "ui/kappa-predictions-page.h"
#include "ui/kappa-tables-page.h"

#define OTHER_GROUP "More"

/* One line for each page, in the order of the tabs. An analysis that is not named here has a page
 * of tables in the group “More”. */
static const KappaPageEntry entries[] = {
  { "model", "Model", "Model", kappa_model_page_get_type },
  { "predict", "Predictions", "Predictions", kappa_predictions_page_get_type },
  { "landscape", "Landscape", "Landscape", kappa_landscape_page_get_type },
  { "report", "Geometry", "Report", kappa_analysis_page_get_type },
  { "spectrum", "Geometry", "Spectrum", kappa_geometry_page_get_type },
  { "trace", "Geometry", "Trace", kappa_geometry_page_get_type },
  { "sharpness", "Geometry", "Sharpness", kappa_geometry_page_get_type },
  { "ntk", "Geometry", "Kernel", kappa_geometry_page_get_type },
  { "activity", "Geometry", "Activity", kappa_geometry_page_get_type },
  { "compatibility", "Geometry", "Other Tools", kappa_tables_page_get_type },
  { "compare", "Compare", "Compare", kappa_tables_page_get_type },
  { "scaling", "Scaling", "Scaling", kappa_geometry_page_get_type },
};

/**
 * kappa_page_table_list:
 * @n: (out)
 *
 * Returns: (transfer none) (array length=n): the pages that have a place of their own
 */
const KappaPageEntry *
kappa_page_table_list (guint *n)
{
  *n = G_N_ELEMENTS (entries);
  return entries;
}

static const KappaPageEntry *
find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    if (g_str_equal (entries[i].name, name))
      return &entries[i];
  return NULL;
}

/**
 * kappa_page_table_group:
 * @name: of a page
 *
 * Returns: (transfer none): the title of the group it belongs to
 */
const char *
kappa_page_table_group (const char *name)
{
  const KappaPageEntry *entry = find (name);

  return entry != NULL ? entry->group : OTHER_GROUP;
}

static GType
find_analysis (const char *name)
{
  guint n;
  const GType *types = kappa_analysis_list_types (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KappaAnalysisClass) klass = g_type_class_ref (types[i]);

      if (g_str_equal (klass->name, name))
        return types[i];
    }
  return G_TYPE_INVALID;
}

static void
add_page (GtkStack *pages, KappaDesk *desk, const KappaPageEntry *entry)
{
  GType type = entry->get_type (), analysis = find_analysis (entry->name);
  GtkWidget *page = g_type_is_a (type, KAPPA_TYPE_ANALYSIS_PAGE)
                        ? g_object_new (type, "desk", desk, "analysis-type", analysis, NULL)
                        : g_object_new (type, "desk", desk, NULL);

  gtk_stack_add_titled (pages, page, entry->name, entry->title);
}

/**
 * kappa_page_table_build:
 *
 * Makes every page, those of analyses without a line in the table last.
 */
void
kappa_page_table_build (GtkStack *pages, KappaDesk *desk)
{
  guint n;
  const GType *types = kappa_analysis_list_types (&n);

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    add_page (pages, desk, &entries[i]);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KappaAnalysisClass) klass = g_type_class_ref (types[i]);
      const KappaPageEntry other
          = { klass->name, OTHER_GROUP, klass->title, kappa_tables_page_get_type };

      if (find (klass->name) == NULL)
        add_page (pages, desk, &other);
    }
}
