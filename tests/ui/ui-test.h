#pragma once

#include <gtk/gtk.h>

/* What the tests of widgets share: a display or a visible skip, a home of their own, and waiting for something. */

typedef gboolean (*UiTestFunc) (gpointer data);

gboolean ui_test_init   (int *argc, char ***argv);
int      ui_test_run    (void);
gboolean ui_test_wait   (UiTestFunc func, gpointer data, double seconds);
void     ui_test_idle   (void);
void     ui_test_forget (void);
