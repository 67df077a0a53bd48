#pragma once

#include <gio/gio.h>

#include "core/formats/hdf5-file.h"
#include "core/formats/hdf5-write.h"

/*
 * Direction files and surface files in the layout of the reference loss-landscape tool (Li et al., 2018).
 */

/**
 * KappaDirection:
 *
 * One direction in parameter space: a tensor for each of the model's parameters, in the model's order.
 */
typedef struct
{
  guint rank;
  gsize dims[KAPPA_HDF5_MAX_RANK];
  gsize n;
  double *values;
} KappaDirectionTensor;

typedef struct
{
  guint n_tensors;
  KappaDirectionTensor *tensors;
} KappaDirection;

KappaDirection *kappa_direction_new        (guint n_tensors);
void            kappa_direction_set_tensor (KappaDirection *self, guint index, guint rank, const gsize *dims,
                                            const double *values);
void            kappa_direction_free       (KappaDirection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaDirection, kappa_direction_free)

/**
 * KappaPrincipal:
 * @values: eigenvalues of the matrix of inner products of the centred checkpoints: squares of singular values
 * @total: the sum of all of them
 * @n: how many checkpoints there are
 *
 * What two directions are the first principal ones of.
 */
typedef struct
{
  double values[2];
  double total;
  gsize n;
} KappaPrincipal;

gboolean        kappa_directions_write     (const KappaDirection *x, const KappaDirection *y,
                                            const KappaPrincipal *principal, const char *path, GError **error);
gboolean        kappa_directions_read      (const char *path, KappaDirection **x, KappaDirection **y,
                                            GCancellable *cancellable, GError **error);

/**
 * KappaSurfaceLayout:
 * @KAPPA_SURFACE_AUTO: what the file says of itself; files of the reference tool say nothing
 * @KAPPA_SURFACE_DIRECT: value[i][j] = f(x_i, y_j): what Kappa writes
 * @KAPPA_SURFACE_REFERENCE: the value of flat index k belongs to (x_{k mod nx}, y_{k div nx}), though the
 *   array is declared (nx, ny): what the reference tool writes
 */
typedef enum
{
  KAPPA_SURFACE_AUTO,
  KAPPA_SURFACE_DIRECT,
  KAPPA_SURFACE_REFERENCE,
} KappaSurfaceLayout;

/**
 * KappaSurface:
 * @directions: name of the direction file it was made along; may be ""
 * @ny: 0 for a line
 * @loss: nx·max(ny, 1) values, row-major: loss[i·ny + j] = f(x_i, y_j)
 * @accuracy: (nullable): the same for the accuracy, in percent
 * @present: one byte for each point: 1 once it was computed
 */
typedef struct
{
  char *directions;
  gsize nx, ny;
  double *x, *y;
  double *loss;
  double *accuracy;
  guint8 *present;
} KappaSurface;

KappaSurface *kappa_surface_new   (gsize nx, gsize ny);
void          kappa_surface_free  (KappaSurface *self);
gboolean      kappa_surface_write (const KappaSurface *self, KappaSurfaceLayout layout, const char *path, GError **error);
void          kappa_surface_add   (const KappaSurface *self, KappaSurfaceLayout layout, KappaHdf5Writer *writer);
KappaSurface *kappa_surface_read  (const char *path, KappaSurfaceLayout layout, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaSurface, kappa_surface_free)

/**
 * KappaProjection:
 * @x, @y: (array length=n): coordinates of the checkpoints of a trajectory, in their order; one step along an axis
 *   is the whole direction
 * @exact: whether they are known to be that: the reference tool divides by the direction's length once too seldom
 *
 * A trajectory on the plane of a direction file.
 */
typedef struct
{
  gsize n;
  double *x, *y;
  gboolean exact;
} KappaProjection;

KappaProjection *kappa_projection_new   (gsize n);
void             kappa_projection_free  (KappaProjection *self);
gboolean         kappa_projection_write (const KappaProjection *self, const char *path, GError **error);
KappaProjection *kappa_projection_read  (const char *path, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaProjection, kappa_projection_free)
