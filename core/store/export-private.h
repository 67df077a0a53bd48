#pragma once

#include "core/store/export.h"

/* What an exporter is given. */
typedef struct
{
  KappaResult *result;
  const char *recipe; /* JSON text, or NULL */
  const char *path;   /* what the user asked for; siblings are named after it */
} KappaExport;

gboolean kappa_export_csv  (const KappaExport *job, GError **error);
gboolean kappa_export_json (const KappaExport *job, GError **error);
gboolean kappa_export_npz  (const KappaExport *job, GError **error);
gboolean kappa_export_hdf5 (const KappaExport *job, GError **error);

gboolean kappa_export_write_text (const char *path, const char *text, gsize size, GError **error);
char    *kappa_export_recipe_get (const char *recipe, const char *object, const char *member);
char    *kappa_export_describe   (const KappaScalar *scalar);
gboolean kappa_export_same_axes  (const KappaArray *a, const KappaArray *b);
gboolean kappa_export_is_complete (const KappaArray *array);
