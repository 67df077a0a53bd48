#pragma once

#include <gio/gio.h>

/* More pixels than this, or a longer side, are refused before anything is allocated. */
#define KAPPA_IMAGE_MAX_PIXELS (G_GUINT64_CONSTANT (1) << 28)
#define KAPPA_IMAGE_MAX_SIDE   (1 << 17)

/**
 * KappaImage:
 * @width: columns, at least 1
 * @height: rows, at least 1
 * @pixels: @height rows of @width RGB triples, 8 bits each, without padding
 *
 * A reference-counted picture. Whoever holds the only reference may write its pixels; a shared one
 * is read only.
 */
typedef struct
{
  guint width;
  guint height;
  guint8 *pixels;
  /*< private >*/
  gatomicrefcount references;
} KappaImage;

#define KAPPA_TYPE_IMAGE (kappa_image_get_type ())

GType       kappa_image_get_type (void);
KappaImage *kappa_image_new      (guint width, guint height);
KappaImage *kappa_image_ref      (KappaImage *self);
void        kappa_image_unref    (KappaImage *self);
KappaImage *kappa_image_load     (const char *path, GCancellable *cancellable, GError **error);
KappaImage *kappa_image_decode   (const char *name, const guint8 *data, gsize size,
                                  GCancellable *cancellable,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaImage, kappa_image_unref)
