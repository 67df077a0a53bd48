#include "ui/kappa-geometry-page.h"

#include "ui/kappa-eigenvalue-panel.h"
#include "ui/kappa-window.h"
#include "ui/plot/bars-figure.h"
#include "ui/plot/figure-factory.h"
#include "ui/plot/spectrum-figure.h"
#include "ui/plot/units-figure.h"

/**
 * KappaGeometryPage:
 *
 * What an analysis of curvature, sharpness or activity finds, seen every way that its result has
 * something for: the best of them large, others beside it. A click on an eigenvalue offers a
 * landscape along it; a click on a layer opens the layer.
 */
struct _KappaGeometryPage
{
  KappaAnalysisPage parent_instance;

  GPtrArray *others; /* of KappaFigure: those beside the large one */
  KappaEigenvaluePanel *eigenvalue;
};

G_DEFINE_FINAL_TYPE (KappaGeometryPage, kappa_geometry_page, KAPPA_TYPE_ANALYSIS_PAGE)

#define MAX_FIGURES 3

static const char *
get_analysis_name (KappaGeometryPage *self)
{
  return KAPPA_ANALYSIS_GET_CLASS (kappa_analysis_page_get_analysis (KAPPA_ANALYSIS_PAGE (self)))
      ->name;
}

/* A tensor is part of a layer, and an activation follows one. */
static void
open_layer (KappaGeometryPage *self, const char *name)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (name != NULL && KAPPA_IS_WINDOW (root))
    kappa_window_show_layer (KAPPA_WINDOW (root), name);
}

static void
picked_cb (KappaPlotView *view, double x, double y, KappaGeometryPage *self)
{
  KappaFigure *figure = kappa_plot_view_get_figure (view);

  if (KAPPA_IS_BARS_FIGURE (figure))
    open_layer (self, kappa_bars_figure_get_name (KAPPA_BARS_FIGURE (figure), (guint)y));
  else if (KAPPA_IS_UNITS_FIGURE (figure))
    open_layer (self, kappa_units_figure_get_name (KAPPA_UNITS_FIGURE (figure), (guint)y));
  else if (KAPPA_IS_SPECTRUM_FIGURE (figure))
    {
      KappaSpectrumFigure *spectrum = KAPPA_SPECTRUM_FIGURE (figure);

      kappa_spectrum_figure_select (spectrum, kappa_spectrum_figure_find (spectrum, x));
      kappa_eigenvalue_panel_show (self->eigenvalue, spectrum,
                                   kappa_page_get_run (KAPPA_PAGE (self)),
                                   kappa_analysis_page_get_result (KAPPA_ANALYSIS_PAGE (self)));
    }
}

static GtkWidget *
kappa_geometry_page_make_body (KappaAnalysisPage *page)
{
  KappaFigureGrid *grid = kappa_analysis_page_get_grid (page);
  g_auto (GStrv) kinds = kappa_figure_list_kinds (get_analysis_name (KAPPA_GEOMETRY_PAGE (page)));
  KappaPlotView *view;

  kappa_figure_grid_set_n (grid, CLAMP (g_strv_length (kinds), 1, MAX_FIGURES));
  for (guint i = 0; (view = kappa_figure_grid_get_view (grid, i)) != NULL; i++)
    g_signal_connect_object (view, "picked", G_CALLBACK (picked_cb), page, 0);
  kappa_figure_grid_set_n (grid, 1);
  return GTK_WIDGET (grid);
}

static void
kappa_geometry_page_reset (KappaAnalysisPage *page)
{
  KappaGeometryPage *self = KAPPA_GEOMETRY_PAGE (page);

  KAPPA_ANALYSIS_PAGE_CLASS (kappa_geometry_page_parent_class)->reset (page);
  g_ptr_array_set_size (self->others, 0);
  kappa_figure_grid_set_n (kappa_analysis_page_get_grid (page), 1);
  if (self->eigenvalue != NULL)
    kappa_eigenvalue_panel_show (self->eigenvalue, NULL, NULL, NULL);
}

