#pragma once

#include "ui/kappa-desk.h"

/**
 * KappaOpenedFunc:
 * @document: (nullable): %NULL if @error is set, or if the file was a recipe, which runs now
 */
typedef void (*KappaOpenedFunc) (GFile *file, KappaDocument *document, const GError *error, gpointer data);

void kappa_opener_open (KappaDesk *desk, GFile *file, KappaOpenedFunc func, gpointer data, GDestroyNotify destroy);
