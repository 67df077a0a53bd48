#pragma once

#include "core/data/dataset.h"

/* What the tests of datasets share: a folder of files for each test, and short ways to say what is
 * in it. */

typedef struct
{
  char *path;
} KappaTestFolder;

void          kappa_test_set_up         (KappaTestFolder *folder, gconstpointer data);
void          kappa_test_tear_down      (KappaTestFolder *folder, gconstpointer data);
void          kappa_test_add_image      (KappaTestFolder *folder, const char *name);
void          kappa_test_add_text       (KappaTestFolder *folder, const char *name,
                                         const char *text);
KappaDataset *kappa_test_open_spec      (const char *spec, const KappaDatasetOptions *options);
void          kappa_test_assert_refused (const char *spec, const KappaDatasetOptions *options,
                                         int code,
                                         const char *part);
void          kappa_test_assert_items   (KappaDataset *dataset, const char *expected);
void          kappa_test_assert_problem (KappaDataset *dataset, guint n, const char *item,
                                         const char *part);
