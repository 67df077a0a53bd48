#include "core/analysis/surface-import.h"

#include "core/analysis/landscape-summary.h"
#include "core/formats/landscape-h5.h"

static void
add_array (KappaResult *result,
           const KappaSurface *surface,
           const char *name,
           const char *unit,
           const char *definition,
           const double *values,
           double factor)
{
  gsize dims[] = { surface->nx, surface->ny };
  KappaArray *array = kappa_array_new (name, unit, definition, surface->ny > 0 ? 2 : 1, dims);
  gsize n = kappa_array_get_size (array);

  kappa_array_set_axis (array, 0, "alpha", surface->x);
  if (surface->ny > 0)
    kappa_array_set_axis (array, 1, "beta", surface->y);
  for (gsize i = 0; i < n; i++)
    if (surface->present[i])
      {
        array->values[i] = factor * values[i];
        array->present[i] = 1;
      }
  kappa_result_take_array (result, array);
}

/**
 * kappa_landscape_import:
 * @path: a surface file of the reference tool (Li et al., 2018), or one that was written here
 *
 * Reads the file's loss and accuracy as a landscape leaves them, so that the same figures show it.
 * What data, network and directions it was made with only its name can tell.
 *
 * Returns: (transfer full): arrays "loss" and, if the file has it, "accuracy", and the scalars
 * about them; %NULL with the error
 */
KappaResult *
kappa_landscape_import (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaSurface) surface
      = kappa_surface_read (path, KAPPA_SURFACE_AUTO, cancellable, error);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *loss = g_strdup_printf ("mean loss, as read from %s", name);
  g_autofree char *accuracy = g_strdup_printf ("share of correct images, as read from %s", name);
  KappaResult *result;

  if (surface == NULL)
    return NULL;
  result = kappa_result_new ();
  add_array (result, surface, "loss", "nat", loss, surface->loss, 1.0);
  if (surface->accuracy != NULL) /* in percent there */
    add_array (result, surface, "accuracy", "", accuracy, surface->accuracy, 0.01);
  kappa_landscape_add_extremes (result, "the directions it names", name);
  return result;
}
