#pragma once

#include "core/formats/onnx-file.h"
#include "core/models/recogniser.h"

KappaRecognition *kappa_onnx_recognise (KappaOnnxFile *file, GError **error);
