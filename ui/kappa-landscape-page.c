#include "ui/kappa-landscape-page.h"

#include "ui/plot/landscape-figure.h"

/**
 * KappaLandscapePage:
 *
 * A plane of parameters seen three ways at once: as a surface, as its map, and as the map of the
 * other quantity, with one cursor on all.
 */
struct _KappaLandscapePage
{
  KappaAnalysisPage parent_instance;

  KappaFigure *map, *other;
};

G_DEFINE_FINAL_TYPE (KappaLandscapePage, kappa_landscape_page, KAPPA_TYPE_ANALYSIS_PAGE)

enum
{
  MAIN,
  MAP,
  OTHER,
  N_FIGURES
};

/* The command line begins with a curve, which is cheap; who looks wants to see the plane. */
static void
kappa_landscape_page_choose (KappaAnalysisPage *page, KappaAnalysis *analysis)
{
  kappa_analysis_set_text (analysis, "x", "-1:1:25", NULL);
  kappa_analysis_set_text (analysis, "y", "-1:1:25", NULL);
}

static GtkWidget *
kappa_landscape_page_make_body (KappaAnalysisPage *page)
{
  KappaFigureGrid *grid = kappa_analysis_page_get_grid (page);

  kappa_figure_grid_set_n (grid, N_FIGURES);
  return GTK_WIDGET (grid);
}

static void
kappa_landscape_page_reset (KappaAnalysisPage *page)
{
  KappaLandscapePage *self = KAPPA_LANDSCAPE_PAGE (page);

  KAPPA_ANALYSIS_PAGE_CLASS (kappa_landscape_page_parent_class)->reset (page);
  g_clear_object (&self->map);
  g_clear_object (&self->other);
  kappa_figure_grid_set_n (kappa_analysis_page_get_grid (page), N_FIGURES);
}

/* The map shows the quantity, scale, limits and colours of the surface. */
static void
follow_main (KappaLandscapePage *self, KappaFigure *main)
{
  static const char *const shared[] = { "quantity", "scale", "limits", "colormap" };

  for (guint i = 0; i < G_N_ELEMENTS (shared); i++)
    g_object_bind_property (main, shared[i], self->map, shared[i], G_BINDING_SYNC_CREATE);
}

/* A surface beside a surface says nothing new: a surface has its map, and a map has its surface. */
static void
choose_other_view (KappaFigure *main, GParamSpec *spec, KappaFigure *map)
{
  KappaLandscapeView view;

  g_object_get (main, "view", &view, NULL);
  g_object_set (map, "view",
                view == KAPPA_LANDSCAPE_SURFACE ? KAPPA_LANDSCAPE_CONTOUR : KAPPA_LANDSCAPE_SURFACE,
                NULL);
}

static KappaFigure *
make_map (KappaLandscapePage *self, KappaFigure *main)
{
  self->map = kappa_landscape_figure_new ();
  follow_main (self, main);
  choose_other_view (main, NULL, self->map);
  g_signal_connect_object (main, "notify::view", G_CALLBACK (choose_other_view), self->map, 0);
  return self->map;
}

/* The first quantity that is not the one the surface shows. */
static void
choose_other_quantity (KappaFigure *main, GParamSpec *spec, KappaFigure *other)
{
  g_auto (GStrv) names = kappa_landscape_figure_list_quantities (KAPPA_LANDSCAPE_FIGURE (main));
  g_autofree char *shown = kappa_figure_dup_text (main, "quantity");
  const char *first = names[0] != NULL ? names[0] : "";

  if (*shown == '\0' || g_str_equal (shown, first))
    first = names[0] != NULL && names[1] != NULL ? names[1] : first;
  g_object_set (other, "quantity", first, NULL);
}

static KappaFigure *
make_other (KappaLandscapePage *self, KappaFigure *main)
{
  self->other = kappa_landscape_figure_new ();
  g_object_set (self->other, "view", KAPPA_LANDSCAPE_HEAT, NULL);
  choose_other_quantity (main, NULL, self->other);
  g_signal_connect_object (main, "notify::quantity", G_CALLBACK (choose_other_quantity),
                           self->other, 0);
  return self->other;
}

static void
show_beside (KappaLandscapePage *self, KappaFigure *main, KappaResult *result)
{
  KappaFigureGrid *grid = kappa_analysis_page_get_grid (KAPPA_ANALYSIS_PAGE (self));

  if (self->map == NULL)
    {
      kappa_plot_view_set_figure (kappa_figure_grid_get_view (grid, MAP), make_map (self, main));
      kappa_plot_view_set_figure (kappa_figure_grid_get_view (grid, OTHER),
                                  make_other (self, main));
    }
  kappa_figure_update (self->map, result, NULL);
  if (kappa_figure_update (self->other, result, NULL))
    choose_other_quantity (main, NULL, self->other);
}

/* A curve stands alone. */
static void
kappa_landscape_page_update (KappaAnalysisPage *page, KappaResult *result)
{
  KappaFigure *main;

  KAPPA_ANALYSIS_PAGE_CLASS (kappa_landscape_page_parent_class)->update (page, result);
  main = kappa_analysis_page_get_figure (page);
  if (main == NULL) /* nothing is declared yet: neither a curve nor a plane */
    return;
  if (KAPPA_IS_LANDSCAPE_FIGURE (main))
    show_beside (KAPPA_LANDSCAPE_PAGE (page), main, result);
  else
    kappa_figure_grid_set_n (kappa_analysis_page_get_grid (page), 1);
}

static void
kappa_landscape_page_dispose (GObject *object)
{
  KappaLandscapePage *self = KAPPA_LANDSCAPE_PAGE (object);

  g_clear_object (&self->map);
  g_clear_object (&self->other);
  G_OBJECT_CLASS (kappa_landscape_page_parent_class)->dispose (object);
}

static void
kappa_landscape_page_class_init (KappaLandscapePageClass *klass)
{
  KappaAnalysisPageClass *page_class = KAPPA_ANALYSIS_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_landscape_page_dispose;
  page_class->choose = kappa_landscape_page_choose;
  page_class->make_body = kappa_landscape_page_make_body;
  page_class->reset = kappa_landscape_page_reset;
  page_class->update = kappa_landscape_page_update;
}

static void
kappa_landscape_page_init (KappaLandscapePage *self)
{
}
