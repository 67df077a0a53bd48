#pragma once

#include "core/data/image.h"

/* What the tests of images and datasets share. */

char       *kappa_test_sha256        (const guint8 *bytes, gsize size);
char       *kappa_test_image_sha256  (const KappaImage *image);
KappaImage *kappa_test_picture       (guint width, guint height, gboolean hard);
char       *kappa_test_fixture       (const char *name);
char       *kappa_test_folder_new    (void);
void        kappa_test_folder_remove (const char *path);
char       *kappa_test_write         (const char *folder, const char *name, const void *bytes,
                                      gssize size);
void        kappa_test_copy_fixture  (const char *fixture, const char *folder, const char *name);
void        kappa_test_assert_fails  (GError **error, GQuark domain, int code, const char *part);
