#pragma once

#include <adwaita.h>

#include "ui/kappa-desk.h"
#include "ui/kappa-plot-view.h"

#define KAPPA_TYPE_PAGE (kappa_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (KappaPage, kappa_page, KAPPA, PAGE, AdwBin)

/**
 * KappaPageClass:
 * @build: makes the widgets; called when the page is first shown
 * @get_side: (nullable): what stands in the pane beside the page
 * @get_tools: (nullable): what stands beside the tabs
 * @get_plot: (nullable): the figure that is copied and exported
 * @get_run: (nullable): the run it shows
 * @show_run: (nullable): shows a run of the page's own analysis
 * @run: (nullable): computes, with what is chosen in the pane
 *
 * One tab of the window: one way to look at what is on the desk.
 */
struct _KappaPageClass
{
  AdwBinClass parent_class;

  void           (*build)     (KappaPage *self);
  GtkWidget     *(*get_side)  (KappaPage *self);
  GtkWidget     *(*get_tools) (KappaPage *self);
  KappaPlotView *(*get_plot)  (KappaPage *self);
  KappaRunItem  *(*get_run)   (KappaPage *self);
  void           (*show_run)  (KappaPage *self, KappaRunItem *run);
  void           (*run)       (KappaPage *self);
};

KappaDesk     *kappa_page_get_desk  (KappaPage *self);
void           kappa_page_open      (KappaPage *self);
gboolean       kappa_page_is_open   (KappaPage *self);
GtkWidget     *kappa_page_get_side  (KappaPage *self);
GtkWidget     *kappa_page_get_tools (KappaPage *self);
KappaPlotView *kappa_page_get_plot  (KappaPage *self);
KappaRunItem  *kappa_page_get_run   (KappaPage *self);
void           kappa_page_show_run  (KappaPage *self, KappaRunItem *run);
gboolean       kappa_page_can_run   (KappaPage *self);
void           kappa_page_run       (KappaPage *self);
