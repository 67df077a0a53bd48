#pragma once

#include "core/data/preprocess.h"

/* The steps of kappa_preprocess_apply(), for who takes more than one view of an image. */

gboolean kappa_preprocess_scale  (const KappaPreprocess *self, const KappaImage *image,
                                  guint *width, guint *height, GError **error);
guint    kappa_preprocess_offset (const KappaPreprocess *self, guint size, guint crop);
void     kappa_preprocess_place  (const KappaPreprocess *self, const KappaImage *picture,
                                  const KappaRegion *part, guint8 *chw);
