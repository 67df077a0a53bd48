#pragma once

#include "core/formats/tensor-file-private.h"
#include "core/formats/zip.h"

/*
 * A tensor file whose storages are the members of a zip archive: storage i is member i.
 */

#define KAPPA_TYPE_ZIP_TENSORS (kappa_zip_tensors_get_type ())
G_DECLARE_FINAL_TYPE (KappaZipTensors, kappa_zip_tensors, KAPPA, ZIP_TENSORS, KappaTensorFile)

KappaTensorFile *kappa_zip_tensors_new (KappaSource *source, KappaZip *zip, const char *format);

KappaTensorFile *kappa_torch_zip_open  (KappaSource *source, KappaZip *zip, GCancellable *cancellable, GError **error);
KappaTensorFile *kappa_npz_open        (KappaSource *source, KappaZip *zip, GCancellable *cancellable, GError **error);
