#pragma once

#include <glib.h>

/* How often a process that holds a run says that it is alive, and how long another machine believes it. */
#define KAPPA_OWNER_HEARTBEAT (10 * G_TIME_SPAN_SECOND)
#define KAPPA_OWNER_PATIENCE  (120 * G_TIME_SPAN_SECOND)

const char *kappa_owner_get_self (void);
gboolean    kappa_owner_is_self  (const char *owner);
gboolean    kappa_owner_is_alive (const char *owner, gint64 heartbeat, gint64 now);
