#pragma once

#include "ui/kappa-page.h"

/**
 * KappaPageEntry:
 * @name: "model", or the name of an analysis
 * @group: the pages of a group stand together, and have one tab
 * @get_type: of the page
 *
 * A page of the window.
 */
typedef struct
{
  const char *name;
  const char *group;
  const char *title;
  GType (*get_type) (void);
} KappaPageEntry;

const KappaPageEntry *kappa_page_table_list  (guint *n);
void                  kappa_page_table_build (GtkStack *pages, KappaDesk *desk);
const char           *kappa_page_table_group (const char *name);
