#pragma once

#include <glib.h>

void *kappa_pages_allocate (gsize size);
