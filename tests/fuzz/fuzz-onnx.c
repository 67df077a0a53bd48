#include "core/formats/tensor-file-private.h"
#include "core/models/onnx.h"
#include "tests/fuzz/checkpoint.h"

/* An ONNX model: its tensors are read, and its graph is built for one image and for two. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "fuzz");
  g_autoptr (KappaTensorFile) file = NULL;
  g_autoptr (KappaRecognition) recognition = NULL;
  g_autoptr (GError) error = NULL;

  fuzz_checkpoint (bytes);
  file = kappa_tensor_file_open_source (source, NULL, NULL);
  if (file == NULL || kappa_onnx_file_from (file) == NULL)
    return 0;
  recognition = kappa_onnx_recognise (kappa_onnx_file_from (file), &error);
  if ((recognition != NULL) == (error != NULL)
      || (error != NULL && !g_utf8_validate (error->message, -1, NULL)))
    abort ();
  return 0;
}
