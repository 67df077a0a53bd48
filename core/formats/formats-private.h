#pragma once

#include "core/formats/hdf5-file.h"
#include "core/formats/tensor-file-private.h"

/*
 * The readers. Each takes a source whose content was recognised as its format, and gives the opened file or NULL.
 */

typedef KappaTensorFile *(*KappaFormatOpen) (KappaSource *source, GCancellable *cancellable, GError **error);

KappaTensorFile *kappa_safetensors_open   (KappaSource *source, GCancellable *cancellable, GError **error);
KappaTensorFile *kappa_sharded_open       (KappaSource *source, GCancellable *cancellable, GError **error);
KappaTensorFile *kappa_npy_open           (KappaSource *source, GCancellable *cancellable, GError **error);
KappaTensorFile *kappa_zip_archive_open   (KappaSource *source, GCancellable *cancellable, GError **error);
KappaTensorFile *kappa_torch_legacy_open  (KappaSource *source, GCancellable *cancellable, GError **error);
KappaTensorFile *kappa_torch_tar_open     (KappaSource *source, GCancellable *cancellable, GError **error);
KappaTensorFile *kappa_keras_open         (KappaSource *source, GCancellable *cancellable, GError **error);
KappaTensorFile *kappa_keras_open_listed  (KappaSource *source, KappaHdf5File *hdf5, GError **error);
KappaTensorFile *kappa_onnx_open          (KappaSource *source, GCancellable *cancellable, GError **error);
