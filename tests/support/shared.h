#pragma once

#include <glib.h>

char *kappa_test_shared_path (const char *relative);
char *kappa_test_need_shared (const char *relative);