/* All that the result has something for, but for the kind that is large already. */
static void
add_others (KappaGeometryPage *self, KappaFigure *main, KappaResult *result)
{
  KappaFigureGrid *grid = kappa_analysis_page_get_grid (KAPPA_ANALYSIS_PAGE (self));
  const char *analysis = get_analysis_name (self);
  g_auto (GStrv) kinds = kappa_figure_list_kinds (analysis);
  gboolean large_is_met = FALSE;

  g_ptr_array_set_size (self->others, 0);
  for (guint i = 0; kinds[i] != NULL && self->others->len + 1 < MAX_FIGURES; i++)
    {
      g_autoptr (KappaFigure) figure = kappa_figure_new_of_kind (analysis, kinds[i], result, NULL);

      if (figure == NULL)
        continue;
      if (large_is_met)
        g_ptr_array_add (self->others, g_object_ref (figure));
      large_is_met = TRUE;
    }
  kappa_figure_grid_set_n (grid, 1 + self->others->len);
  for (guint i = 0; i < self->others->len; i++)
    kappa_plot_view_set_figure (kappa_figure_grid_get_view (grid, i + 1), self->others->pdata[i]);
}

static gboolean
update_others (KappaGeometryPage *self, KappaResult *result)
{
  for (guint i = 0; i < self->others->len; i++)
    if (!kappa_figure_update (self->others->pdata[i], result, NULL))
      return FALSE;
  return TRUE;
}

static guint
count_kinds (KappaGeometryPage *self)
{
  g_auto (GStrv) kinds = kappa_figure_list_kinds (get_analysis_name (self));

  return MIN (g_strv_length (kinds), MAX_FIGURES);
}

/* Tables come at the end: what there is nothing for yet is tried again. */
static void
kappa_geometry_page_update (KappaAnalysisPage *page, KappaResult *result)
{
  KappaGeometryPage *self = KAPPA_GEOMETRY_PAGE (page);
  KappaFigure *main;

  KAPPA_ANALYSIS_PAGE_CLASS (kappa_geometry_page_parent_class)->update (page, result);
  main = kappa_analysis_page_get_figure (page);
  if (main != NULL && (self->others->len + 1 < count_kinds (self) || !update_others (self, result)))
    add_others (self, main, result);
}

static void
kappa_geometry_page_build (KappaPage *page)
{
  KappaGeometryPage *self = KAPPA_GEOMETRY_PAGE (page);
  GtkWidget *side;

  KAPPA_PAGE_CLASS (kappa_geometry_page_parent_class)->build (page);
  side = kappa_page_get_side (page);
  self->eigenvalue
      = KAPPA_EIGENVALUE_PANEL (kappa_eigenvalue_panel_new (kappa_page_get_desk (page)));
  gtk_box_prepend (GTK_BOX (side), GTK_WIDGET (self->eigenvalue));
}

static void
kappa_geometry_page_finalize (GObject *object)
{
  g_ptr_array_unref (KAPPA_GEOMETRY_PAGE (object)->others);
  G_OBJECT_CLASS (kappa_geometry_page_parent_class)->finalize (object);
}

static void
kappa_geometry_page_class_init (KappaGeometryPageClass *klass)
{
  KappaAnalysisPageClass *page_class = KAPPA_ANALYSIS_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_geometry_page_finalize;
  KAPPA_PAGE_CLASS (klass)->build = kappa_geometry_page_build;
  page_class->make_body = kappa_geometry_page_make_body;
  page_class->reset = kappa_geometry_page_reset;
  page_class->update = kappa_geometry_page_update;
}

static void
kappa_geometry_page_init (KappaGeometryPage *self)
{
  self->others = g_ptr_array_new_with_free_func (g_object_unref);
}
