#pragma once

#include <gio/gio.h>

/**
 * KAPPA_ERROR:
 *
 * The one error domain of the core. Messages name the file or the node first, then what was found, what was
 * expected and what to do; they are shown to the user as they are.
 */
#define KAPPA_ERROR (kappa_error_quark ())

/**
 * KappaError:
 * @KAPPA_ERROR_FORMAT: a file breaks the rules of its own format, or is truncated
 * @KAPPA_ERROR_UNSUPPORTED: a file is well formed but asks for something refused by name
 * @KAPPA_ERROR_MODEL: the tensors do not make one of the known architectures, or do not fit it
 * @KAPPA_ERROR_DATA: images or labels are missing, broken or do not fit the model
 * @KAPPA_ERROR_SHAPE: operands of a primitive do not fit together
 * @KAPPA_ERROR_MEMORY: the predicted memory of a computation exceeds the budget
 * @KAPPA_ERROR_USAGE: a parameter has a value outside its range, or an option is unknown
 * @KAPPA_ERROR_STORE: the workspace cannot be read or written
 * @KAPPA_ERROR_NUMERIC: a computation could not reach a usable result
 *
 * Cancellation is %G_IO_ERROR_CANCELLED, as everywhere in GIO.
 */
typedef enum
{
  KAPPA_ERROR_FORMAT,
  KAPPA_ERROR_UNSUPPORTED,
  KAPPA_ERROR_MODEL,
  KAPPA_ERROR_DATA,
  KAPPA_ERROR_SHAPE,
  KAPPA_ERROR_MEMORY,
  KAPPA_ERROR_USAGE,
  KAPPA_ERROR_STORE,
  KAPPA_ERROR_NUMERIC,
} KappaError;

GQuark kappa_error_quark (void);
